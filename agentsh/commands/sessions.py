"""Sessions: which there are, another one, a new one, another name, an export."""

from typing import Annotated

from pydantic import Field

from agentsh.commands.arguments import Arguments, From, Rest
from agentsh.commands.context import Context
from agentsh.commands.registry import command
from agentsh.commands.reply import NewSession, OpenSession, Reply, Text
from agentsh.core.controls import Rename
from agentsh.core.errors import UsageError
from agentsh.core.ids import SessionName
from agentsh.session.export import ExportFormat


class Which(Arguments):
    """A session; None: let the person pick."""

    session: Annotated[str | None, From("sessions")] = None


class Idea(Arguments):
    """What is to be made."""

    idea: Annotated[str | None, Rest()] = None


class NewName(Arguments):
    """A name."""

    name: str = Field(min_length=1)


class Exporting(Arguments):
    """How, and where to."""

    format: ExportFormat = "md"
    path: Annotated[str | None, From("files")] = None


async def _sessions(context: Context, which: Which) -> Reply:
    if which.session is not None:
        names = [found.name for found in await context.outside.sessions()]
        if which.session not in names:
            raise UsageError(f"there is no session {which.session!r}", hint="Type: /sessions")
    return OpenSession(which.session)


async def _new(_context: Context, idea: Idea) -> Reply:
    return NewSession(idea.idea or "")


async def _rename(context: Context, new: NewName) -> Reply:
    session = context.session
    await context.outside.check_name(new.name)
    old = session.name
    await session.send(Rename(name=SessionName(new.name)))
    return Text(f"{old} is called {new.name} now; its file follows when the session is closed.")


async def _export(context: Context, exporting: Exporting) -> Reply:
    written = await context.outside.export(context.session, exporting.format, exporting.path)
    return Text(f"written: {written}")


COMMANDS = (
    command(
        "sessions",
        "Pick another session, or open one by name; this one can be resumed.",
        Which,
        _sessions,
        "Session",
        aliases=("resume",),
        examples=("/sessions", "/sessions write-a-cli-snake-game"),
    ),
    command(
        "new", "Begin a new session; this one can be resumed.", Idea, _new, "Session", examples=("/new A dice roller",)
    ),
    command("rename", "Call this session otherwise.", NewName, _rename, "Session", examples=("/rename snake",)),
    command(
        "export",
        "Write this session into a file: as a Markdown page, or each event as a JSON line.",
        Exporting,
        _export,
        "Session",
        examples=("/export", "/export jsonl", "/export md ~/snake.md"),
    ),
)
