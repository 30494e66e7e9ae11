"""A shipped team at work on a scripted server, through wiring, with the real engine, sandbox and gates."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from agentsh.core.cards import BudgetCard
from agentsh.core.controls import AnswerQuestion
from agentsh.core.events import HumanAsked, MessagePublished, Recorded, SessionFinished
from agentsh.core.ids import RoleName, SessionName
from agentsh.core.messages import Message
from agentsh.core.record import without_record
from agentsh.core.settings import ResumeOptions, RunOptions, Settings
from agentsh.library.home import find_home
from agentsh.session.facade import Session
from agentsh.store.catalogue import read_session
from agentsh.wiring import reopened, started
from tests.conductors.ways import Way
from tests.support.ollama_server import OllamaServer

NAME = SessionName("s")
MODEL = "tiny:latest"


def server_for(way: Way) -> OllamaServer:
    """Return a server that says what this way's model says."""
    return OllamaServer.on(*way.rules, models=[MODEL])


@dataclass(frozen=True)
class Bench:
    """One session of a way, in a home of its own."""

    way: Way
    root: Path
    host: str

    @property
    def file(self) -> Path:
        return self.root / "home" / "sessions" / f"{NAME}.db"

    @property
    def workspace(self) -> Path:
        if self.way.furnish is None:
            return self.root / "home" / "sessions" / NAME
        return self.root / "project"

    def furnish(self) -> str | None:
        """Make the project that it works in; None: there is none."""
        if self.way.furnish is None:
            return None
        self.workspace.mkdir(parents=True)
        self.way.furnish(self.workspace)
        return str(self.workspace)

    @asynccontextmanager
    async def started(
        self, budget: BudgetCard | None = None, humans: tuple[RoleName, ...] = ()
    ) -> AsyncIterator[Session]:
        """Begin it."""
        options = RunOptions(
            idea=self.way.idea,
            team=self.way.team,
            host=self.host,
            model=MODEL,
            seed=7,
            session=NAME,
            approve="always",
            humans=humans,
            budget=budget or BudgetCard(),
            workspace=self.furnish(),
        )
        home = find_home(self.root, self.root / "home")
        async with started(options, Settings(), home, terminal=True) as session:
            yield session

    @asynccontextmanager
    async def reopened(self, budget: BudgetCard | None = None, host: str | None = None) -> AsyncIterator[Session]:
        """Go on with it."""
        options = ResumeOptions(approve="always", budget=budget or BudgetCard(), host=host)
        home = find_home(self.root, self.root / "home")
        async with reopened(NAME, options, Settings(), home, terminal=True) as session:
            yield session

    async def ended(self, session: Session) -> SessionFinished:
        """Let it work to its end; whoever plays a role answers as the way says."""
        answering = asyncio.create_task(_answer(session, self.way))
        try:
            return await session.run()
        finally:
            answering.cancel()
            await asyncio.wait([answering])

    def events(self) -> list[Recorded]:
        """Return all that happened."""
        return read_session(self.file)

    def story(self) -> dict[str, str]:
        """Return what was said, by message; that it was checked in so many seconds is no part of it."""
        return {said.id: without_record(said.content) for said in messages(self.events())}


def messages(events: list[Recorded]) -> list[Message]:
    """Return what was said."""
    return [recorded.event.message for recorded in events if isinstance(recorded.event, MessagePublished)]


async def _answer(session: Session, way: Way) -> None:
    async for item in session.follow(session.view().seq):
        if isinstance(item, Recorded) and isinstance(item.event, HumanAsked):
            asked = item.event
            for answer in [given for part, given in way.person.items() if part in asked.prompt][:1]:
                await session.send(AnswerQuestion(question=asked.question, answer=answer))
