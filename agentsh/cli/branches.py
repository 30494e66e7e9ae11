"""`agentsh sessions fork`, `rewind` and `diff`: another way from any event, back to one, and how two differ."""

from typing import TYPE_CHECKING, Annotated

import typer

from agentsh.cli import options as o
from agentsh.cli import printing

if TYPE_CHECKING:
    from pathlib import Path

    from pydantic import JsonValue

    from agentsh.core.files import FileChange
    from agentsh.session.comparing import Branch, Comparison
    from agentsh.wiring.branches import Branched

EPILOG = """\
Examples:

\b
  agentsh sessions fork write-a-cli-snake-game
  agentsh sessions fork write-a-cli-snake-game --at 40 --as snake-with-lives
  agentsh sessions rewind write-a-cli-snake-game 40
  agentsh sessions diff write-a-cli-snake-game snake-with-lives
  agentsh sessions fork town --tick 12  a world: what if, from tick 12 on

Events are numbered: agentsh sessions export NAME --format jsonl
"""
EventArgument = Annotated[int | None, typer.Argument(metavar="[SEQ]", help="Number of an event.", show_default=False)]
TickFlag = Annotated[
    int | None,
    typer.Option("--tick", metavar="N", min=0, help="In a world: the end of this tick, in place of an event."),
]


def declare(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    app.command(epilog=EPILOG)(fork)
    app.command(epilog=EPILOG)(rewind)
    app.command(epilog=EPILOG)(diff)


def fork(
    context: typer.Context,
    name: o.SessionArgument,
    at: Annotated[int | None, typer.Option("--at", metavar="SEQ", help="The last event that both have.")] = None,
    tick: TickFlag = None,
    new: Annotated[str | None, typer.Option("--as", metavar="NEW", help="What the fork is called.")] = None,
    json: o.JsonFlag = False,
) -> None:
    """Make a session that is this one up to an event, with a workspace of its own; this one stays as it is."""
    from agentsh.cli.project import existing_session, home_of
    from agentsh.wiring import branches

    existing_session(context, name)
    home = home_of(context)
    made = branches.fork(home, name, at if tick is None else branches.seq_of_tick(home, name, tick), new)
    if json:
        printing.say_json({"session": made.name, "parent": {"session": name, "seq": made.seq}, "lost": [*made.lost]})
        return
    printing.say(f"{made.name} is {name} up to event {made.seq}. Go on with it: agentsh resume {made.name}")
    _tell_lost(made)


def rewind(
    context: typer.Context,
    name: o.SessionArgument,
    seq: EventArgument = None,
    tick: TickFlag = None,
    json: o.JsonFlag = False,
) -> None:
    """Let a session stand where it was after an event; what came later is kept as a session of its own."""
    from agentsh.cli.project import existing_session, home_of
    from agentsh.core.errors import UsageError
    from agentsh.wiring import branches

    existing_session(context, name)
    home = home_of(context)
    to = seq if tick is None else branches.seq_of_tick(home, name, tick)
    if to is None:
        raise UsageError("to which event?", hint=f"Type: agentsh sessions rewind {name} SEQ, or --tick N in a world")
    kept = branches.rewind(home, name, to)
    if json:
        printing.say_json({"session": name, "seq": kept.seq, "kept": kept.name})
        return
    printing.say(f"{name} stands at event {kept.seq}; what came later is kept as {kept.name}.")
    printing.say(f"Its files follow when it goes on: agentsh resume {name}")


def _tell_lost(made: "Branched") -> None:
    if made.lost:
        printing.note(f"Not as they were then, for no commit holds them: {', '.join(made.lost)}")


def diff(
    context: typer.Context,
    a: Annotated[str, typer.Argument(metavar="A", help="Name of a session.", show_default=False)],
    b: Annotated[str, typer.Argument(metavar="B", help="Name of another one.", show_default=False)],
    stat: Annotated[bool, typer.Option("--stat", help="Only which files differ, not their lines.")] = False,
    json: o.JsonFlag = False,
) -> None:
    """Show how two sessions differ: what was said, what it cost, and the files as they are now."""
    from agentsh.cli.history import events_of
    from agentsh.cli.project import existing_session, sessions_of
    from agentsh.session.comparing import compared
    from agentsh.workspace.branching import differing
    from agentsh.workspace.changes import change_of
    from agentsh.workspace.diffs import unified

    files = sessions_of(context)
    paths = [existing_session(context, name) for name in (a, b)]
    found = compared(*(events_of(path) for path in paths))
    pairs = differing(*(_workspace(files.summary(name).workspace) for name in (a, b)))
    changes = [change for pair in pairs if (change := change_of(*pair)) is not None]
    if json:
        printing.say_json(_as_json(a, b, found, changes))
        return
    printing.say(f"{a} and {b} are the same up to event {found.common}")
    for name, branch in ((a, found.a), (b, found.b)):
        _tell_branch(name, branch)
    for change in changes:
        printing.say(f"  {_LETTERS[change.change]} {change.path} +{change.added_lines} -{change.removed_lines}")
    if pairs and not stat:
        printing.say(unified(iter(pairs)))


_LETTERS = {"added": "A", "modified": "M", "deleted": "D"}


def _workspace(folder: str) -> "Path":
    from pathlib import Path

    return Path(folder)


def _tell_branch(name: str, branch: "Branch") -> None:
    from agentsh.core.terminal import one_line

    usage = branch.usage
    tokens = f"{usage.prompt_tokens:,} + {usage.completion_tokens:,} tokens"
    printing.say(f"only in {name}: {len(branch.messages)} messages, {branch.steps} steps, {tokens}")
    for message in branch.messages:
        printing.say(f"  {message.sent_from} · {message.cause_by}: {one_line(message.content, 100)}")


def _as_json(a: str, b: str, found: "Comparison", changes: "list[FileChange]") -> "JsonValue":
    branches: dict[str, JsonValue] = {
        key: {
            "session": name,
            "events": branch.events,
            "steps": branch.steps,
            "tokens": {"prompt": branch.usage.prompt_tokens, "completion": branch.usage.completion_tokens},
            "messages": [message.model_dump(mode="json") for message in branch.messages],
        }
        for key, name, branch in (("a", a, found.a), ("b", b, found.b))
    }
    return {"common": found.common, **branches, "files": [change.model_dump(mode="json") for change in changes]}
