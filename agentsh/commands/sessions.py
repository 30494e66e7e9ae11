"""Sessions: which there are, another one, a new one, another name, an export."""

from typing import Annotated, Literal

from pydantic import Field

from agentsh.commands.arguments import Arguments, From, Rest, Shown
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


class Forking(Arguments):
    """From where, and what it is called."""

    of: Annotated[Literal["tick"] | None, Shown("tick")] = None
    seq: int | None = Field(default=None, ge=0)
    name: str | None = None


class Event(Arguments):
    """An event, or a tick of the world, by its number."""

    of: Annotated[Literal["tick"] | None, Shown("tick")] = None
    seq: int = Field(ge=0)


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


async def _fork(context: Context, forking: Forking) -> Reply:
    seq = None if forking.seq is None else await _event(context, forking.of, forking.seq)
    made = await context.outside.fork(context.session, seq, forking.name)
    lost = f" Not as they were then, for no commit holds them: {', '.join(made.lost)}." if made.lost else ""
    told = f"{made.name} is this session up to event {made.seq}. Open it: /sessions {made.name}"
    return Text(f"{told}.{lost}" if lost else told)


async def _rewind(context: Context, event: Event) -> Reply:
    session = context.session
    last = session.view().seq
    seq = await _event(context, event.of, event.seq)
    if seq >= last:
        raise UsageError(f"the session stands at event {last}", hint="give a smaller number")
    return OpenSession(session.name, back_to=seq)


async def _event(context: Context, of: str | None, number: int) -> int:
    """Return the number of an event; that of a tick is the event with which it ended."""
    if of is None:
        if number < 1:
            raise UsageError("events are numbered from 1", hint="see /bus")
        return number
    if context.session.world is None:
        raise UsageError("this session has no world, and so no ticks", hint="give the number of an event")
    return await context.session.world.seq_of(number)


async def _undo(context: Context, _nothing: Arguments) -> Reply:
    session = context.session
    return OpenSession(session.name, back_to=await context.outside.last_turn(session))


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
        "fork",
        "Make a session that is this one up to an event, by default the newest; this one goes on.",
        Forking,
        _fork,
        "Session",
        details="It has its own copy of the files as they were then.",
        examples=("/fork", "/fork 40", "/fork 40 snake-with-lives", "/fork tick 12"),
    ),
    command(
        "rewind",
        "Go back to an event, messages and files together; what came later is kept as a session of its own.",
        Event,
        _rewind,
        "Session",
        examples=("/rewind 40", "/rewind tick 12"),
    ),
    command(
        "undo",
        "Take the last turn back, messages and files together; it is kept as a session of its own.",
        Arguments,
        _undo,
        "Session",
    ),
    command(
        "export",
        "Write this session into a file: as a Markdown page, or each event as a JSON line.",
        Exporting,
        _export,
        "Session",
        examples=("/export", "/export jsonl", "/export md ~/snake.md"),
    ),
)
