"""What the session's world looks like after its last tick: frozen, for screens and scripts."""

from pydantic import JsonValue

from agentsh.core.errors import WorldError
from agentsh.core.ids import ActionName, MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.worlds import EntityId, Level
from agentsh.world.components.memory import Experience
from agentsh.world.components.relations import REMEMBERS
from agentsh.world.minds import Agent, Asked, Name
from agentsh.world.services.memories import Memories
from agentsh.world.services.rumours import known
from agentsh.world.world import World

MOST_IN_MIND = 12
"""So much comes to mind when somebody is questioned."""
ROOM = "Room"
"""The component that makes an entity a room."""
OCCUPIES = "occupies"
"""The relation of whoever is in a room to that room."""
POSITION = "Position"
"""The component that says where a room lies on the map: its fields x and y."""
HOLDS = "holds"
"""The relation of somebody to what they have."""
LEADS_TO = "leads_to"
"""The relation of a room to another to which it has a door."""


class EntityView(Frozen):
    """One entity in a row of a table."""

    id: EntityId
    name: str
    """Empty when it has none."""
    role: RoleName | None
    """Who thinks for it."""
    thinking: bool
    """Whether a thought of it is under way."""
    room: EntityId | None
    held_by: EntityId | None = None
    """Who has it."""
    kinds: tuple[str, ...]
    """Its components."""


class RoomView(Frozen):
    """One room with who is in it."""

    id: EntityId
    name: str
    occupants: tuple[EntityId, ...]
    doors: tuple[EntityId, ...] = ()
    """Rooms to which it has a door."""
    at: tuple[float, float] | None = None
    """Where it lies on the map, x to the right and y down; None: nobody says."""


class SystemView(Frozen):
    """One system, in the order in which they run."""

    name: str
    level: Level
    period_ticks: int


class EntityDetail(Frozen):
    """Everything there is to know of one entity."""

    entity: EntityView
    components: dict[str, JsonValue]
    """Kind → fields; what is gone with the next tick stands here too."""
    points_to: dict[str, tuple[EntityId, ...]]
    """Relation → entities."""
    pointed_by: dict[str, tuple[EntityId, ...]]


class KnownView(Frozen):
    """Something that somebody remembers, and from whom they have it."""

    tick: int
    who: str
    how: str
    """seen, heard, done, thought, told, or reflection."""
    heard_from: str
    """Empty when nobody told them."""
    text: str


class WorldView(Frozen):
    """The whole world after one tick."""

    name: str
    tick: int
    time_s: float
    """Simulated, since midnight of the first day."""
    clock: str
    """The same as people say it: `day 2, 07:30`."""
    last_tick: int | None
    """After it the world ends; None: it goes on."""
    paused: bool
    over: bool
    """Whether no tick follows, unless somebody allows more."""
    lock: bool
    ticks_per_second: float | None
    rooms: tuple[RoomView, ...]
    entities: tuple[EntityView, ...]
    alive: int
    """How many entities there are, those without a name too."""
    thinking: int
    """How many agents have a thought under way."""
    systems: tuple[SystemView, ...]
    counts: dict[str, int]
    """Kind → how many entities have it."""


def rooms_of(world: World) -> tuple[RoomView, ...]:
    """Return the rooms with who is in them; none where the world has no such component."""
    kind = world.store.kinds.by_name.get(ROOM)
    if kind is None:
        return ()
    return tuple(
        RoomView(
            id=room,
            name=_name(world, room),
            occupants=_occupants(world, room),
            doors=world.store.targets(room, LEADS_TO) if LEADS_TO in world.store.relations else (),
            at=_place(world, room),
        )
        for room in world.store.tables[kind.type]
    )


def entities_of(world: World, *, named: bool = False) -> tuple[EntityView, ...]:
    """Return every entity, oldest first; or only those that have a name, of which there are far fewer."""
    shown = sorted(world.store.tables[Name]) if named else world.store.alive
    kinds: dict[EntityId, list[str]] = {entity: [] for entity in shown}
    for kind in world.store.kinds.by_name.values():
        table = world.store.tables[kind.type]
        for entity in kinds.keys() & table.keys() if named else table:
            kinds[entity].append(kind.name)
    return tuple(_entity(world, entity, tuple(found)) for entity, found in kinds.items())


def systems_of(world: World) -> tuple[SystemView, ...]:
    """Return the systems in their order."""
    return tuple(
        SystemView(name=system.name, level=system.level, period_ticks=world.period_ticks(system))
        for system in world.systems
    )


def fields_of(world: World) -> list[tuple[str, str]]:
    """Return (`Health.hp`, category) for each field of each component that somebody has."""
    used = [kind for kind in world.store.kinds.by_name.values() if world.store.tables[kind.type]]
    return [(f"{kind.name}.{name}", kind.category) for kind in used for name in kind.fields]


def rumour_of(world: World, words: str) -> list[KnownView]:
    """Return who remembers something with all of these words, oldest first; nothing where nobody remembers."""
    return [
        KnownView(
            tick=found.experience.tick,
            who=_name(world, found.who) or f"#{found.who}",
            how=found.experience.kind,
            heard_from="" if found.heard_from is None else _name(world, found.heard_from) or f"#{found.heard_from}",
            text=found.experience.text,
        )
        for found in known(world.store, words)
    ]


def in_mind_of(world: World, entity: EntityId, about: str) -> tuple[str, ...]:
    """Return what comes to somebody's mind about something, oldest first."""
    if Experience not in world.store.tables:
        return ()
    return tuple(found.text for found in Memories().recall(world.store, world.tick, entity, about, MOST_IN_MIND))


def memories_of(world: World, entity: EntityId, role: RoleName) -> tuple[Message, ...]:
    """Return all that somebody remembers, oldest first: its id says the tick, its cause how it came about."""
    if Experience not in world.store.tables:
        return ()
    return tuple(
        Message(
            id=MessageId(f"tick {found.tick}"),
            content=found.text,
            cause_by=ActionName(found.kind),
            sent_from=role,
            send_to=(role,),
        )
        for found in (world.store.find(one, Experience) for one in world.store.targets(entity, REMEMBERS))
        if found is not None
    )


def counts_of(world: World) -> dict[str, int]:
    """Return how many entities have each component."""
    return {kind.name: len(world.store.tables[kind.type]) for kind in world.store.kinds.by_name.values()}


def detail_of(world: World, entity: EntityId) -> EntityDetail:
    """Return one entity in full. Raises WorldError when it is not there."""
    store = world.store
    if entity not in store.alive:
        raise WorldError(f"there is no entity {entity!r} at tick {world.tick}", hint="it is gone, or never was")
    components: JsonObject = {
        kind.name: kind.write(store.tables[kind.type][entity])
        for kind in store.kinds.by_name.values()
        if entity in store.tables[kind.type]
    }
    return EntityDetail(
        entity=_entity(world, entity, tuple(components)),
        components=components,
        points_to={name: found for name in store.relations if (found := store.targets(entity, name))},
        pointed_by={name: found for name in store.relations if (found := store.sources(entity, name))},
    )


def found_entity(world: World, name: str) -> EntityId:
    """Return the entity of this number or name. Raises WorldError that tells what there is."""
    if name.isdecimal() and EntityId(int(name)) in world.store.alive:
        return EntityId(int(name))
    named = {known.text: entity for entity, known in world.store.each(Name)}
    if name not in named:
        raise WorldError(f"there is no entity {name!r} at tick {world.tick}", hint=f"there are: {', '.join(named)}")
    return named[name]


def _entity(world: World, entity: EntityId, kinds: tuple[str, ...]) -> EntityView:
    agent = world.store.find(entity, Agent)
    return EntityView(
        id=entity,
        name=_name(world, entity),
        role=None if agent is None else agent.role,
        thinking=world.store.has(entity, Asked),
        room=world.store.target(entity, OCCUPIES) if OCCUPIES in world.store.relations else None,
        held_by=next(iter(world.store.sources(entity, HOLDS)), None) if HOLDS in world.store.relations else None,
        kinds=kinds,
    )


def _name(world: World, entity: EntityId) -> str:
    name = world.store.find(entity, Name)
    return "" if name is None else name.text


def _occupants(world: World, room: EntityId) -> tuple[EntityId, ...]:
    return world.store.sources(room, OCCUPIES) if OCCUPIES in world.store.relations else ()


def _place(world: World, room: EntityId) -> tuple[float, float] | None:
    kind = world.store.kinds.by_name.get(POSITION)
    found = None if kind is None else world.store.find(room, kind.type)
    if kind is None or found is None:
        return None
    value = kind.write(found)
    x, y = (value.get("x"), value.get("y")) if isinstance(value, dict) else (None, None)
    return (float(x), float(y)) if isinstance(x, int | float) and isinstance(y, int | float) else None
