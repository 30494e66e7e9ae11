"""A lobby for tests: sessions on a stage, with functions as roles and a model in process."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from agentsh.commands.builtin import builtin
from agentsh.commands.context import Context, Named, SettingsFile
from agentsh.commands.history import History
from agentsh.commands.registry import Registry
from agentsh.core.cards import ActionCard, RoleCard
from agentsh.core.chat import PullProgress
from agentsh.core.errors import AgentshError, UsageError
from agentsh.core.ids import ActionName
from agentsh.core.summary import SessionSummary
from agentsh.session.export import ExportFormat
from agentsh.session.facade import Session
from agentsh.tui.lobby import Offer, Wanted
from tests.support.stage import ModelInProcess, React, Stage, asks_and_says, card, stage


@dataclass
class Nowhere:
    """There is nothing outside of the session."""

    listed: list[SessionSummary] = field(default_factory=list)

    async def sessions(self) -> list[SessionSummary]:
        return self.listed

    async def teams(self) -> list[Named]:
        return [Named(name="pair", summary="for small models")]

    async def worlds(self) -> list[Named]:
        return [Named(name="town", summary="a day")]

    async def roles(self) -> list[Named]:
        return []

    async def role(self, file: str) -> tuple[RoleCard, Mapping[ActionName, ActionCard]]:
        raise UsageError(f"there is no role {file!r}")

    async def check_name(self, name: str) -> None:
        """Every name is free."""

    async def export(self, session: Session, format: ExportFormat, path: str | None) -> Path:
        raise UsageError("nothing is exported here")

    async def settings(self) -> SettingsFile:
        return SettingsFile(path=Path("agentsh.toml"), text="", effective="")


MODELS = (Named(name="tiny", summary="135M"), Named(name="large", summary="8.2B · tools"))
OFFER = Offer(usual_team="pair", host="http://here", models=MODELS, model="tiny")
Roles = Sequence[tuple[RoleCard, React]]
TALKERS: Roles = (
    (card("architect"), asks_and_says("write_design", "design")),
    (card("engineer", "write_design"), asks_and_says("write_code", "code")),
)


@dataclass
class StageLobby:
    """Opens the session at `path`; `on_open` is called with its stage.

    Attributes:
        trouble: raised when a session is to be opened, one after another.
        held: opening a session waits for it.
    """

    path: Path
    roles: Roles = TALKERS
    model: ModelInProcess = field(default_factory=ModelInProcess)
    policy: str = "ask"
    keys: dict[str, str] = field(default_factory=dict)
    theme: str | None = None
    outside: Nowhere = field(default_factory=Nowhere)
    registry: Registry = field(default_factory=builtin)
    trouble: list[AgentshError] = field(default_factory=list)
    opened: list[Stage] = field(default_factory=list)
    wanted: list[Wanted] = field(default_factory=list)
    pulled: list[str] = field(default_factory=list)
    offered: Offer = OFFER
    prepare: Callable[[Stage], None] | None = None
    held: asyncio.Event | None = None
    _context: Context | None = None

    @property
    def context(self) -> Context:
        if self._context is None:
            self._context = Context(self.outside, self.registry)
        return self._context

    @property
    def history(self) -> History:
        return History(self.path.with_name("history"))

    def open(self, wanted: Wanted, progress: Callable[[PullProgress], None]) -> AbstractAsyncContextManager[Session]:
        return self._open(wanted)

    @asynccontextmanager
    async def _open(self, wanted: Wanted) -> AsyncIterator[Session]:
        self.wanted.append(wanted)
        if self.held is not None:
            await self.held.wait()
        if self.trouble:
            raise self.trouble.pop(0)
        async with stage(self.path, self.roles, model=self.model, present=True, policy=self.policy) as opened:
            if self.prepare is not None:
                self.prepare(opened)
            self.opened.append(opened)
            yield opened.session

    async def sessions(self) -> list[SessionSummary]:
        return self.outside.listed

    async def last_said(self, name: str) -> str:
        return f"engineer: the last words of {name}"

    async def offer(self) -> Offer:
        return self.offered

    async def load_ahead(self) -> None:
        """All is there."""

    async def pull(self, model: str) -> AsyncIterator[PullProgress]:
        self.pulled.append(model)
        for done in (0, 50, 100):
            yield PullProgress(status="pulling", completed_bytes=done, total_bytes=100)
            await asyncio.sleep(0)
