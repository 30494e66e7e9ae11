"""Drives a world through a session: one tick after another, each of them one batch of events in the journal.

A tick waits for nobody's thought, unless the world's file says `lock`: what an agent thinks lands at the first boundary
of two ticks after it is recorded. Which tick that was stands in that tick's event, so that it is the same for ever.
"""

import asyncio

from pydantic import JsonValue

from agentsh.core import events as e
from agentsh.core.errors import BudgetSpent, WorldError
from agentsh.core.ids import MessageId, ReactionId
from agentsh.core.messages import Message
from agentsh.core.worlds import PERCEIVE, TICK, WORLD, EntityId
from agentsh.engine.breakpoints import Passage
from agentsh.engine.conditions import Condition, parse_condition
from agentsh.engine.desk import Desk
from agentsh.engine.run import Run
from agentsh.engine.state import State, WorldState
from agentsh.world.breath import in_steps
from agentsh.world.catalogue import Catalogue, populating
from agentsh.world.moment import Question, Word
from agentsh.world.restore import restored
from agentsh.world.store import Marks
from agentsh.world.thoughts import Thoughts
from agentsh.world.watches import Watches
from agentsh.world.world import Arrival, Missed, Ticked, World

ASKED_AT_ONCE = 100
"""After so many questions are put into words, keys and screens have their turn."""
_GO_ON = (e.SessionResumed, e.ReactionRetried, e.BudgetChanged)


class WorldRun:
    """One process's work on a session's world. Made by `open_world`."""

    def __init__(self, desk: Desk, run: Run, world: World, waiting: dict[MessageId, Message]) -> None:
        """Take up a world where it is.

        Args:
            desk: of the session.
            run: lets the agents react; it is not over while the world goes on.
            world: as it is after its last tick.
            waiting: what was sent to it and has not landed yet.
        """
        self.world = world
        self.ticks_per_second = world.card.ticks_per_second
        self.spent: BudgetSpent | None = None
        """Why the next tick could not be paid for."""
        self._desk = desk
        self._run = run
        self._thoughts = Thoughts(desk, world, waiting)
        self._watches = Watches(desk.gate)
        self._until: Condition | None = parse_condition(world.card.until) if world.card.until else None
        self._is_fulfilled = self._until is not None and self._fulfils(self._until, world.store.tables)
        self._is_stored = True
        self._boundary = asyncio.Lock()
        self._hurry = asyncio.Event()
        self._last_s = 0.0
        self._more = asyncio.Event()
        """Set when something has happened since that may let an ended world go on."""

    @property
    def _state(self) -> State:
        return self._desk.log.state

    @property
    def _world_state(self) -> WorldState:
        found = self._state.world
        assert found is not None, "a world runs in a session that has one"  # noqa: S101
        return found

    def is_over(self) -> bool:
        """Return whether no tick follows: the last one or the end is reached, or nobody is left who could think."""
        last = self._world_state.last_tick
        at_end = last is not None and self.world.tick >= last
        return at_end or self._is_fulfilled or self._thoughts.all_stuck(self.world)

    async def run(self) -> None:
        """Let tick after tick pass until the world is over.

        Where a budget is used up it stops as well: see `spent`.

        Raises:
            StoreError: the journal takes nothing any more.
        """
        self.spent = None
        with self._run.held():
            while not self.is_over():
                if self.world.card.lock:
                    await self._thoughts.settled.wait()
                    if self.is_over():
                        return
                await self._pace()
                try:
                    await self._desk.gate.passes(self._passage())
                except BudgetSpent as spent:
                    await self._stop(spent)
                    return
                await self._tick()

    async def serve(self) -> None:
        """Do the same, and stay when the world is over: it goes on when it is allowed to, or somebody can think again.

        Raises:
            StoreError: the journal takes nothing any more.
        """
        stop_listening = self._desk.log.listen(self._hear, _GO_ON)
        try:
            while True:
                self._more.clear()
                await self.run()
                await self._more.wait()
        finally:
            stop_listening()

    async def allow(self, ticks: int) -> None:
        """Let so many ticks pass, with the thoughts that they set off; then the world is paused. It may be over."""
        gate = self._desk.gate
        last = self._world_state.last_tick
        self._is_fulfilled = False
        if last is not None and self.world.tick + ticks > last:
            await self._desk.log.append(e.SessionResumed(reason="more", role=WORLD, ticks=ticks))
        if not gate.is_closed(WORLD):
            gate.close(WORLD)
            await self._desk.log.append(e.SessionPaused(role=WORLD, why="ticks were counted"))
        self._thoughts.lend(ticks)
        gate.step(WORLD, ticks)

    def disallow(self) -> None:
        """Take back what `allow` allowed and has not happened yet."""
        self._thoughts.lend(0)
        self._desk.gate.void(WORLD)

    def set_speed(self, ticks_per_second: float | None) -> None:
        """Go at most so fast from now on; None: as fast as it can."""
        self.ticks_per_second = ticks_per_second
        self._hurry.set()

    async def edit(self, entity: EntityId, component: str, value: JsonValue, path: tuple[str, ...] = ()) -> None:
        """Give an entity a component at the next boundary of two ticks, or take it away with None.

        Args:
            entity: whose.
            component: name of its kind.
            value: what it is from then on.
            path: the field that becomes `value`; empty: the component as a whole does.

        Raises:
            WorldError: there is no such entity, component or field, or `value` is none of it.
        """
        async with self._boundary:
            if path:
                value = self.world.changed(entity, component, path, value)
            self.world.edit(entity, component, value)
            self._is_stored = False
            tick = self.world.tick
            await self._desk.log.append(e.WorldEdited(tick=tick, entity=entity, component=component, value=value))

    async def save(self) -> None:
        """Store all of the world as it is, unless it is stored already."""
        async with self._boundary:
            if not self._is_stored and self._desk.log.failure is None:
                self._is_stored = True
                await self._desk.log.append(self._snapshot("stop"))

    def _hear(self, _recorded: e.Recorded) -> None:
        self._more.set()

    async def _stop(self, spent: BudgetSpent) -> None:
        self.spent = spent
        await self._desk.log.append(e.BudgetWasSpent(budget=spent.budget, limit=spent.limit, spent=spent.spent))

    async def _pace(self) -> None:
        """Wait until the next tick is due at the speed that people want."""
        clock = asyncio.get_running_loop()
        while (speed := self.ticks_per_second) is not None and (left_s := self._last_s + 1 / speed - clock.time()) > 0:
            self._hurry.clear()
            try:
                async with asyncio.timeout(left_s):
                    await self._hurry.wait()
            except TimeoutError:
                break
        self._last_s = clock.time()

    async def _tick(self) -> None:
        """Let one tick pass. One that has begun ends, also when the session closes meanwhile."""
        ticking = asyncio.create_task(self._pass(), name=f"tick {self.world.tick + 1}")
        try:
            await asyncio.shield(ticking)
        except asyncio.CancelledError:
            await asyncio.wait([ticking])
            raise

    async def _pass(self) -> None:
        async with self._boundary:
            landing = self._thoughts.landing(self.world)
            ticked = await in_steps(self.world.passing(landing))
            await self._desk.log.append(*await self._events(ticked, landing))
            self._thoughts.took()
            if self._until is not None:
                self._is_fulfilled = self._fulfils(self._until, ticked.touched)
        self._watches.look(self.world.store, ticked.touched, self._passage())

    async def _events(self, ticked: Ticked, landing: list[Arrival]) -> list[e.Event]:
        """Return what is kept of a tick, in one piece. The tick itself comes last but for a snapshot of it."""
        told: list[e.Event] = []
        for number, question in enumerate(ticked.questions, 1):
            told.append(_asked(question))
            if number % ASKED_AT_ONCE == 0:
                await asyncio.sleep(0)
        missed = {arrival.role: arrival.reason for arrival in landing if isinstance(arrival, Missed)}
        finished = e.TickFinished(
            tick=ticked.tick,
            landed=tuple(arrival.id for arrival in landing if isinstance(arrival, Message)),
            missed=missed,
            changes=ticked.changes,
            digest=ticked.digest,
        )
        due = ticked.tick % self.world.card.snapshot_ticks == 0
        self._is_stored = due or ticked.saves
        stored = [self._snapshot("period" if due else "event")] if self._is_stored else []
        return [*self._thoughts.closing(missed), *told, *map(_said, ticked.words), finished, *stored]

    def _snapshot(self, why: e.SnapshotReason) -> e.WorldSnapshot:
        return e.WorldSnapshot(tick=self.world.tick, why=why, parts=self.world.snapshot())

    def _fulfils(self, condition: Condition, touched: Marks) -> bool:
        kind = self.world.store.kinds.named(condition.kind)
        found = (self.world.store.find(entity, kind.type) for entity in touched.get(kind.type, ()))
        return any(component is not None and condition.holds(component) for component in found)

    def _passage(self) -> Passage:
        usage = self._state.usage
        return Passage(
            role=WORLD,
            reaction=ReactionId(f"{WORLD}:{self.world.tick + 1}"),
            step="tick",
            action=TICK,
            tokens=usage.prompt_tokens + usage.completion_tokens,
        )


async def open_world(desk: Desk, run: Run, catalogue: Catalogue, *, debug: bool = False) -> WorldRun:
    """Return the session's world as its journal has it, or begin it.

    Raises:
        WorldError: it has none, its file names what is not there, or it holds what this program has not.
    """
    log = desk.log
    facts, state = log.state.facts, log.state.world
    if facts is None or facts.world is None or state is None:
        raise WorldError("this session has no world", hint="begin one: agentsh world run NAME")
    if not state.snapshots:
        world = catalogue.empty(facts.world, facts.seed, debug=debug)
        await in_steps(populating(world, facts.world))
        await log.append(e.WorldSnapshot(tick=0, why="start", parts=world.snapshot()))
        return WorldRun(desk, run, world, {})
    found = await restored(log.journal, catalogue, facts, state.snapshots, debug=debug)
    if not found.exact:
        await log.append(e.Noticed(message=_CHANGED.format(tick=found.world.tick)))
    waiting = {id_: await log.journal.message(id_) for id_ in state.arrived}
    return WorldRun(desk, run, found.world, {id_: said for id_, said in waiting.items() if said is not None})


_CHANGED = (
    "the world's systems have changed since: it goes on from tick {tick} as it was stored, "
    "with components that are stored more rarely as they were then"
)


def _asked(question: Question) -> e.MessagePublished:
    return e.MessagePublished(
        message=Message(
            id=question.message,
            content=question.content,
            data=question.data,
            cause_by=PERCEIVE,
            sent_from=WORLD,
            send_to=(question.role,),
        )
    )


def _said(word: Word) -> e.Noticed | e.ErrorSeen:
    if word.is_error:
        return e.ErrorSeen(message=word.message, hint=word.hint, role=word.role)
    return e.Noticed(message=word.message, hint=word.hint)
