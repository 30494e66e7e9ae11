"""`agentsh sessions fork` and `rewind`: go another way from any event of a session, or back to it."""

from typing import TYPE_CHECKING, Annotated

import typer

from agentsh.cli import options as o
from agentsh.cli import printing

if TYPE_CHECKING:
    from agentsh.wiring.branches import Branched

EPILOG = """\
Examples:

\b
  agentsh sessions fork write-a-cli-snake-game
  agentsh sessions fork write-a-cli-snake-game --at 40 --as snake-with-lives
  agentsh sessions rewind write-a-cli-snake-game 40

Events are numbered: agentsh sessions export NAME --format jsonl
"""
EventArgument = Annotated[int, typer.Argument(metavar="SEQ", help="Number of an event.", show_default=False)]


def declare(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command(epilog=EPILOG)(fork)
    app.command(epilog=EPILOG)(rewind)


def fork(
    context: typer.Context,
    name: o.SessionArgument,
    at: Annotated[int | None, typer.Option("--at", metavar="SEQ", help="The last event that both have.")] = None,
    new: Annotated[str | None, typer.Option("--as", metavar="NEW", help="What the fork is called.")] = None,
    json: o.JsonFlag = False,
) -> None:
    """Make a session that is this one up to an event, with a workspace of its own; this one stays as it is."""
    from agentsh.cli.project import existing_session, home_of
    from agentsh.wiring import branches

    existing_session(context, name)
    made = branches.fork(home_of(context), name, at, new)
    if json:
        printing.say_json({"session": made.name, "parent": {"session": name, "seq": made.seq}, "lost": [*made.lost]})
        return
    printing.say(f"{made.name} is {name} up to event {made.seq}. Go on with it: agentsh resume {made.name}")
    _tell_lost(made)


def rewind(context: typer.Context, name: o.SessionArgument, seq: EventArgument, json: o.JsonFlag = False) -> None:
    """Let a session stand where it was after an event; what came later is kept as a session of its own."""
    from agentsh.cli.project import existing_session, home_of
    from agentsh.wiring import branches

    existing_session(context, name)
    kept = branches.rewind(home_of(context), name, seq)
    if json:
        printing.say_json({"session": name, "seq": kept.seq, "kept": kept.name})
        return
    printing.say(f"{name} stands at event {kept.seq}; what came later is kept as {kept.name}.")
    printing.say(f"Its files follow when it goes on: agentsh resume {name}")


def _tell_lost(made: "Branched") -> None:
    if made.lost:
        printing.note(f"Not as they were then, for no commit holds them: {', '.join(made.lost)}")
