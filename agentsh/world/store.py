"""Entities, their components and relations. The only thing in a world that changes, and it knows what changed.

Whoever changes a component in place says so: `change` marks it and hands it out, `mark` marks it afterwards. What is
not marked is not stored. Source: measured; a dict a component type is quicker than other layouts in Python.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, TypeVar, overload

from agentsh.core.errors import WorldError
from agentsh.core.worlds import EntityId
from agentsh.world.kinds import Kinds, kind_of
from agentsh.world.relations import Relation, relation_of

A = TypeVar("A")
B = TypeVar("B")
C = TypeVar("C")
D = TypeVar("D")

Marks = dict[type[object], dict[EntityId, None]]
Table = dict[EntityId, Any]


class Tables(dict[type[object], Table]):
    """Component class → entity → component. One that the world has not is said in words."""

    def __init__(self, kinds: Kinds) -> None:
        super().__init__((type_, {}) for type_ in kinds.by_type)
        self._kinds = kinds

    def __missing__(self, type_: type[object]) -> Table:
        raise _unknown(type_, self._kinds)


class Relations(dict[str, Relation]):
    """Name → relation. One that the world has not is said in words."""

    def __init__(self, kinds: Kinds) -> None:
        super().__init__((name, relation_of(kind)) for name, kind in kinds.relations.items())
        self._kinds = kinds

    def __missing__(self, name: str) -> Relation:
        return self[self._kinds.relation(name).name]


def _marks() -> Marks:
    return defaultdict(dict)


@dataclass(slots=True)
class Pending:
    """What has happened since the last checkpoint, in its order."""

    first_id: EntityId
    """Of what was born since: ids only go up."""
    gone: dict[EntityId, None] = field(default_factory=dict)
    touched: Marks = field(default_factory=_marks)
    """Components that were put or changed; some may be gone since, with their entity."""
    cut: Marks = field(default_factory=_marks)
    """Components that were removed; what was put again stands in both."""
    urgent: Marks = field(default_factory=_marks)
    """Components that have to be stored now, though their rule would wait."""


class Store:
    """What is in one world. Ids are never recycled; everything is iterated in the order in which it came."""

    def __init__(self, kinds: Kinds) -> None:
        self.kinds = kinds
        self.next_id = EntityId(1)
        self.alive: dict[EntityId, None] = {}
        self.tables = Tables(kinds)
        """For reading; changes go through the methods."""
        self.relations = Relations(kinds)
        self.pending = Pending(self.next_id)
        self._tables = tuple(self.tables.values())
        self._relations = tuple(self.relations.values())
        self._transient = [kind.type for kind in kinds.by_name.values() if kind.persistence == "transient"]

    # Entities

    def spawn(self, *components: object) -> EntityId:
        """Return a new entity with these components."""
        entity = self.next_id
        self.next_id = entity + 1  # type: ignore[assignment]  # a NewType is a call, and this is the busiest place
        self.alive[entity] = None
        touched = self.pending.touched
        for component in components:
            type_ = type(component)
            self.tables[type_][entity] = component
            touched[type_][entity] = None
        return entity

    def despawn(self, entity: EntityId) -> None:
        """Remove an entity with its components and relations; nothing happens when it is gone already."""
        if entity not in self.alive:
            return
        del self.alive[entity]
        if entity < self.pending.first_id:
            self.pending.gone[entity] = None
        for table in self._tables:
            if entity in table:
                del table[entity]
        for relation in self._relations:
            relation.forget(entity)

    # Components

    def put(self, entity: EntityId, component: object) -> None:
        """Give an entity a component, in place of one of its kind.

        Raises:
            WorldError: the entity is gone, or the world has no such kind.
        """
        if entity not in self.alive:
            raise _gone(entity)
        type_ = type(component)
        self.tables[type_][entity] = component
        self.pending.touched[type_][entity] = None

    def remove(self, entity: EntityId, type_: type[object]) -> None:
        """Take a component away; nothing happens when there is none."""
        if self.tables[type_].pop(entity, None) is not None:
            self.pending.touched[type_].pop(entity, None)
            self.pending.cut[type_][entity] = None

    def change(self, entity: EntityId, type_: type[A]) -> A:
        """Return a component to be changed in place: it counts as changed from here on.

        Raises:
            WorldError: the entity has none.
        """
        component: A | None = self.tables[type_].get(entity)
        if component is None:
            raise self._nothing(entity, type_)
        self.pending.touched[type_][entity] = None
        return component

    def mark(self, entity: EntityId, type_: type[object]) -> None:
        """Say that a component was changed in place."""
        self.pending.touched[type_][entity] = None

    def needs_persistence(self, entity: EntityId, type_: type[object]) -> None:
        """Let a component whose rule is on_event be stored with this tick: it matters."""
        self.pending.urgent[type_][entity] = None

    def get(self, entity: EntityId, type_: type[A]) -> A:
        """Return a component. Raises WorldError when the entity has none."""
        found: A | None = self.tables[type_].get(entity)
        if found is None:
            raise self._nothing(entity, type_)
        return found

    def find(self, entity: EntityId, type_: type[A]) -> A | None:
        """Return a component, or None when the entity has none, or is gone."""
        found: A | None = self.tables[type_].get(entity)
        return found

    def has(self, entity: EntityId, *types: type[object]) -> bool:
        """Return whether the entity has all of these components."""
        return all(entity in self.tables[type_] for type_ in types)

    def components(self, entity: EntityId) -> list[object]:
        """Return everything that an entity has, by the name of its kind."""
        return [table[entity] for table in self.tables.values() if entity in table]

    @overload
    def each(self, first: type[A], /) -> list[tuple[EntityId, A]]: ...
    @overload
    def each(self, first: type[A], second: type[B], /) -> list[tuple[EntityId, A, B]]: ...
    @overload
    def each(self, first: type[A], second: type[B], third: type[C], /) -> list[tuple[EntityId, A, B, C]]: ...
    @overload
    def each(
        self, first: type[A], second: type[B], third: type[C], fourth: type[D], /
    ) -> list[tuple[EntityId, A, B, C, D]]: ...

    def each(self, first: type[object], /, *others: type[object]) -> list[Any]:
        """Return every entity that has all of these components, with them, in the order of the first kind's.

        It is a list of how things stood: what is spawned or removed meanwhile does not disturb the loop.
        """
        head, tables = self.tables[first], [self.tables[other] for other in others]
        match tables:
            case []:
                return list(head.items())
            case [a]:
                return [(entity, one, a[entity]) for entity, one in head.items() if entity in a]
            case [a, b]:
                return [
                    (entity, one, a[entity], b[entity]) for entity, one in head.items() if entity in a and entity in b
                ]
            case _:
                return [
                    (entity, one, *(table[entity] for table in tables))
                    for entity, one in head.items()
                    if all(entity in table for table in tables)
                ]

    # Relations

    def relate(self, source: EntityId, relation: str, target: EntityId) -> None:
        """Let `source` stand in a relation to `target`.

        Raises:
            WorldError: one of them is gone, or the world has no such relation.
        """
        if source not in self.alive:
            raise _gone(source)
        if target not in self.alive:
            raise _gone(target)
        self.relations[relation].add(source, target)

    def unrelate(self, source: EntityId, relation: str, target: EntityId | None = None) -> None:
        """End a relation to `target`, or to all; nothing happens when there is none."""
        found = self.relations[relation]
        for other in found.targets(source) if target is None else (target,):
            found.discard(source, other)

    def target(self, source: EntityId, relation: str) -> EntityId | None:
        """Return the first that `source` points to, or None."""
        return self.relations[relation].target(source)

    def targets(self, source: EntityId, relation: str) -> tuple[EntityId, ...]:
        """Return what `source` points to."""
        return self.relations[relation].targets(source)

    def sources(self, target: EntityId, relation: str) -> tuple[EntityId, ...]:
        """Return what points to `target`."""
        return self.relations[relation].sources(target)

    # Ticks

    def forget_transient(self) -> None:
        """Let everything go that lives for one tick only."""
        for type_ in self._transient:
            self.tables[type_].clear()

    def settle(self) -> None:
        """Begin a new count of what changed: the old one is stored."""
        self.pending = Pending(self.next_id)
        for relation in self.relations.values():
            relation.settle()

    def _nothing(self, entity: EntityId, type_: type[object]) -> WorldError:
        return _without(entity, type_) if entity in self.alive else _gone(entity)


def _gone(entity: EntityId) -> WorldError:
    return WorldError(f"there is no entity {entity!r}: it is gone, or never was")


def _without(entity: EntityId, type_: type[object]) -> WorldError:
    return WorldError(f"entity {entity!r} has no {type_.__name__}", hint="look first: `find` returns None for that")


def _unknown(type_: type[object], kinds: Kinds) -> WorldError:
    kind = kind_of(type_)
    return WorldError(f"this world has no component {kind.name!r}", hint=f"it has: {', '.join(kinds.by_name)}")
