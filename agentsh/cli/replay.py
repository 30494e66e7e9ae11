"""`agentsh replay SESSION`: watch a session again, at its own pace or another. No model is asked, nothing changes."""

import time
from typing import TYPE_CHECKING, Annotated

import typer

from agentsh.cli import options as o
from agentsh.cli import printing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from agentsh.core.events import Recorded

EPILOG = """\
Examples:

\b
  agentsh replay write-a-cli-snake-game
  agentsh replay write-a-cli-snake-game --speed 20
  agentsh replay write-a-cli-snake-game --speed 0 --from 40
"""
LONGEST_S = 3.0
"""So long a replay waits for the next event at the most: nobody watches a night go by."""


def declare(app: typer.Typer) -> None:
    """Add the command to `app`."""
    app.command("replay", epilog=EPILOG, help="Watch a session again; no model is needed.")(replay)


def replay(
    context: typer.Context,
    session: o.SessionArgument,
    speed: Annotated[float, typer.Option("--speed", min=0, help="So many times as fast as it was; 0: at once.")] = 1.0,
    first: Annotated[int, typer.Option("--from", metavar="SEQ", min=1, help="Begin with this event.")] = 1,
    jsonl: o.JsonlFlag = False,
) -> None:
    """Show what happened, event by event."""
    import json

    from agentsh.cli.history import events_of
    from agentsh.cli.jsonl import event_line
    from agentsh.cli.project import existing_session
    from agentsh.repl.lines import plain
    from agentsh.repl.telling import tell_lines

    path = existing_session(context, session)
    for recorded in _paced((one for one in events_of(path) if one.seq >= first), speed):
        if jsonl:
            printing.say(json.dumps(event_line(recorded, session)))
        elif lines := tell_lines(recorded.event):
            printing.say(plain(lines))


def _paced(events: "Iterable[Recorded]", speed: float) -> "Iterator[Recorded]":
    """Yield events when they are due; what was shown before one counts from when it was shown."""
    last_s: float | None = None
    for recorded in events:
        at_s = _seconds(recorded.at)
        if speed > 0 and last_s is not None:
            time.sleep(min(max(at_s - last_s, 0.0) / speed, LONGEST_S))
        last_s = at_s
        yield recorded


def _seconds(at: str) -> float:
    from datetime import datetime

    return datetime.fromisoformat(at).timestamp()
