"""The Perception system: what reaches an agent anew, how much it matters, and what mode its mind is in.

An agent perceives what is emitted in its room, and what was for its ears wherever it has gone since. What it has just
perceived matters less; quiet makes it REFLECTIVE, longer quiet WAITING. Source: argOS.
"""

from heapq import nlargest

from agentsh.core.worlds import EntityId, Level
from agentsh.world.components.behaviour import Fault, Goal, Mode, ProcessingState
from agentsh.world.components.environment import Stimulus
from agentsh.world.components.identity import Player
from agentsh.world.components.memory import Attention, Perception, Seen, WorkingMemory
from agentsh.world.components.relations import IN_ROOM, OCCUPIES, PURSUES, SOURCE
from agentsh.world.life.apart import for_each
from agentsh.world.minds import Asked, Name
from agentsh.world.moment import Moment
from agentsh.world.services.scene import name_of
from agentsh.world.services.states import goals_of
from agentsh.world.systems import Stage, system

THRESHOLDS: dict[Mode, float] = {"ACTIVE": 0.3, "REFLECTIVE": 0.4, "WAITING": 0.5}
"""From which significance on something matters, by mode."""
CALM_TICKS = 3
"""Quiet that makes an active mind reflective."""
REST_TICKS = 6
"""Quiet that makes a reflective mind wait."""
WAKE_TICKS = 10
"""After so much waiting somebody with a goal looks up again."""
_ADDRESSED = 0.4
_FOCUSED = 0.15
_OLD_NEWS = 0.3
_CAPACITY = 8


@system(
    "perception",
    level=Level.CONSCIOUS,
    stage=Stage.PERCEIVE,
    reads=(Stimulus, Name, Asked, Player, Goal, WorkingMemory, Attention, OCCUPIES, IN_ROOM, SOURCE, PURSUES),
    writes=(Perception, ProcessingState, Fault),
)
def perception(moment: Moment) -> None:
    """Write each agent's current perception, where there is something new or something to think about."""
    senses = _Senses(moment)
    for_each(moment, "perception", list(moment.store.tables[ProcessingState]), senses.perceive)


class _Senses:
    """One tick's perceiving; what is in a room is gathered once for all who are there."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._store = moment.store
        self._states = moment.store.tables[ProcessingState]
        self._at: dict[EntityId, list[tuple[EntityId, Stimulus]]] = {}

    def perceive(self, agent: EntityId) -> None:
        """Write what reaches one agent."""
        state = self._states[agent]
        place = self._store.target(agent, OCCUPIES) or agent
        here = self._stimuli(place)
        if place == state.room and (not here or here[-1][0] <= state.seen):
            seen: list[Seen] = []
        else:
            seen = self._new(agent, state, place, here)
        significance = max((one.weight for one in seen), default=0.0)
        if significance >= THRESHOLDS[state.mode]:
            self._stir(agent)
        else:
            self._calm_down(agent, state)
        due = self._is_due(agent, state)
        if seen or due:
            self._store.put(agent, Perception(seen, significance, due))

    def _stimuli(self, place: EntityId) -> list[tuple[EntityId, Stimulus]]:
        found = self._at.get(place)
        if found is None:
            table = self._store.tables[Stimulus]
            found = self._at[place] = [(e, table[e]) for e in self._store.sources(place, IN_ROOM) if e in table]
        return found

    def _new(
        self, agent: EntityId, state: ProcessingState, place: EntityId, here: list[tuple[EntityId, Stimulus]]
    ) -> list[Seen]:
        moved = place != state.room
        reaching = [
            (id_, stimulus)
            for id_, stimulus in here
            if (id_ > state.seen if stimulus.audience is not None else id_ > state.seen or moved)
            and self._reaches(agent, id_, stimulus)
        ]
        if moved and state.room:
            reaching += [
                (id_, stimulus)
                for id_, stimulus in self._stimuli(state.room)
                if id_ > state.seen and stimulus.audience is not None and agent in stimulus.audience
            ]
        state = self._store.change(agent, ProcessingState)
        newest = max((id_ for id_, _ in [*here, *reaching]), default=state.seen)
        state.seen, state.room = max(state.seen, newest), place
        seen = [self._weigh(agent, id_, stimulus) for id_, stimulus in reaching]
        attention = self._store.find(agent, Attention)
        capacity = attention.capacity if attention is not None else _CAPACITY
        if len(seen) > capacity:
            seen = nlargest(capacity, seen, key=lambda one: (one.weight, one.stimulus))
        return sorted(seen, key=lambda one: one.stimulus)

    def _reaches(self, agent: EntityId, id_: EntityId, stimulus: Stimulus) -> bool:
        if stimulus.audience is not None:
            return agent in stimulus.audience
        return self._store.target(id_, SOURCE) != agent

    def _weigh(self, agent: EntityId, id_: EntityId, stimulus: Stimulus) -> Seen:
        store, weight = self._store, stimulus.weight
        source = store.target(id_, SOURCE)
        attention, memory = store.find(agent, Attention), store.find(agent, WorkingMemory)
        if stimulus.kind == "speech" and name_of(store, agent).casefold() in stimulus.text.casefold():
            weight += _ADDRESSED
        if attention is not None and source is not None and attention.focus == source:
            weight += _FOCUSED
        if memory is not None and stimulus.text in memory.texts:
            weight *= _OLD_NEWS
        return Seen(id_, stimulus.kind, stimulus.text, name_of(store, source), round(min(weight, 1.0), 3))

    def _stir(self, agent: EntityId) -> None:
        state, tick = self._store.change(agent, ProcessingState), self._moment.tick
        if state.mode != "ACTIVE":
            state.mode, state.since_tick = "ACTIVE", tick
        state.changed_tick, state.owes = tick, True

    def _calm_down(self, agent: EntityId, state: ProcessingState) -> None:
        tick = self._moment.tick
        if state.mode == "ACTIVE" and tick - max(state.changed_tick, state.since_tick) >= CALM_TICKS:
            self._turn(agent, "REFLECTIVE")
        elif state.mode == "REFLECTIVE" and tick - state.since_tick >= REST_TICKS:
            self._turn(agent, "WAITING")
        elif state.mode == "WAITING" and self._wakes(agent, state):
            self._turn(agent, "REFLECTIVE")

    def _wakes(self, agent: EntityId, state: ProcessingState) -> bool:
        if state.until_tick > state.since_tick:
            return self._moment.tick >= state.until_tick
        waited = self._moment.tick - state.since_tick >= WAKE_TICKS
        return waited and bool(goals_of(self._store, agent, "in_progress"))

    def _turn(self, agent: EntityId, mode: Mode) -> None:
        state = self._store.change(agent, ProcessingState)
        state.mode, state.since_tick = mode, self._moment.tick
        state.owes = state.owes or mode == "REFLECTIVE"

    def _is_due(self, agent: EntityId, state: ProcessingState) -> bool:
        if self._store.has(agent, Asked):
            return False
        return state.owes or self._store.has(agent, Player)
