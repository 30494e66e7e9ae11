"""The Cleanup system: what has faded, what is gone, and what is marked as no longer needed is removed."""

from agentsh.core.worlds import EntityId, Level
from agentsh.world.components.appearance import Relationship
from agentsh.world.components.behaviour import Fault
from agentsh.world.components.environment import Room, Stimulus
from agentsh.world.components.relations import IN_ROOM, KNOWS, OCCUPIES, SOURCE
from agentsh.world.components.utility import Cleanup
from agentsh.world.life.apart import for_each
from agentsh.world.minds import Name
from agentsh.world.moment import Moment
from agentsh.world.store import Store
from agentsh.world.systems import Stage, system

MOST_STIMULI = 64
"""Most stimuli in one place; the oldest go first."""
_TIES_TICKS = 10


@system(
    "cleanup",
    level=Level.UNCONSCIOUS,
    stage=Stage.CLEAN,
    period_ticks=1,
    reads=(Cleanup, Room, Name, OCCUPIES, KNOWS),
    writes=(Stimulus, Relationship, Fault, IN_ROOM, SOURCE),
)
def cleanup(moment: Moment) -> None:
    """Remove what is no longer needed."""
    store = moment.store
    crowded = _crowded(store)
    gone = [
        entity
        for entity, stimulus in store.each(Stimulus)
        if stimulus.until_tick <= moment.tick
        or entity in crowded
        or (stimulus.kind == "item" and _has_left(store, entity))
    ]
    gone += [entity for entity, _ in store.each(Cleanup)]
    for_each(moment, "cleanup", gone, store.despawn)
    if moment.tick % _TIES_TICKS == 0:
        tied = [entity for entity, found in store.each(Relationship) if found.ties]
        for_each(moment, "cleanup", tied, lambda entity: _forget_the_gone(store, entity))


def _crowded(store: Store) -> set[EntityId]:
    """Return the oldest stimuli of places that hold too many."""
    if len(store.tables[Stimulus]) <= MOST_STIMULI:
        return set()
    places: dict[EntityId, list[EntityId]] = {}
    for entity in store.tables[Stimulus]:
        if (place := store.target(entity, IN_ROOM)) is not None:
            places.setdefault(place, []).append(entity)
    return {entity for found in places.values() if len(found) > MOST_STIMULI for entity in found[:-MOST_STIMULI]}


def _has_left(store: Store, stimulus: EntityId) -> bool:
    """Return whether the thing that could be perceived is not there any more."""
    source = store.target(stimulus, SOURCE)
    return source is None or store.target(source, OCCUPIES) != store.target(stimulus, IN_ROOM)


def _forget_the_gone(store: Store, entity: EntityId) -> None:
    known = set(store.targets(entity, KNOWS))
    if any(other not in known for other in store.get(entity, Relationship).ties):
        ties = store.change(entity, Relationship).ties
        for other in [other for other in ties if other not in known]:
            del ties[other]
