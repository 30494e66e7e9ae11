"""A session with a world: real journal, engine and world; a model in process, and roles that are functions."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from agentsh.conductors.sop import Sop
from agentsh.core.cards import BudgetCard, RoleCard, TeamCard, TeamFile
from agentsh.core.events import Event, Recorded, SessionFinished, SessionResumed, SessionStarted, TickFinished
from agentsh.core.ids import RoleName, SessionName
from agentsh.core.messages import Draft
from agentsh.core.settings import ModelSettings
from agentsh.core.verdict import Verdict
from agentsh.core.worlds import PERCEIVE, THINK, WORLD, WorldCard
from agentsh.engine.breakpoints import Passage
from agentsh.engine.budget import Meter
from agentsh.engine.desk import Desk
from agentsh.engine.fold import Fold
from agentsh.engine.gate import Gate
from agentsh.engine.log import EventLog
from agentsh.engine.model_queue import Host, ModelQueue
from agentsh.engine.people import People
from agentsh.engine.reaction import Reaction
from agentsh.engine.run import Run
from agentsh.session.facade import Session
from agentsh.session.world_desk import WorldDesk
from agentsh.store.journal import SqliteJournal
from agentsh.world.catalogue import Catalogue, agents
from agentsh.world.run import WorldRun, open_world
from agentsh.world.turns import WorldTurns
from agentsh.world.world import World
from tests.support.patience import HANG_S
from tests.support.stage import (
    FunctionRole,
    ModelInProcess,
    React,
    SandboxOnPaper,
    VerifierOnPaper,
    WorkspaceInMemory,
    request,
)


async def thinks(reaction: Reaction) -> None:
    """React as an agent does: ask the model about what is perceived, and tell the world what came of it."""
    seen = reaction.observed[-1]
    answer = await reaction.ask_model(request(f"{reaction.role}: {seen.content}"))
    await reaction.publish(Draft(content=answer.text, data={"thought": answer.text}, cause_by=THINK, send_to=(WORLD,)))


@dataclass
class WorldStage:
    """A session with a world, with its parts in reach."""

    session: Session
    desk: Desk
    run: WorldRun
    model: ModelInProcess
    hits: list[str] = field(default_factory=list)
    was_hit: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a breakpoint has hit; whoever waits for the next one clears it."""

    @property
    def world(self) -> World:
        return self.run.world

    @property
    def at_desk(self) -> WorldDesk:
        assert self.session.world is not None
        return self.session.world

    async def events(self) -> list[Event]:
        return [recorded.event for recorded in await self.desk.log.journal.read()]

    async def ticks(self) -> list[TickFinished]:
        return [event for event in await self.events() if isinstance(event, TickFinished)]

    async def until_tick(self, tick: int) -> None:
        """Wait until a tick is in the journal."""
        await self.until(lambda event: isinstance(event, TickFinished) and event.tick >= tick)

    async def until(self, condition: Callable[[Event], bool]) -> Event:
        """Return the first event, past or to come, that fits; give up after a minute."""
        async with asyncio.timeout(HANG_S):
            async for item in self.session.follow():
                if isinstance(item, Recorded) and condition(item.event):
                    return item.event
        raise AssertionError("the session ended before it happened")

    async def until_hit(self) -> None:
        """Wait until a breakpoint has hit; give up after a minute."""
        async with asyncio.timeout(HANG_S):
            await self.was_hit.wait()

    async def more(self, ticks: int) -> SessionFinished:
        """Let it go on for so many more ticks."""
        await self.desk.log.append(SessionResumed(reason="reopened", ticks=ticks))
        return await self.session.run()


def agent_card(name: RoleName) -> RoleCard:
    """Return the card of a role that thinks for an entity."""
    return RoleCard(name=name, profile="Villager", watch={PERCEIVE: (THINK,)}, actions=(THINK,))


def facts(world: WorldCard, team: Sequence[RoleCard] = (), **more: object) -> SessionStarted:
    """Return how a session with this world begins."""
    cards = {card.name: card for card in [*team, *map(agent_card, agents(world))]}
    names = tuple(cards) or (RoleName("nobody"),)
    return SessionStarted(
        session=SessionName("stage"),
        idea="build it" if team else "",
        team=TeamFile(team=TeamCard(name="stage", roles=names, verify=False), roles=cards, actions={}),
        provider="in-process",
        model="tiny",
        host="here",
        seed=7,
        workspace="/nowhere",
        world=world,
        **more,  # type: ignore[arg-type]
    )


@asynccontextmanager
async def world_stage(
    path: Path,
    catalogue: Catalogue,
    card: WorldCard | None = None,
    *,
    model: ModelInProcess | None = None,
    react: React = thinks,
    team: Sequence[tuple[RoleCard, React]] = (),
    parallel: int = 64,
    budget: BudgetCard | None = None,
    present: bool = False,
    debug: bool = True,
) -> AsyncIterator[WorldStage]:
    """Open the session at `path`, or go on with it."""
    journal = await SqliteJournal.open(path, create=not path.exists())
    fold = Fold()
    for recorded in await journal.read():
        fold.apply(recorded)
    log = EventLog(journal, fold)
    if fold.state.facts is None:
        assert card is not None
        await log.append(facts(card, [role for role, _ in team], budget=budget or BudgetCard()))
    else:
        await log.append(SessionResumed(reason="reopened", budget=budget))
    model = model or ModelInProcess()
    hits: list[str] = []
    was_hit = asyncio.Event()
    meter = Meter(log, ModelSettings())

    def hit(text: str, _at: Passage) -> None:
        hits.append(text)
        was_hit.set()

    desk = Desk(
        log=log,
        gate=Gate(budget=meter.spent, hit=hit),
        people=People(log, "always", present),
        models=ModelQueue([Host(model, parallel)]),  # type: ignore[arg-type]
        sandbox=SandboxOnPaper(),
        workspace=WorkspaceInMemory(),
        verifier=VerifierOnPaper(Verdict(passed=True, gates=())),
    )
    began = fold.state.facts
    assert began is not None
    assert began.world is not None
    thinkers = agents(began.world)
    roles = {name: FunctionRole(name, react) for name in thinkers}
    roles |= {role.name: FunctionRole(role.name, function) for role, function in team}
    run = Run(desk, WorldTurns(thinkers, Sop() if team else None), roles)
    world = await open_world(desk, run, catalogue, debug=debug)
    session = Session(began, desk, run, meter, WorldDesk(log, world, catalogue))
    try:
        yield WorldStage(session, desk, world, model, hits, was_hit)
    finally:
        await session.aclose()
        await journal.aclose()
