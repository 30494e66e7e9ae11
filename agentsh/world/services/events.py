"""The event manager: puts stimuli into rooms, for those who are there, and tells people what happened."""

from collections.abc import Sequence
from dataclasses import dataclass

from agentsh.core.worlds import EntityId
from agentsh.world.components.environment import Stimulus
from agentsh.world.components.relations import IN_ROOM, SOURCE
from agentsh.world.minds import Agent
from agentsh.world.moment import Moment
from agentsh.world.services.scene import beings_in, name_of, room_of


@dataclass(frozen=True, slots=True)
class StimulusKind:
    """How much stimuli of a kind weigh, from 0 to 1, and for how many ticks they can be perceived."""

    weight: float
    life_ticks: int


KINDS: dict[str, StimulusKind] = {
    "event": StimulusKind(0.8, 5),
    "result": StimulusKind(0.7, 3),
    "speech": StimulusKind(0.6, 3),
    "item": StimulusKind(0.6, 20),
    "goal": StimulusKind(0.5, 3),
    "action": StimulusKind(0.4, 3),
    "arrival": StimulusKind(0.35, 3),
    "plan": StimulusKind(0.35, 3),
    "appearance": StimulusKind(0.3, 3),
    "departure": StimulusKind(0.2, 3),
    "ambience": StimulusKind(0.1, 10),
}
_OTHER = StimulusKind(0.4, 3)
WORDS_SHOWN = 300
"""Longest text of a stimulus, characters."""


class Events:
    """What happens, for agents to perceive. Source: argOS's EventManager."""

    def emit(
        self,
        moment: Moment,
        kind: str,
        text: str,
        place: EntityId,
        *,
        source: EntityId | None = None,
        audience: Sequence[EntityId] | None = None,
    ) -> EntityId:
        """Put a stimulus into a place and return it.

        Args:
            moment: the tick.
            kind: see `KINDS`; it decides weight and life.
            text: what is perceived.
            place: a room; somebody who is nowhere is their own place.
            source: whom or what it comes from.
            audience: who perceives it; None: whoever is there as long as it lasts.
        """
        of = KINDS.get(kind, _OTHER)
        store, tick = moment.store, moment.tick
        shown = text if len(text) <= WORDS_SHOWN else text[:WORDS_SHOWN] + "…"
        stimulus = store.spawn(
            Stimulus(kind, shown, tick, tick + of.life_ticks, of.weight, None if audience is None else list(audience))
        )
        store.relate(stimulus, IN_ROOM, place)
        if source is not None:
            store.relate(stimulus, SOURCE, source)
        return stimulus

    def around(
        self, moment: Moment, actor: EntityId, kind: str, text: str, *, audience: Sequence[EntityId] | None = None
    ) -> None:
        """Let those who are in the actor's room now perceive something of the actor; nobody is there: nothing."""
        room = room_of(moment.store, actor)
        there = beings_in(moment.store, room) if audience is None else audience
        others = [entity for entity in there if entity != actor]
        if room is not None and others:
            self.emit(moment, kind, text, room, source=actor, audience=others)

    def feel(self, moment: Moment, actor: EntityId, kind: str, text: str) -> None:
        """Let one agent perceive something in its own mind: a cognitive stimulus."""
        self.emit(moment, kind, text, room_of(moment.store, actor) or actor, audience=[actor])

    def tell(self, moment: Moment, actor: EntityId, text: str) -> None:
        """Tell people what somebody did: `Aria: take Magic Sword`."""
        agent = moment.store.find(actor, Agent)
        moment.tell(f"{name_of(moment.store, actor)}: {text}", role=None if agent is None else agent.role)
