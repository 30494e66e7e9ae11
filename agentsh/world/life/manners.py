"""Keeps the floor in rooms with manners: who was called has their turn, then the order calls the next."""

from agentsh.core.worlds import EntityId, Level
from agentsh.world.components.behaviour import Action, Fault, ProcessingState
from agentsh.world.components.environment import Floor, Manners
from agentsh.world.components.identity import Npc
from agentsh.world.components.relations import OCCUPIES
from agentsh.world.life.apart import for_each
from agentsh.world.minds import Agent, Name
from agentsh.world.moment import Moment
from agentsh.world.rules.registry import Round, Rules
from agentsh.world.services.scene import beings_in, name_of
from agentsh.world.systems import Stage, system

PATIENCE_TICKS = 12
"""Who has been called and does nothing for so long has lost the turn."""


@system(
    "manners",
    level=Level.CONSCIOUS,
    stage=Stage.ACT + 5,
    period_ticks=1,
    reads=(Manners, Action, Agent, Npc, Name, OCCUPIES),
    writes=(Floor, ProcessingState, Fault),
)
def manners(moment: Moment) -> None:
    """Call whose turn it is, in every room that has manners."""
    rooms = [room for room, _ in moment.store.each(Manners)]
    for_each(moment, "manners", rooms, lambda room: _keep_floor(moment, room))


def _keep_floor(moment: Moment, room: EntityId) -> None:
    store = moment.store
    if not store.has(room, Floor):
        store.put(room, Floor())
    found, floor = store.get(room, Manners), store.get(room, Floor)
    members = tuple(sorted(entity for entity in beings_in(store, room) if store.has(entity, Agent)))
    done = {
        entity: action.last
        for entity in members
        if (action := store.find(entity, Action)) and action.last and action.last.tick > floor.since_tick
    }
    waited = moment.tick - floor.since_tick >= PATIENCE_TICKS
    if any(entity in members and entity not in done for entity in floor.called) and not waited:
        return
    wanted = found.leader.casefold()
    leader = next((entity for entity in members if wanted and name_of(store, entity).casefold() == wanted), None)
    now = Round(moment, room, found, floor, members, leader, done)
    called = moment.resource(Rules).order(found.order).call(now)
    _call(moment, room, list(called), leader)


def _call(moment: Moment, room: EntityId, called: list[EntityId], leader: EntityId | None) -> None:
    store = moment.store
    if not called and not store.get(room, Floor).called:
        return
    floor = store.change(room, Floor)
    floor.called, floor.since_tick = called, moment.tick
    floor.turn += 1
    if leader in called:
        floor.groups = []
    elif called:
        floor.hands = [hand for hand in floor.hands if hand not in called or len(called) > 1]
    for entity in called:
        if store.has(entity, ProcessingState):
            store.change(entity, ProcessingState).owes = True
