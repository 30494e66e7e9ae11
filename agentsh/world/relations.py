"""Who stands to whom in what relation, found from both sides, in the order in which it came about."""

from collections.abc import Iterator

from agentsh.core.worlds import EntityId
from agentsh.world.kinds import RelationKind

Pair = tuple[EntityId, EntityId]
_Index = dict[EntityId, dict[EntityId, None]]


class Relation:
    """All pairs of one kind, with an index each way."""

    def __init__(self, kind: RelationKind) -> None:
        self.kind = kind
        self.pairs: dict[Pair, None] = {}
        """Every pair, in the order in which it came about."""
        self.added: dict[Pair, None] = {}
        """Since the last checkpoint."""
        self.removed: dict[Pair, None] = {}
        """Since the last checkpoint; what was added again stands in both."""
        self._targets: _Index = {}
        self._sources: _Index = {}

    def add(self, source: EntityId, target: EntityId) -> None:
        """Let the pair be; where an entity may have one only, the old one goes."""
        pair = (source, target)
        if pair in self.pairs:
            return
        targets = self._targets.get(source)
        if targets is not None and self.kind.single:
            for old in tuple(targets):
                self.discard(source, old)
            targets = None
        if targets is None:
            targets = self._targets[source] = {}
        sources = self._sources.get(target)
        if sources is None:
            sources = self._sources[target] = {}
        targets[target] = sources[source] = self.pairs[pair] = self.added[pair] = None

    def discard(self, source: EntityId, target: EntityId) -> None:
        """Let the pair be no more; nothing happens when it is not there."""
        pair = (source, target)
        if pair not in self.pairs:
            return
        del self.pairs[pair]
        self.added.pop(pair, None)
        self.removed[pair] = None
        _drop(self._targets, source, target)
        _drop(self._sources, target, source)

    def target(self, source: EntityId) -> EntityId | None:
        """Return the first that the entity points to."""
        found = self._targets.get(source)
        return next(iter(found)) if found else None

    def targets(self, source: EntityId) -> tuple[EntityId, ...]:
        """Return what the entity points to."""
        return tuple(self._targets.get(source, ()))

    def sources(self, target: EntityId) -> tuple[EntityId, ...]:
        """Return what points to the entity."""
        return tuple(self._sources.get(target, ()))

    def forget(self, entity: EntityId) -> None:
        """Remove every pair that the entity stands in."""
        if entity in self._targets:
            for target in self.targets(entity):
                self.discard(entity, target)
        if entity in self._sources:
            for source in self.sources(entity):
                self.discard(source, entity)

    def settle(self) -> None:
        """Begin a new count of what changed."""
        self.added.clear()
        self.removed.clear()

    def __iter__(self) -> Iterator[Pair]:
        return iter(self.pairs)


def _drop(index: _Index, key: EntityId, value: EntityId) -> None:
    found = index[key]
    del found[value]
    if not found:
        del index[key]
