"""Who stands to whom in what relation, found from both sides, in the order in which it came about."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

from agentsh.core.worlds import EntityId
from agentsh.world.kinds import RelationKind

Pair = tuple[EntityId, EntityId]
_Index = dict[EntityId, dict[EntityId, None]]


class Relation(ABC):
    """All pairs of one kind, with an index each way."""

    def __init__(self) -> None:
        self.added: dict[Pair, None] = {}
        """Since the last checkpoint."""
        self.removed: dict[Pair, None] = {}
        """Since the last checkpoint; what was added again stands in both."""
        self._sources: _Index = {}

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

    def settle(self) -> None:
        """Begin a new count of what changed."""
        self.added.clear()
        self.removed.clear()

    @abstractmethod
    def __contains__(self, entity: object) -> bool:
        """Return whether the entity stands in it, on either side."""

    @abstractmethod
    def __iter__(self) -> Iterator[Pair]:
        """Go through every pair, in the order in which it came about."""


class ToOne(Relation):
    """An entity points to one other at the most: a number an entity, and no index of one entry each."""

    def __init__(self) -> None:
        super().__init__()
        self._target: dict[EntityId, EntityId] = {}

    def add(self, source: EntityId, target: EntityId) -> None:
        """Let the pair be; the old one goes."""
        old = self._target.get(source)
        if old == target:
            return
        if old is not None:
            self.discard(source, old)
        self._target[source] = target
        sources = self._sources.get(target)
        if sources is None:
            sources = self._sources[target] = {}
        sources[source] = self.added[(source, target)] = None

    def discard(self, source: EntityId, target: EntityId) -> None:
        """Let the pair be no more; nothing happens when it is not there."""
        if self._target.get(source) != target:
            return
        del self._target[source]
        _end((source, target), self.added, self.removed)
        _drop(self._sources, target, source)

    def forget(self, entity: EntityId) -> None:
        """Remove every pair that the entity stands in."""
        target = self._target.pop(entity, None)
        if target is not None:
            # What `discard` does, without its calls: most that goes in a tick is a stimulus in a room.
            self.added.pop((entity, target), None)
            self.removed[(entity, target)] = None
            sources = self._sources[target]
            del sources[entity]
            if not sources:
                del self._sources[target]
        if entity in self._sources:
            for source in self.sources(entity):
                self.discard(source, entity)

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
        self._targets: _Index = {}

    def add(self, source: EntityId, target: EntityId) -> None:
        """Let the pair be."""
        pair = (source, target)
        if pair in self._pairs:
            return
        self._targets.setdefault(source, {})[target] = self._sources.setdefault(target, {})[source] = None
        self._pairs[pair] = self.added[pair] = None

    def discard(self, source: EntityId, target: EntityId) -> None:
        """Let the pair be no more; nothing happens when it is not there."""
        pair = (source, target)
        if pair not in self._pairs:
            return
        del self._pairs[pair]
        _end(pair, self.added, self.removed)
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


def _end(pair: Pair, added: dict[Pair, None], removed: dict[Pair, None]) -> None:
    added.pop(pair, None)
    removed[pair] = None


def _drop(index: _Index, key: EntityId, value: EntityId) -> None:
    found = index[key]
    del found[value]
    if not found:
        del index[key]
