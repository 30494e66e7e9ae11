"""The Room system: what is due happens, what people look like is shown, and rooms are what they are."""

from agentsh.core.worlds import EntityId, Level
from agentsh.world.components.appearance import Appearance
from agentsh.world.components.behaviour import Action, Fault
from agentsh.world.components.environment import Item, Room, Stimulus, Timed
from agentsh.world.components.identity import Npc
from agentsh.world.components.relations import BELONGS, IN_ROOM, OCCUPIES, SOURCE
from agentsh.world.life.apart import for_each
from agentsh.world.minds import Agent, Name
from agentsh.world.moment import Moment
from agentsh.world.services.events import Events
from agentsh.world.services.scene import beings_in, name_of
from agentsh.world.systems import Stage, system


@system(
    "rooms",
    level=Level.CONSCIOUS,
    stage=Stage.ROOMS,
    period_ticks=1,
    reads=(Room, Name, Agent, Action, Npc, Item, BELONGS),
    writes=(Timed, Appearance, Stimulus, Fault, OCCUPIES, BELONGS, IN_ROOM, SOURCE),
)
def rooms(moment: Moment) -> None:
    """Emit what can be perceived in rooms: what appears, how people look now, what is in the air."""
    store = moment.store
    due = [entity for entity, timed in store.each(Timed) if timed.tick <= moment.tick]
    changed = [entity for entity, looks in store.each(Appearance) if looks.changed_tick > looks.shown_tick]
    airy = [entity for entity, room in store.each(Room) if room.ambience and _is_airing(moment, room)]
    for_each(moment, "rooms", due, lambda entity: _happen(moment, entity))
    for_each(moment, "rooms", changed, lambda entity: _show(moment, entity))
    for_each(moment, "rooms", airy, lambda entity: _air(moment, entity))


def _happen(moment: Moment, entity: EntityId) -> None:
    store, events = moment.store, moment.resource(Events)
    timed, room = store.change(entity, Timed), store.target(entity, BELONGS)
    text, again = timed.text, timed.every_ticks
    if again:
        timed.tick = moment.tick + again
    else:
        store.remove(entity, Timed)
    if room is None:
        moment.tell(f"{text or name_of(store, entity)!r} was to happen, and its room is gone")
    elif store.has(entity, Item):
        store.relate(entity, OCCUPIES, room)
        moment.tell(f"{name_of(store, entity)} appears in {name_of(store, room)}")
        events.emit(moment, "item", text or f"{name_of(store, entity)} appears.", room, source=entity)
    else:
        moment.tell(f"{name_of(store, room)}: {text}")
        events.emit(moment, "event", text, room)
    if not again and not store.has(entity, Item):
        store.despawn(entity)


def _show(moment: Moment, entity: EntityId) -> None:
    looks = moment.store.change(entity, Appearance)
    looks.shown_tick = moment.tick
    name = name_of(moment.store, entity)
    parts = [f"looks {looks.expression}" if looks.expression != "neutral" else "", looks.doing]
    seen = " and is ".join(part for part in parts if part)
    joint = "" if parts[0] else "is "
    moment.resource(Events).around(
        moment, entity, "appearance", f"{name} {joint}{seen}." if seen else f"{name} looks as always."
    )


def _is_airing(moment: Moment, room: Room) -> bool:
    return (moment.tick - 1) % max(room.ambience_ticks, 1) == 0


def _air(moment: Moment, entity: EntityId) -> None:
    if not beings_in(moment.store, entity):
        return
    room = moment.store.get(entity, Room)
    turn = (moment.tick - 1) // max(room.ambience_ticks, 1)
    moment.resource(Events).emit(moment, "ambience", room.ambience[turn % len(room.ambience)], entity)
