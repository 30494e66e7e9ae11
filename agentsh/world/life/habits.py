"""Habits: who is not in the middle of a talk goes where the plan of the day says, door by door."""

from collections import deque

from agentsh.core.worlds import EntityId, Level
from agentsh.world.components.behaviour import Act, Action, DayPlan, Fault, RecentActions
from agentsh.world.components.environment import Room
from agentsh.world.components.relations import LEADS_TO, OCCUPIES
from agentsh.world.life.apart import for_each
from agentsh.world.minds import Agent, Asked, Name
from agentsh.world.moment import Moment
from agentsh.world.services.scene import name_of, room_named, room_of
from agentsh.world.services.states import appointment_at
from agentsh.world.store import Store
from agentsh.world.systems import Stage, system

TALK_TICKS = 2
"""So long after one's own last words one is still in talk."""
MOST_TALK = 3
"""After so many words of one's own the day goes on."""
SPEAK, WAIT = "speak", "wait"
_LOOKS_BACK_TICKS = 8


@system(
    "habits",
    level=Level.CONSCIOUS,
    stage=Stage.THINK + 5,
    reads=(DayPlan, RecentActions, Asked, Agent, Name, Room, OCCUPIES, LEADS_TO),
    writes=(Action, Fault),
)
def habits(moment: Moment) -> None:
    """Let those with an appointment elsewhere, and nothing better to do, take the next door towards it."""
    store = moment.store
    agents = [
        agent
        for agent, _, action in store.each(DayPlan, Action)
        if not store.has(agent, Asked) and _is_free(moment, agent, action)
    ]
    for_each(moment, "habits", agents, lambda agent: _go(moment, agent))


def _is_free(moment: Moment, agent: EntityId, action: Action) -> bool:
    """Return whether somebody is about to do nothing, or only to talk on and on."""
    recent = moment.store.find(agent, RecentActions)
    said = [
        done.tick
        for done in (recent.results if recent is not None else ())
        if done.line == SPEAK and done.success and moment.tick - done.tick <= _LOOKS_BACK_TICKS
    ]
    if len(said) >= MOST_TALK:
        return action.pending is None or action.pending.line in (WAIT, SPEAK)
    is_talking = bool(said) and moment.tick - said[-1] <= TALK_TICKS
    return not is_talking and (action.pending is None or action.pending.line == WAIT)


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
