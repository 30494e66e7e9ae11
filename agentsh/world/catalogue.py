"""What worlds are made of: components, relations, systems and services, by name; and a world made of them."""

from collections import deque
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

from agentsh.core.errors import WorldError
from agentsh.core.ids import RoleName
from agentsh.core.worlds import EntityCard, EntityId, WorldCard
from agentsh.world.kinds import Kinds, RelationKind, kind_of
from agentsh.world.minds import Agent, Asked, Name, NoReply, Reply
from agentsh.world.systems import System
from agentsh.world.world import World

AT_ONCE = 100
"""So many entities are made before others have their turn."""
ENGINE = (Name, Agent, Asked, Reply, NoReply)
"""Components that every world has: they tie an entity to the role that thinks for it."""


@dataclass(slots=True)
class Catalogue:
    """Everything that a world's file may name. What ships and what plugins bring is registered here alike.

    Attributes:
        components: classes made by `component`.
        relations: kinds of relations.
        systems: made by `system`.
        services: makes a service for each new world; systems find it by its type (`Moment.resource`).
    """

    components: list[type[object]] = field(default_factory=lambda: list(ENGINE))
    relations: list[RelationKind] = field(default_factory=list)
    systems: list[System] = field(default_factory=list)
    services: list[Callable[[], object]] = field(default_factory=list)

    def add_components(self, *types: type[object]) -> None:
        """Register components. Raises WorldError when one declares no category and persistence rule."""
        for type_ in types:
            kind_of(type_)
            self.components.append(type_)

    def kinds(self) -> Kinds:
        """Return the components and relations. Raises WorldError when two share a name."""
        return Kinds(self.components, self.relations)

    def chosen(self, names: tuple[str, ...] | None) -> list[System]:
        """Return the systems of these names, all for None. Raises WorldError for a name that is not there."""
        known = {system.name: system for system in self.systems}
        for name in names or ():
            if name not in known:
                raise WorldError(f"there is no system {name!r}", hint=f"there are: {', '.join(sorted(known))}")
        return list(self.systems) if names is None else [known[name] for name in names]

    def empty(self, card: WorldCard, seed: int, *, debug: bool = False) -> World:
        """Return the world of a file with nothing in it yet. Raises WorldError."""
        made = [service() for service in self.services]
        resources = {type(service): service for service in made}
        return World(card, self.kinds(), self.chosen(card.systems), seed, resources=resources, debug=debug)

    def new(self, card: WorldCard, seed: int, *, debug: bool = False) -> World:
        """Return the world of a file at tick 0.

        Raises:
            WorldError: the file names what is not there, or a component is not what it has to be.
        """
        world = self.empty(card, seed, debug=debug)
        deque(populating(world, card), maxlen=0)
        return world


def populating(world: World, card: WorldCard) -> Generator[None, None, None]:
    """Put a file's entities into an empty world, some at a time. Raises WorldError that names the entity."""
    made: list[tuple[EntityCard, EntityId]] = []
    for number, entity in enumerate(card.entities, 1):
        made.append((entity, _spawn(world, entity)))
        if number % AT_ONCE == 0:
            yield
    named = {entity.name: id_ for entity, id_ in made if entity.name}
    if len(named) != sum(1 for entity in card.entities if entity.name):
        raise WorldError(f"{_where(card)}two entities share a name", hint="names are what relations point to")
    for entity, id_ in made:
        for relation, targets in entity.relations.items():
            for target in targets:
                if target not in named:
                    raise WorldError(
                        f"{_where(card)}{entity.name or 'an entity'} {relation} {target!r}, which is not there",
                        hint=f"there are: {', '.join(named)}",
                    )
                world.store.relate(id_, relation, named[target])
    world.store.settle()


def agents(card: WorldCard) -> tuple[RoleName, ...]:
    """Return the roles that think for a file's entities, in their order."""
    found = (entity.components.get(Agent.__name__, {}).get("role") for entity in card.entities)
    return tuple(dict.fromkeys(RoleName(role) for role in found if isinstance(role, str)))


def _spawn(world: World, card: EntityCard) -> EntityId:
    entity = world.store.spawn()
    if card.name:
        world.store.put(entity, Name(card.name))
    for name, value in card.components.items():
        try:
            world.edit(entity, name, dict(value))
        except WorldError as error:
            raise WorldError(f"{_where(world.card)}{card.name or 'an entity'}: {error}", hint=error.hint) from error
    return entity


def _where(card: WorldCard) -> str:
    return f"{card.source}: " if card.source else ""
