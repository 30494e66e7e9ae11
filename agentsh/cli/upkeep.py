"""`agentsh sessions rename`, `delete`, `compact` and `check`: what is done to a session's file as a whole."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agentsh.cli import options as o
from agentsh.cli import printing

if TYPE_CHECKING:
    from agentsh.core.summary import SessionSummary

EPILOG = """\
Examples:

\b
  agentsh sessions rename write-a-cli-snake-game snake
  agentsh sessions check snake
  agentsh sessions compact snake
  agentsh sessions delete snake --yes
"""
NewArgument = Annotated[str, typer.Argument(metavar="NEW", help="Its new name.", show_default=False)]


def declare(app: typer.Typer) -> None:
    """Add the commands to `app`."""
    for command in (rename, check, compact, delete):
        app.command(epilog=EPILOG)(command)


def rename(context: typer.Context, name: o.SessionArgument, new: NewArgument) -> None:
    """Call a session otherwise; its workspace stays where it is."""
    from agentsh.cli.project import existing_session, sessions_of
    from agentsh.store import upkeep

    path = existing_session(context, name)
    upkeep.rename(path, sessions_of(context).path(new))
    printing.say(f"{name} is called {new} now.")


def check(context: typer.Context, name: o.SessionArgument, json: o.JsonFlag = False) -> None:
    """Look at every byte that a session has stored, and say what is wrong with it."""
    from agentsh.cli.project import existing_session
    from agentsh.core.errors import ExitCode
    from agentsh.store.check import check as look

    found = look(existing_session(context, name))
    if json:
        printing.say_json({"session": name, "ok": found.ok, **found.model_dump(mode="json")})
    elif found.ok:
        printing.say(f"{name}: {found.events} events, all as they were written")
    else:
        printing.say(f"{name}: {found.events} events, good up to {found.last_good_seq}")
        for fault in found.faults:
            printing.say(f"  {fault}")
        printing.note(f"What is good can be kept: agentsh sessions fork {name} --at {found.last_good_seq}")
    if not found.ok:
        raise typer.Exit(int(ExitCode.STORE))


def compact(context: typer.Context, name: o.SessionArgument) -> None:
    """Give back the room in a session's file that nothing needs; no event goes."""
    from agentsh.cli.download import megabytes
    from agentsh.cli.project import existing_session
    from agentsh.store import upkeep

    path = existing_session(context, name)
    before = path.stat().st_size
    upkeep.compact(path)
    printing.say(f"{name}: {megabytes(before)} before, {megabytes(path.stat().st_size)} now")


def delete(
    context: typer.Context,
    name: o.SessionArgument,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    keep_files: Annotated[bool, typer.Option("--keep-files", help="Leave the folder that its team wrote.")] = False,
) -> None:
    """Delete a session with all that was said in it, and the folder that its team wrote."""
    from agentsh.cli.project import existing_session, sessions_of
    from agentsh.store import upkeep

    path = existing_session(context, name)
    folder = None if keep_files else _own_folder(sessions_of(context).summary(name), path.parent)
    what = f"session {name!r}" + (f" and the files in {str(folder)!r}" if folder is not None else "")
    _confirm(what, yes=yes)
    upkeep.delete(path, folder)
    printing.say(f"deleted: {what}")


def _confirm(what: str, *, yes: bool) -> None:
    from agentsh.core.errors import UsageError

    if yes:
        return
    if not printing.terminal_there():
        raise UsageError(f"{what} would be deleted, and there is nobody to ask", hint="If that is right: --yes")
    typer.confirm(f"Delete {what}?", abort=True, err=True)


def _own_folder(summary: "SessionSummary", sessions: Path) -> Path | None:
    """Return the session's workspace when agentsh made it beside the sessions: no folder of the user's is touched."""
    folder = Path(summary.workspace)
    return folder if folder.parent == sessions.resolve() and folder.is_dir() else None
