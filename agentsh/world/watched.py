"""A store that looks over the systems' shoulders: slow, for tests and for those who write systems."""

import collections
from collections.abc import Iterable
from typing import Any, TypeVar

from agentsh.core.errors import WorldError
from agentsh.core.worlds import EntityId
from agentsh.world.kinds import Kinds
from agentsh.world.minds import Agent, Asked, Name
from agentsh.world.moment import Moment
from agentsh.world.store import Store
from agentsh.world.systems import System, run_through

T = TypeVar("T")

_FREE = (Name, Agent, Asked)
"""What every system may use: `Moment.ask` does it for them."""


class Watched(Store):
    """Refuses what a system has not declared, and finds what it changed without a mark."""

    def __init__(self, kinds: Kinds) -> None:
        super().__init__(kinds)
        self._system: System | None = None
        self._marked: set[tuple[type[object], EntityId]] = set()

    def run(self, system: System, moment: Moment) -> None:
        """Run a system.

        Raises:
            WorldError: it touched what it does not declare, or changed a component and did not mark it.
        """
        before = self._spellings()
        self._system = system
        self._marked.clear()
        try:
            collections.deque(run_through(system, moment), maxlen=0)
        finally:
            self._system = None
            missed = self._missed(before)
            for type_, entity in missed:
                self.mark(entity, type_)
        if missed:
            type_, entity = missed[0]
            raise WorldError(
                f"{type_.__name__} of entity {entity} was changed and not marked",
                hint="get what is to be changed with `change`, or call `mark` after it",
            )

    def spawn(self, *components: object) -> EntityId:
        """Return a new entity. Raises WorldError when the system does not write one of its components."""
        for component in components:
            self._expect(type(component), writing=True)
        return super().spawn(*components)

    def put(self, entity: EntityId, component: object) -> None:
        """Give an entity a component. Raises WorldError when the system does not write it."""
        self._write(entity, type(component))
        super().put(entity, component)

    def change(self, entity: EntityId, type_: type[T]) -> T:
        """Return a component to be changed. Raises WorldError when the system does not write it."""
        self._write(entity, type_)
        return super().change(entity, type_)

    def mark(self, entity: EntityId, type_: type[object]) -> None:
        """Say that a component was changed. Raises WorldError when the system does not write it."""
        self._write(entity, type_)
        super().mark(entity, type_)

    def remove(self, entity: EntityId, type_: type[object]) -> None:
        """Take a component away. Raises WorldError when the system does not write it."""
        self._expect(type_, writing=True)
        super().remove(entity, type_)

    def get(self, entity: EntityId, type_: type[T]) -> T:
        """Return a component. Raises WorldError when the system does not read it."""
        self._expect(type_, writing=False)
        return super().get(entity, type_)

    def find(self, entity: EntityId, type_: type[T]) -> T | None:
        """Return a component, if there is one. Raises WorldError when the system does not read it."""
        self._expect(type_, writing=False)
        return super().find(entity, type_)

    def has(self, entity: EntityId, *types: type[object]) -> bool:
        """Return whether the entity has them all. Raises WorldError when the system does not read one."""
        self._expect_all(types)
        return super().has(entity, *types)

    def each(self, *types: Any) -> list[Any]:
        """Return every entity that has them all. Raises WorldError when the system does not read one."""
        self._expect_all(types)
        return super().each(*types)

    def relate(self, source: EntityId, relation: str, target: EntityId) -> None:
        """Let `source` stand in a relation. Raises WorldError when the system does not write it."""
        self._expect(relation, writing=True)
        super().relate(source, relation, target)

    def unrelate(self, source: EntityId, relation: str, target: EntityId | None = None) -> None:
        """End a relation. Raises WorldError when the system does not write it."""
        self._expect(relation, writing=True)
        super().unrelate(source, relation, target)

    def target(self, source: EntityId, relation: str) -> EntityId | None:
        """Return the first that `source` points to. Raises WorldError when the system does not read it."""
        self._expect(relation, writing=False)
        return super().target(source, relation)

    def targets(self, source: EntityId, relation: str) -> tuple[EntityId, ...]:
        """Return what `source` points to. Raises WorldError when the system does not read it."""
        self._expect(relation, writing=False)
        return super().targets(source, relation)

    def sources(self, target: EntityId, relation: str) -> tuple[EntityId, ...]:
        """Return what points to `target`. Raises WorldError when the system does not read it."""
        self._expect(relation, writing=False)
        return super().sources(target, relation)

    def _write(self, entity: EntityId, type_: type[object]) -> None:
        self._expect(type_, writing=True)
        self._marked.add((type_, entity))

    def _expect_all(self, types: Iterable[type[object]]) -> None:
        for type_ in types:
            self._expect(type_, writing=False)

    def _expect(self, what: type[object] | str, *, writing: bool) -> None:
        system = self._system
        if system is None or what in _FREE or what in system.writes or (not writing and what in system.reads):
            return
        name = what if isinstance(what, str) else what.__name__
        raise WorldError(
            f"system {system.name!r} {'writes' if writing else 'reads'} {name}, which it does not declare",
            hint=f"add it to its {'writes' if writing else 'reads'}",
        )

    def _spellings(self) -> dict[tuple[type[object], EntityId], str]:
        return {
            (kind.type, entity): repr(component)
            for kind in self.kinds.by_name.values()
            for entity, component in self.tables[kind.type].items()
        }

    def _missed(self, before: dict[tuple[type[object], EntityId], str]) -> list[tuple[type[object], EntityId]]:
        now = self._spellings()
        changed: Iterable[tuple[type[object], EntityId]] = (
            place for place, spelling in now.items() if before.get(place) not in (None, spelling)
        )
        return [place for place in changed if place not in self._marked]
