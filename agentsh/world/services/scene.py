"""What somebody has around them: the room, who and what is in it, what they hold, and where the doors lead."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from agentsh.core.worlds import EntityId
from agentsh.world.components.behaviour import Action
from agentsh.world.components.environment import Item, Room
from agentsh.world.components.identity import Npc
from agentsh.world.components.relations import HOLDS, LEADS_TO, OCCUPIES
from agentsh.world.minds import Name
from agentsh.world.moment import Moment
from agentsh.world.store import Store


def name_of(store: Store, entity: EntityId | None) -> str:
    """Return by which name people call an entity: `#7` for one that has none, nothing for nobody."""
    if entity is None:
        return ""
    found = store.find(entity, Name)
    return f"#{entity}" if found is None else found.text


def room_of(store: Store, entity: EntityId) -> EntityId | None:
    """Return the room that somebody or something is in."""
    return store.target(entity, OCCUPIES)


def beings_in(store: Store, room: EntityId | None) -> list[EntityId]:
    """Return who is in a room, in the order in which they came."""
    if room is None:
        return []
    actors, npcs = store.tables[Action], store.tables[Npc]
    return [entity for entity in store.sources(room, OCCUPIES) if entity in actors or entity in npcs]


def room_named(store: Store, name: str) -> EntityId | None:
    """Return the room of that name, also when it is written small."""
    return _named(store, (entity for entity, _ in store.each(Room)), name)


@dataclass
class Scene:
    """One actor at one moment. Look at it anew after every action: it is how things stood when it was made."""

    moment: Moment
    actor: EntityId

    @property
    def store(self) -> Store:
        """Everything there is."""
        return self.moment.store

    @cached_property
    def name(self) -> str:
        """Name of the actor."""
        return name_of(self.store, self.actor)

    @cached_property
    def room(self) -> EntityId | None:
        """Where the actor is."""
        return room_of(self.store, self.actor)

    @cached_property
    def people(self) -> list[EntityId]:
        """Who else is there."""
        return [entity for entity in beings_in(self.store, self.room) if entity != self.actor]

    @cached_property
    def items(self) -> list[EntityId]:
        """What lies there."""
        if self.room is None:
            return []
        items = self.store.tables[Item]
        return [entity for entity in self.store.sources(self.room, OCCUPIES) if entity in items]

    @cached_property
    def holding(self) -> tuple[EntityId, ...]:
        """What the actor has."""
        return self.store.targets(self.actor, HOLDS)

    @cached_property
    def doors(self) -> tuple[EntityId, ...]:
        """Rooms that can be gone to from there."""
        return () if self.room is None else self.store.targets(self.room, LEADS_TO)

    def names(self, entities: Iterable[EntityId]) -> list[str]:
        """Return their names."""
        return [name_of(self.store, entity) for entity in entities]

    def among(self, entities: Iterable[EntityId], name: str) -> EntityId | None:
        """Return the first of `entities` that is called `name`, also when it is written small."""
        return _named(self.store, entities, name)


def _named(store: Store, entities: Iterable[EntityId], name: str) -> EntityId | None:
    wanted = name.strip().casefold()
    return next((entity for entity in entities if name_of(store, entity).casefold() == wanted), None)
