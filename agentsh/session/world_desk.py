"""The session's world, as every shell sees it: how it is, how it was, and what people may do to it."""

from collections.abc import AsyncIterator

from agentsh.core import controls as k
from agentsh.core import events as e
from agentsh.core.errors import WorldError
from agentsh.core.ids import RoleName
from agentsh.core.messages import Message
from agentsh.core.worlds import EntityId
from agentsh.engine.conditions import Condition
from agentsh.engine.log import EventLog
from agentsh.session import world_view as look
from agentsh.world.catalogue import Catalogue
from agentsh.world.minds import Agent, Asked
from agentsh.world.restore import restored
from agentsh.world.run import WorldRun
from agentsh.world.series import Point, series
from agentsh.world.services.states import clock
from agentsh.world.world import World

_PAGE_EVENTS = 500


class WorldDesk:
    """What a session shows of its world, and lets people do."""

    def __init__(self, log: EventLog, run: WorldRun, catalogue: Catalogue) -> None:
        self._log = log
        self._run = run
        self._catalogue = catalogue

    def view(self, *, named: bool = False) -> look.WorldView:
        """Return the world as it is; `named`: without entities that have no name, such as memories and stimuli."""
        world, state = self._run.world, self._log.state.world
        return look.WorldView(
            name=world.card.name,
            tick=world.tick,
            time_s=world.time_s,
            clock=clock(world.time_s),
            last_tick=None if state is None else state.last_tick,
            paused=self._log.state.paused or (state is not None and state.paused),
            over=self._run.is_over(),
            lock=world.card.lock,
            ticks_per_second=self._run.ticks_per_second,
            rooms=look.rooms_of(world),
            entities=look.entities_of(world, named=named),
            alive=len(world.store.alive),
            thinking=len(world.store.tables[Asked]),
            systems=look.systems_of(world),
            counts=look.counts_of(world),
        )

    def entity(self, id_or_name: str) -> look.EntityDetail:
        """Return one entity as it is. Raises WorldError when it is not there."""
        return look.detail_of(self._run.world, look.found_entity(self._run.world, id_or_name))

    def thinks_for(self, role: RoleName) -> EntityId | None:
        """Return the entity that a role thinks for; None: it does not live in this world."""
        return next((one for one, agent in self._run.world.store.each(Agent) if agent.role == role), None)

    def in_mind(self, role: RoleName, about: str) -> tuple[str, ...]:
        """Return what comes to the mind of an agent about something, oldest first; nothing: it does not live here."""
        entity = self.thinks_for(role)
        return () if entity is None else look.in_mind_of(self._run.world, entity, about)

    def recall(self, role: RoleName) -> tuple[Message, ...] | None:
        """Return all that an agent remembers, oldest first, as messages; None: it does not live in this world."""
        entity = self.thinks_for(role)
        return None if entity is None else look.memories_of(self._run.world, entity, role)

    def has(self, id_or_name: str) -> bool:
        """Return whether there is an entity of this number or name now."""
        try:
            look.found_entity(self._run.world, id_or_name)
        except WorldError:
            return False
        return True

    def fields(self) -> list[tuple[str, str]]:
        """Return every field of every component that somebody has, as `Health.hp`, with its kind's category."""
        return look.fields_of(self._run.world)

    def rumour(self, words: str) -> list[look.KnownView]:
        """Return who remembers something with these words, oldest first, and who told them."""
        return look.rumour_of(self._run.world, words)

    async def entity_at(self, id_or_name: str, tick: int) -> look.EntityDetail:
        """Return one entity as it was after a tick. Raises WorldError when it or the tick is not there."""
        world = await self.at(tick)
        return look.detail_of(world, look.found_entity(world, id_or_name))

    async def at(self, tick: int) -> World:
        """Return the world as it was after a tick, for looking at. Raises WorldError when there is no such tick."""
        facts, state = self._log.state.facts, self._log.state.world
        if facts is None or state is None:
            raise WorldError("this session has no world")
        return (await restored(self._log.journal, self._catalogue, facts, state.snapshots, tick)).world

    async def seq_of(self, tick: int) -> int:
        """Return the event with which a tick ended; 0 is how the world began. Raises WorldError when there is none."""
        state = self._log.state.world
        start = max((known for known in (state.snapshots if state else {}) if known <= tick), default=None)
        if state is None or start is None:
            raise WorldError(f"there is no tick {tick}")
        after = state.snapshots[start]
        if start == tick:
            return after
        while page := await self._log.journal.read(after, _PAGE_EVENTS, kinds=("tick.finished",)):
            for recorded in page:
                if isinstance(recorded.event, e.TickFinished) and recorded.event.tick == tick:
                    return recorded.seq
            after = page[-1].seq
        raise WorldError(f"there is no tick {tick}", hint=f"the last one is {state.tick}")

    def series(self, entity: EntityId, condition: Condition) -> AsyncIterator[Point]:
        """Yield a numeric field of one entity over the ticks, for plots; only the condition's kind and path count."""
        return series(self._log.journal, self._run.world.store.kinds, entity, condition.kind, condition.path)

    async def plot(self, entity: EntityId, field: str) -> list[Point]:
        """Return a numeric field of one entity over the ticks, oldest first: `Health.hp`.

        Raises:
            WorldError: there is no such component, or nothing of it was ever a number.
        """
        kind, _, path = field.partition(".")
        wanted = Condition(kind, tuple(path.split(".")) if path else (), "==", None)
        found = [point async for point in self.series(entity, wanted)]
        if not found:
            raise WorldError(f"{field!r} of entity {entity} was never a number", hint="name a field, such as Health.hp")
        return found

    async def carry_out(self, control: k.WorldControl) -> None:
        """Do what a person asks. Raises WorldError when that cannot be done."""
        match control:
            case k.Tick():
                await self._run.allow(control.times)
            case k.SetSpeed():
                self._run.set_speed(control.ticks_per_second)
            case k.EditEntity():
                await self._run.edit(EntityId(control.entity), control.component, control.value, control.path)

    def pause(self) -> None:
        """Take back the ticks that were allowed and have not passed."""
        self._run.disallow()

    async def run(self) -> None:
        """Let it tick until it is over; see `WorldRun.run`."""
        await self._run.run()

    async def serve(self) -> None:
        """Let it tick, and stay when it is over; see `WorldRun.serve`."""
        await self._run.serve()

    def check_budget(self) -> None:
        """Raise BudgetSpent when the next tick could not be paid for."""
        if self._run.spent is not None:
            raise self._run.spent

    async def save(self) -> None:
        """Store all of it, unless it is stored already."""
        await self._run.save()
