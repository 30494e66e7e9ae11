"""The line shell with sessions of real journals and engines, roles that are functions, and a seat to look from."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from agentsh.commands.builtin import builtin
from agentsh.commands.context import Context, Named, SettingsFile
from agentsh.commands.history import History
from agentsh.core.cards import ActionCard, RoleCard
from agentsh.core.chat import PullProgress
from agentsh.core.code import Command
from agentsh.core.errors import AgentshError, ExitCode, UsageError
from agentsh.core.events import SessionResumed
from agentsh.core.ids import ActionName, RoleName, SessionName
from agentsh.core.messages import Draft
from agentsh.core.model import JsonObject
from agentsh.core.summary import SessionSummary
from agentsh.engine.fold import Fold
from agentsh.engine.log import EventLog
from agentsh.engine.reaction import Reaction
from agentsh.repl.front import Front
from agentsh.repl.house import Begin, House, Progress, Reopen, Wanted
from agentsh.repl.lines import Line
from agentsh.repl.shell import Shell
from agentsh.repl.stay import Item
from agentsh.session.facade import Session
from agentsh.store.journal import SqliteJournal
from tests.support.stage import ModelInProcess, React, Stage, asks_and_says, card, facts, stage

DEADLINE_S = 120.0
Roles = Sequence[tuple[RoleCard, React]]
SPEAKER = RoleName("speaker")


def speaker(text: str = "") -> Roles:
    """Return a team of one who asks the model and says what it says; or says `text`."""
    if not text:
        return [(card("speaker"), asks_and_says("speak", "say"))]

    async def react(reaction: Reaction) -> None:
        await reaction.publish(Draft(content=text, cause_by=ActionName("speak")))

    return [(card("speaker"), react)]


def runner(*commands: str) -> Roles:
    """Return a team of one who runs commands, one after another, and says what they printed."""

    async def react(reaction: Reaction) -> None:
        printed = []
        for command in commands:
            result = await reaction.run(Command(argv=tuple(command.split())))
            printed.append(result.stdout or result.stderr)
        await reaction.publish(Draft(content=", ".join(printed), cause_by=ActionName("run_it")))

    return [(card("runner"), react)]


def asker(schema: JsonObject | None = None, choices: tuple[str, ...] = ()) -> Roles:
    """Return a team of one who asks the person, and says what was answered."""

    async def react(reaction: Reaction) -> None:
        answer = await reaction.ask_person("What now?", schema=schema, choices=choices)
        await reaction.publish(Draft(content=f"answered: {answer}", cause_by=ActionName("ask")))

    return [(card("asker"), react)]


@dataclass
class Around:
    """What lies outside, as far as these tests look at it."""

    found: list[SessionSummary] = field(default_factory=list)

    async def sessions(self) -> list[SessionSummary]:
        return self.found

    async def teams(self) -> list[Named]:
        return []

    async def worlds(self) -> list[Named]:
        return []

    async def roles(self) -> list[Named]:
        return []

    async def role(self, file: str) -> tuple[RoleCard, Mapping[ActionName, ActionCard]]:
        raise UsageError(f"there is no role {file!r}")

    async def check_name(self, name: str) -> None:
        """Every name is free."""

    async def export(self, session: Session, format: str, path: str | None) -> Path:
        return Path(path or "nowhere")

    async def settings(self) -> SettingsFile:
        return SettingsFile(path=Path("/nowhere"), text="", effective="nothing")


class Seat:
    """A front that remembers what it was shown; whoever sits there types by `type`."""

    def __init__(self, *, patient: bool = True, editor: Callable[[str], str] | None = None) -> None:
        self.whole = True
        self.echoes = True
        self.patient = patient
        self.shown: list[str] = []
        self.calls = 0
        self.filled = ""
        self.copied = ""
        self.shell: Shell | None = None
        self._editor = editor
        self._news = asyncio.Event()
        self._closed = asyncio.Event()

    @property
    def text(self) -> str:
        return "\n".join(self.shown)

    async def read(self, shell: Shell) -> None:
        self.shell = shell
        self._news.set()
        await self._closed.wait()

    def close(self) -> None:
        self._closed.set()

    def show(self, lines: Sequence[Line]) -> None:
        self.shown += [line.text for line in lines]
        self._news.set()

    def hear(self, item: Item) -> None:
        self._news.set()

    def changed(self) -> None:
        self._news.set()

    def call(self) -> None:
        self.calls += 1

    def fill(self, text: str) -> None:
        self.filled = text
        self._news.set()

    def copy(self, text: str) -> bool:
        self.copied = text
        return True

    async def edit(self, text: str, suffix: str) -> str:
        if self._editor is None:
            raise UsageError("there is no editor")
        return self._editor(text)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until this is true; looked at whenever something is shown or changes."""
        try:
            async with asyncio.timeout(DEADLINE_S):
                while not condition():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"it never came; shown was:\n{self.text}") from None

    async def sees(self, *words: str) -> None:
        """Wait until all of these were shown."""
        await self.until(lambda: all(word in self.text for word in words))

    async def type(self, text: str) -> None:
        """Type a line for whatever is asked now, and wait until it was carried out."""
        assert self.shell is not None
        front = self.shell.asking.inbox.front
        await self.shell.take(text, None if front is None else front.id)


@dataclass
class Rooms:
    """Opens sessions of one team below one folder."""

    root: Path
    roles: Roles
    model: ModelInProcess
    policy: str = "ask"
    stages: list[Stage] = field(default_factory=list)
    opened: list[Wanted] = field(default_factory=list)
    failures: list[AgentshError] = field(default_factory=list)
    """Raised by the next openings, one each."""
    pulled: list[str] = field(default_factory=list)
    around: Around = field(default_factory=Around)

    @property
    def house(self) -> House:
        return House(
            context=Context(self.around, builtin()),  # type: ignore[arg-type]
            open=self.open,
            pull=self._pull,
            history=History(self.root / "history"),
        )

    @property
    def stage(self) -> Stage:
        return self.stages[-1]

    def open(self, wanted: Wanted, progress: Progress) -> AbstractAsyncContextManager[Session]:
        self.opened.append(wanted)
        return self._session(wanted)

    @asynccontextmanager
    async def _session(self, wanted: Wanted) -> AsyncIterator[Session]:
        if self.failures:
            raise self.failures.pop(0)
        name = wanted.name if isinstance(wanted, Reopen) else f"s{len(self.opened)}"
        path = self.root / f"{name}.db"
        if isinstance(wanted, Begin):
            await self._begin(path, name, wanted)
        async with stage(path, self.roles, model=self.model, present=True, policy=self.policy) as opened:
            self.stages.append(opened)
            if isinstance(wanted, Reopen):
                await opened.desk.log.append(SessionResumed(reason="reopened"))
            yield opened.session

    async def _begin(self, path: Path, name: str, wanted: Begin) -> None:
        begun = facts([card for card, _ in self.roles]).model_copy(
            update={"session": SessionName(name), "idea": wanted.idea}
        )
        journal = await SqliteJournal.open(path, create=True)
        try:
            await EventLog(journal, Fold()).append(begun)
        finally:
            await journal.aclose()

    async def _pull(self, model: str) -> AsyncIterator[PullProgress]:
        self.pulled.append(model)
        yield PullProgress(status="pulling", completed_bytes=1, total_bytes=2)


@dataclass
class Open:
    """A shell under way."""

    shell: Shell
    rooms: Rooms
    running: "asyncio.Task[ExitCode]"

    async def code(self) -> ExitCode:
        async with asyncio.timeout(DEADLINE_S):
            return await self.running


@asynccontextmanager
async def shell_on(
    front: Front,
    root: Path,
    roles: Roles,
    *,
    model: ModelInProcess | None = None,
    policy: str = "ask",
    wanted: Wanted | None = None,
    failures: Sequence[AgentshError] = (),
    sessions: Sequence[SessionSummary] = (),
) -> AsyncIterator[Open]:
    """Run a shell with this front while the body runs."""
    around = Around(list(sessions))
    rooms = Rooms(root, roles, model or ModelInProcess(), policy, failures=list(failures), around=around)
    shell = Shell(rooms.house, front)
    running = asyncio.create_task(shell.run(wanted))
    try:
        yield Open(shell, rooms, running)
    finally:
        shell.leave()
        async with asyncio.timeout(DEADLINE_S):
            await running


@asynccontextmanager
async def seated(root: Path, roles: Roles, **more: object) -> AsyncIterator[tuple[Seat, Open]]:
    """Run a shell and sit down at it."""
    seat = Seat(editor=more.pop("editor", None))  # type: ignore[arg-type]
    async with shell_on(seat, root, roles, **more) as opened:  # type: ignore[arg-type]
        await seat.until(lambda: seat.shell is not None)
        yield seat, opened
