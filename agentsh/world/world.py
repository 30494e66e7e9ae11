"""A world: one tick after another, from its store, its seed and what arrives; it knows no clock and no model."""

from collections import deque
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from agentsh.core.errors import WorldError
from agentsh.core.ids import RoleName
from agentsh.core.messages import Message
from agentsh.core.worlds import THINK, EntityId, WorldCard
from agentsh.world.checkpoint import Checkpoints, apply, loading
from agentsh.world.kinds import Kinds
from agentsh.world.minds import Agent, Asked, NoReply, Reply
from agentsh.world.moment import Moment, Outbox, Question, Word
from agentsh.world.store import Marks, Store
from agentsh.world.systems import System, in_order, is_due, run_through
from agentsh.world.watched import Watched


@dataclass(frozen=True, slots=True)
class Missed:
    """An agent that was asked and will not answer."""

    role: RoleName
    reason: str


Arrival = Message | Missed
"""What reaches a world at the boundary of two ticks."""


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one tick came to.

    Attributes:
        tick: its number.
        changes: what is stored of it.
        digest: of all that it changed.
        questions: what agents are to think about.
        words: what people should know.
        touched: the components that it changed.
        saves: whether a system wants all of the world stored now.
    """

    tick: int
    changes: str
    digest: str
    questions: tuple[Question, ...]
    words: tuple[Word, ...]
    touched: Marks
    saves: bool = False


class World:
    """The one writer of its store. The same arrivals give the same world, always."""

    def __init__(
        self,
        card: WorldCard,
        kinds: Kinds,
        systems: Iterable[System],
        seed: int,
        *,
        resources: Mapping[type[object], object] | None = None,
        debug: bool = False,
    ) -> None:
        """Make a world with nothing in it yet: see `catalogue.populating` and `load`.

        Args:
            card: how its time goes.
            kinds: the components and relations that it has.
            systems: what drives it; their order here makes no difference.
            seed: all chance comes from it.
            resources: services, by their type.
            debug: check what systems declare, and that they mark what they change. Slow.

        Raises:
            WorldError: two systems share a name.
        """
        self.card = card
        self.seed = seed
        self.tick = 0
        self.systems = in_order(systems)
        self._watched = Watched(kinds) if debug else None
        self.store: Store = self._watched or Store(kinds)
        self._resources = dict(resources or {})
        self._checkpoints = Checkpoints(self.store)
        self._told: dict[str, str] = {}

    @property
    def time_s(self) -> float:
        """Simulated time since midnight of the first day, seconds."""
        return self.card.starts_at_s + self.tick * self.card.seconds_per_tick

    def advance(self, arrivals: Sequence[Arrival] = ()) -> Ticked:
        """Let one tick pass: what arrived lands in the order of the entities, then the systems that are due run."""
        passing = self.passing(arrivals)
        while True:
            try:
                next(passing)
            except StopIteration as end:
                return cast("Ticked", end.value)

    def passing(self, arrivals: Sequence[Arrival] = ()) -> Generator[None, None, Ticked]:
        """Let one tick pass as `advance` does, and yield where something else may have its turn: it must not write."""
        self.tick += 1
        self.store.forget_transient()
        outbox = Outbox()
        letters = self._land(arrivals)
        for system in self.systems:
            if is_due(self.period_ticks(system), self.tick):
                yield from self._run(system, letters, outbox)
                yield
        touched = self.store.pending.touched
        taken = self._checkpoints.take(periodic=self.tick % self.card.periodic_ticks == 0)
        outbox.words.extend(Word(fault, is_error=True) for fault in taken.faults)
        return Ticked(
            self.tick, taken.text, taken.digest, tuple(outbox.questions), tuple(outbox.words), touched, outbox.saves
        )

    def period_ticks(self, system: System) -> int:
        """Return how many ticks pass from one run of a system to the next."""
        return system.period_ticks or self.card.levels.get(system.level, 1)

    def edit(self, entity: EntityId, name: str, value: JsonValue) -> None:
        """Give an entity a component between two ticks, or take it away with None.

        Raises:
            WorldError: there is no such entity or component, or `value` is none of it.
        """
        kind = self.store.kinds.named(name)
        if entity not in self.store.alive:
            raise WorldError(f"there is no entity {entity!r}", hint="it is gone, or never was")
        if value is None:
            self.store.remove(entity, kind.type)
        else:
            self.store.put(entity, kind.read(value))

    def changed(self, entity: EntityId, name: str, path: Sequence[str], value: JsonValue) -> JsonValue:
        """Return a component as it would be with another value in one of its fields; nothing changes yet.

        Raises:
            WorldError: the entity has no such component, or that has no such field.
        """
        kind = self.store.kinds.named(name)
        whole = kind.write(self.store.get(entity, kind.type))
        inner: JsonValue = whole
        for place, key in enumerate(path):
            if not isinstance(inner, dict) or key not in inner:
                fields = ", ".join(inner) if isinstance(inner, dict) else ""
                raise WorldError(f"there is no field {'.'.join((name, *path))!r}", hint=f"there is: {fields or 'none'}")
            if place == len(path) - 1:
                inner[key] = value
            inner = inner[key]
        return whole if path else value

    def snapshot(self) -> dict[str, tuple[str, ...]]:
        """Return everything that outlives a tick. Call it between two ticks."""
        return self._checkpoints.snapshot()

    def load(self, tick: int, parts: Mapping[str, Iterable[str]]) -> None:
        """Become the world that a snapshot of this tick says. Raises WorldError when a kind is not there any more."""
        deque(self.loading(tick, parts), maxlen=0)

    def loading(self, tick: int, parts: Mapping[str, Iterable[str]]) -> Generator[None, None, None]:
        """Do as `load` does, and yield where something else may have its turn: it must not touch this world."""
        self._empty()
        yield from loading(self.store, parts)
        self.tick = tick

    def apply(self, tick: int, changes: str) -> None:
        """Become the world after this tick, as it was stored, without running it. Raises WorldError."""
        self.store.forget_transient()
        apply(self.store, changes)
        self.tick = tick

    def _empty(self) -> None:
        kinds = self.store.kinds
        self._watched = Watched(kinds) if self._watched is not None else None
        self.store = self._watched or Store(kinds)
        self._checkpoints = Checkpoints(self.store)
        self._told.clear()

    def _land(self, arrivals: Sequence[Arrival]) -> tuple[Message, ...]:
        """Give each agent what it thought, by entity; return what was said to the world itself."""
        entities = {agent.role: entity for entity, agent in self.store.each(Agent)}
        letters: list[Message] = []
        landing: list[tuple[EntityId, Arrival]] = []
        for arrival in arrivals:
            role = arrival.role if isinstance(arrival, Missed) else arrival.sent_from
            thinks = isinstance(arrival, Missed) or arrival.cause_by == THINK
            if thinks and role in entities:
                landing.append((entities[role], arrival))
            elif isinstance(arrival, Message):
                letters.append(arrival)
        for entity, arrival in sorted(landing, key=lambda pair: pair[0]):
            self.store.remove(entity, Asked)
            self.store.put(entity, _answer(arrival))
        return tuple(letters)

    def _run(self, system: System, letters: tuple[Message, ...], outbox: Outbox) -> Iterator[None]:
        moment = Moment(self.tick, self.time_s, self.store, letters, self.seed, system.name, self._resources, outbox)
        try:
            if self._watched is None:
                yield from run_through(system, moment)
            else:
                self._watched.run(system, moment)
        except Exception as error:  # noqa: BLE001  a system is anybody's code: the world goes on without its turn
            self._tell(system, f"{type(error).__name__}: {error}", outbox)
        else:
            self._told.pop(system.name, None)

    def _tell(self, system: System, fault: str, outbox: Outbox) -> None:
        """Say a fault once, not at every tick at which it comes again."""
        if self._told.get(system.name) != fault:
            self._told[system.name] = fault
            outbox.words.append(
                Word(
                    f"system {system.name!r} failed at tick {self.tick}: {fault}",
                    hint="the world goes on without it; it is tried again whenever it is due",
                    is_error=True,
                )
            )


def _answer(arrival: Arrival) -> object:
    if isinstance(arrival, Missed):
        return NoReply(arrival.reason)
    return Reply(arrival.id, arrival.content, arrival.data or {})
