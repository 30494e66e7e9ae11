"""Who stands to whom in what relation, found from both sides, in the order in which it came about."""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator

from agentsh.core.worlds import EntityId
from agentsh.world.kinds import RelationKind

Pair = tuple[EntityId, EntityId]
_Index = defaultdict[EntityId, dict[EntityId, None]]


class Relation(ABC):
    """All pairs of one kind, with an index each way."""

    def __init__(self) -> None:
        self._sources: _Index = defaultdict(dict)

    @property
    @abstractmethod
    def added(self) -> list[Pair]:
        """What came about since the last checkpoint, in its order."""

    @property
    @abstractmethod
    def removed(self) -> list[Pair]:
        """What ended since the last checkpoint; what came about again stands in both."""

    @abstractmethod
    def add(self, source: EntityId, target: EntityId) -> None:
        """Let the pair be; where an entity may have one only, the old one goes."""

    @abstractmethod
    def discard(self, source: EntityId, target: EntityId) -> None:
        """Let the pair be no more; nothing happens when it is not there."""

    @abstractmethod
    def target(self, source: EntityId) -> EntityId | None:
        """Return the first that the entity points to."""

    @abstractmethod
    def targets(self, source: EntityId) -> tuple[EntityId, ...]:
        """Return what the entity points to."""

    def sources(self, target: EntityId) -> tuple[EntityId, ...]:
        """Return what points to the entity."""
        return tuple(self._sources.get(target, ()))

    def forget(self, entity: EntityId) -> None:
        """Remove every pair that the entity stands in; nothing happens when there is none."""
        for target in self.targets(entity):
            self.discard(entity, target)
        for source in self.sources(entity):
            self.discard(source, entity)

    @abstractmethod
    def settle(self) -> None:
        """Begin a new count of what changed."""

    @abstractmethod
    def __contains__(self, entity: object) -> bool:
        """Return whether the entity stands in it, on either side."""

    @abstractmethod
    def __iter__(self) -> Iterator[Pair]:
        """Go through every pair, in the order in which it came about."""


class ToOne(Relation):
    """An entity points to one other at the most: numbers in dicts, and no pair is made before somebody asks for it."""

    def __init__(self) -> None:
        super().__init__()
        self._target: dict[EntityId, EntityId] = {}
        self._before: dict[EntityId, EntityId | None] = {}
        """To whom those pointed at the last checkpoint that have changed since, in the order of their last change."""

    @property
    def added(self) -> list[Pair]:
        """What came about since the last checkpoint, in its order."""
        return [(source, self._target[source]) for source in self._before if source in self._target]

    @property
    def removed(self) -> list[Pair]:
        """What ended since the last checkpoint; what came about again stands in both."""
        return [(source, target) for source, target in self._before.items() if target is not None]

    def settle(self) -> None:
        """Begin a new count of what changed."""
        self._before.clear()

    def add(self, source: EntityId, target: EntityId) -> None:
        """Let the pair be; the old one goes."""
        old = self._target.get(source)
        if old is not None:
            if old == target:
                return
            self._end(source)
        self._target[source] = target
        self._sources[target][source] = None
        before = self._before
        before[source] = before.pop(source) if source in before else None

    def discard(self, source: EntityId, target: EntityId) -> None:
        """Let the pair be no more; nothing happens when it is not there."""
        if self._target.get(source) == target:
            self._end(source)

    def forget(self, entity: EntityId) -> None:
        """Remove every pair that the entity stands in."""
        target = self._target.pop(entity, None)
        if target is not None:
            # What `_end` does, without its call: most that goes in a tick is a stimulus in a room.
            sources = self._sources[target]
            del sources[entity]
            if not sources:
                del self._sources[target]
            if entity not in self._before:
                self._before[entity] = target
        if entity in self._sources:
            for source in self.sources(entity):
                self._end(source)

    def _end(self, source: EntityId) -> None:
        target = self._target.pop(source)
        sources = self._sources[target]
        del sources[source]
        if not sources:
            del self._sources[target]
        self._before.setdefault(source, target)

    def target(self, source: EntityId) -> EntityId | None:
        """Return what the entity points to."""
        return self._target.get(source)

    def targets(self, source: EntityId) -> tuple[EntityId, ...]:
        """Return what the entity points to, as one or nothing."""
        found = self._target.get(source)
        return () if found is None else (found,)

    def __contains__(self, entity: object) -> bool:
        return entity in self._target or entity in self._sources

    def __iter__(self) -> Iterator[Pair]:
        return iter(self._target.items())


class ToMany(Relation):
    """An entity points to as many as it likes."""

    def __init__(self) -> None:
        super().__init__()
        self._pairs: dict[Pair, None] = {}
        self._targets: _Index = defaultdict(dict)
        self._added: dict[Pair, None] = {}
        self._removed: dict[Pair, None] = {}

    @property
    def added(self) -> list[Pair]:
        """What came about since the last checkpoint, in its order."""
        return list(self._added)

    @property
    def removed(self) -> list[Pair]:
        """What ended since the last checkpoint; what came about again stands in both."""
        return list(self._removed)

    def settle(self) -> None:
        """Begin a new count of what changed."""
        self._added.clear()
        self._removed.clear()

    def add(self, source: EntityId, target: EntityId) -> None:
        """Let the pair be."""
        pair = (source, target)
        if pair in self._pairs:
            return
        self._targets[source][target] = self._sources[target][source] = None
        self._pairs[pair] = self._added[pair] = None

    def discard(self, source: EntityId, target: EntityId) -> None:
        """Let the pair be no more; nothing happens when it is not there."""
        pair = (source, target)
        if pair not in self._pairs:
            return
        del self._pairs[pair]
        self._added.pop(pair, None)
        self._removed[pair] = None
        _drop(self._targets, source, target)
        _drop(self._sources, target, source)

    def target(self, source: EntityId) -> EntityId | None:
        """Return the first that the entity points to."""
        found = self._targets.get(source)
        return next(iter(found)) if found else None

    def targets(self, source: EntityId) -> tuple[EntityId, ...]:
        """Return what the entity points to."""
        return tuple(self._targets.get(source, ()))

    def __contains__(self, entity: object) -> bool:
        return entity in self._targets or entity in self._sources

    def __iter__(self) -> Iterator[Pair]:
        return iter(self._pairs)


def relation_of(kind: RelationKind) -> Relation:
    """Return a relation of this kind with nothing in it."""
    return ToOne() if kind.single else ToMany()


def _drop(index: _Index, key: EntityId, value: EntityId) -> None:
    found = index[key]
    del found[value]
    if not found:
        del index[key]
