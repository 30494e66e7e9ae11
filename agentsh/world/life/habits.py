"""Habits: who is not in the middle of something goes where the plan of the day says, door by door."""

from collections import deque

from agentsh.core.worlds import EntityId, Level
from agentsh.world.components.behaviour import Act, Action, DayPlan, Fault, ProcessingState
from agentsh.world.components.environment import Room
from agentsh.world.components.relations import LEADS_TO, OCCUPIES
from agentsh.world.life.apart import for_each
from agentsh.world.minds import Agent, Asked, Name
from agentsh.world.moment import Moment
from agentsh.world.services.scene import name_of, room_named, room_of
from agentsh.world.services.states import appointment_at
from agentsh.world.store import Store
from agentsh.world.systems import Stage, system

BUSY_TICKS = 2
"""So long after something mattered nobody walks away from it."""


@system(
    "habits",
    level=Level.CONSCIOUS,
    stage=Stage.THINK + 5,
    reads=(DayPlan, ProcessingState, Asked, Agent, Name, Room, OCCUPIES, LEADS_TO),
    writes=(Action, Fault),
)
def habits(moment: Moment) -> None:
    """Let those with an appointment elsewhere take the next door towards it."""
    store = moment.store
    agents = [
        agent
        for agent, _, action, state in store.each(DayPlan, Action, ProcessingState)
        if action.pending is None and not store.has(agent, Asked) and moment.tick - state.changed_tick >= BUSY_TICKS
    ]
    for_each(moment, "habits", agents, lambda agent: _go(moment, agent))


def _go(moment: Moment, agent: EntityId) -> None:
    store = moment.store
    planned, here = appointment_at(store, agent, moment.time_s), room_of(store, agent)
    if planned is None or not planned.room or here is None:
        return
    there = room_named(store, planned.room)
    if there is not None and (door := next_door(store, here, there)) is not None:
        store.change(agent, Action).pending = Act(f"go to {name_of(store, door)}")


def next_door(store: Store, here: EntityId, there: EntityId) -> EntityId | None:
    """Return the first room on a shortest way; None when one is there already, or there is no way."""
    if here == there:
        return None
    first: dict[EntityId, EntityId] = {door: door for door in store.targets(here, LEADS_TO)}
    queue = deque(first)
    while queue:
        room = queue.popleft()
        if room == there:
            return first[room]
        for door in store.targets(room, LEADS_TO):
            if door not in first and door != here:
                first[door] = first[room]
                queue.append(door)
    return None
