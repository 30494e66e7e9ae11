"""What of a world is stored, and how it comes back: a tick's changes by category rule, and now and then all of it.

Changes are appended and never rewritten. Source: measured; writing 1 % of 10,000 entities anew as rows cost twenty
times the bytes of appending what changed.
"""

import hashlib
import json
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from agentsh.core.errors import WorldError
from agentsh.core.model import Frozen
from agentsh.core.worlds import EntityId
from agentsh.world.kinds import ComponentKind, first_error
from agentsh.world.store import Marks, Store

CHUNK_ENTITIES = 256
"""A snapshot is cut into pieces of so many entities: a piece that is as it was is stored once, however often it is."""

T = TypeVar("T")

Pairs = list[tuple[EntityId, EntityId]]


class Changes(Frozen):
    """What one tick changed, as far as it is stored in this tick. Raw texts: JSON that `kinds` reads."""

    next_id: int
    born: list[EntityId] = []
    gone: list[EntityId] = []
    cut: dict[str, list[EntityId]] = {}
    put: dict[str, dict[EntityId, object]] = {}
    unrelate: dict[str, Pairs] = {}
    relate: dict[str, Pairs] = {}


_CHANGES = TypeAdapter(Changes)


@dataclass(frozen=True, slots=True)
class Taken:
    """What is to be stored of one tick.

    Attributes:
        text: JSON of the changes.
        digest: of everything that changed, also of what is not stored yet: two runs that agree in it are the same.
        faults: components that were not what their kind says, each in words; they have been removed.
    """

    text: str
    digest: str
    faults: tuple[str, ...] = ()


@dataclass(slots=True)
class Checkpoints:
    """Takes what changed out of a store."""

    store: Store
    _owed: Marks = field(default_factory=dict)
    """Components whose rule lets them wait, and that have changed since they were last stored."""

    def take(self, *, periodic: bool) -> Taken:
        """Return what changed since the last time; `periodic` says whether periodic components are stored now."""
        store, pending = self.store, self.store.pending
        faults: list[str] = []
        puts: list[bytes] = []
        seen = hashlib.blake2b(digest_size=16)
        for kind in store.kinds.by_name.values():
            if kind.persistence == "transient":
                continue
            table = store.tables[kind.type]
            changed = {entity: None for entity in pending.touched.get(kind.type, ()) if entity in table}
            whole = self._write(kind, changed, faults)
            seen.update(whole)
            due = self._due(kind, changed, periodic=periodic)
            text = whole if due is changed else self._write(kind, due, faults)
            if due:
                puts.append(_key(kind.name) + text)
        text = self._text(b",".join(puts))
        seen.update(text)
        store.settle()
        return Taken(text.decode(), seen.hexdigest(), tuple(faults))

    def snapshot(self) -> dict[str, tuple[str, ...]]:
        """Return everything that outlives a tick, in pieces; nothing that changed so far is owed any more."""
        store = self.store
        self._owed.clear()
        store.settle()
        parts = {
            f"component {kind.name}": tuple(
                _text_of(kind, piece) for piece in _pieces(store.tables[kind.type].items(), CHUNK_ENTITIES)
            )
            for kind in store.kinds.by_name.values()
            if kind.persistence != "transient"
        }
        related = {
            f"relation {name}": tuple(to_json(piece).decode() for piece in _pieces(relation, CHUNK_ENTITIES))
            for name, relation in store.relations.items()
        }
        entities = to_json([store.next_id, list(store.alive)]).decode()
        return {"entities": (entities,), **parts, **related}

    def _due(self, kind: ComponentKind, changed: dict[EntityId, None], *, periodic: bool) -> dict[EntityId, None]:
        if kind.persistence == "stored":
            return changed
        owed = self._owed.setdefault(kind.type, {})
        owed.update(changed)
        urgent = self.store.pending.urgent.get(kind.type, {})
        all_due = periodic and kind.persistence == "periodic"
        table = self.store.tables[kind.type]
        due = {entity: None for entity in owed if entity in table and (all_due or entity in urgent)}
        self._owed[kind.type] = {entity: None for entity in owed if entity in table and entity not in due}
        return due

    def _write(self, kind: ComponentKind, entities: Iterable[EntityId], faults: list[str]) -> bytes:
        """Return these components as JSON; what is not what its kind says goes, and is told."""
        table = self.store.tables[kind.type]
        components = {entity: table[entity] for entity in entities}
        try:
            return kind.table.dump_json(components, warnings="error")
        except PydanticSerializationError:
            kept = {entity: found for entity, found in components.items() if self._is_sound(kind, entity, faults)}
            return kind.table.dump_json(kept, warnings="error")

    def _is_sound(self, kind: ComponentKind, entity: EntityId, faults: list[str]) -> bool:
        try:
            kind.one.dump_json(self.store.tables[kind.type][entity], warnings="error")
        except PydanticSerializationError as error:
            faults.append(f"{kind.name} of entity {entity} is not what it has to be, and is removed: {_why(error)}")
            self.store.remove(entity, kind.type)
            return False
        return True

    def _text(self, puts: bytes) -> bytes:
        store, pending = self.store, self.store.pending
        rest = {
            "next_id": store.next_id,
            "born": [id_ for id_ in range(pending.first_id, store.next_id) if id_ in store.alive],
            "gone": list(pending.gone),
            "cut": {
                kind.name: list(pending.cut[kind.type])
                for kind in store.kinds.by_name.values()
                if kind.persistence != "transient" and pending.cut.get(kind.type)
            },
            "unrelate": {name: pairs for name, found in store.relations.items() if (pairs := found.removed)},
            "relate": {name: pairs for name, found in store.relations.items() if (pairs := found.added)},
        }
        return to_json(rest)[:-1] + b',"put":{' + puts + b"}}"


def apply(store: Store, text: str) -> None:
    """Change a store as a stored tick says. Raises WorldError when the world has no such kind any more."""
    changes = _CHANGES.validate_json(text)
    store.next_id = EntityId(changes.next_id)
    for entity in changes.gone:
        store.despawn(entity)
    for entity in changes.born:
        store.alive[entity] = None
    for name, entities in changes.cut.items():
        for entity in entities:
            store.remove(entity, store.kinds.named(name).type)
    for name, components in changes.put.items():
        kind = store.kinds.named(name)
        store.tables[kind.type].update(_read(kind, components))
    for name, pairs in changes.unrelate.items():
        for source, target in pairs:
            store.unrelate(source, name, target)
    for name, pairs in changes.relate.items():
        for source, target in pairs:
            store.relate(source, name, target)
    store.settle()


def loading(store: Store, parts: Mapping[str, Iterable[str]]) -> Generator[None, None, None]:
    """Fill an empty store from a snapshot, piece by piece.

    Raises:
        WorldError: the world has no such kind any more.
    """
    for name, texts in parts.items():
        section, _, rest = name.partition(" ")
        for text in texts:
            yield
            match section:
                case "entities":
                    next_id, alive = json.loads(text)
                    store.next_id = EntityId(next_id)
                    store.alive = dict.fromkeys(alive)
                case "component":
                    kind = store.kinds.named(rest)
                    store.tables[kind.type].update(_read(kind, json.loads(text)))
                case _:
                    for source, target in json.loads(text):
                        store.relate(source, rest, target)
    store.settle()


def _read(kind: ComponentKind, components: object) -> dict[EntityId, object]:
    try:
        return kind.table.validate_python(components)
    except ValidationError as error:
        raise WorldError(
            f"what the session holds of {kind.name} does not fit it any more: {first_error(error)}",
            hint="a field was renamed or removed: give it back, or give a new one a default",
        ) from error


def _text_of(kind: ComponentKind, components: Iterable[tuple[EntityId, object]]) -> str:
    return kind.table.dump_json(dict(components), warnings="none").decode()


def _pieces(items: Iterable[T], size: int) -> Iterator[list[T]]:
    rest = iter(items)
    while piece := list(islice(rest, size)):
        yield piece


def _key(name: str) -> bytes:
    return to_json(name) + b":"


def _why(error: PydanticSerializationError) -> str:
    return str(error).partition("Expected ")[2].partition("\n")[0].rstrip("]") or str(error)
