"""The Experience system: what was perceived becomes something experienced, once, and only when it really was there."""

from agentsh.core.worlds import EntityId, Level
from agentsh.world.components.appearance import Relationship, Tie
from agentsh.world.components.behaviour import Fault
from agentsh.world.components.environment import Manners, Stimulus
from agentsh.world.components.memory import Experience, ExperienceKind, Memory, Perception, Seen, WorkingMemory
from agentsh.world.components.relations import EVIDENCE, KNOWS, OCCUPIES, REMEMBERS, SOURCE, TOLD_BY
from agentsh.world.life.apart import for_each
from agentsh.world.minds import Agent, Name
from agentsh.world.moment import Moment
from agentsh.world.rules.registry import Rules
from agentsh.world.services.events import Events
from agentsh.world.services.memories import Memories, told
from agentsh.world.services.scene import room_of
from agentsh.world.systems import Stage, system

LEAST_WEIGHT = 0.25
"""What weighs less is forgotten at once."""
TOLD_WEIGHT = 0.6
"""An experience of so much is told to people."""
MOST_IN_MIND = 16
_KINDS: dict[str, ExperienceKind] = {"speech": "heard", "result": "done"}


@system(
    "experience",
    level=Level.CONSCIOUS,
    stage=Stage.EXPERIENCE,
    reads=(Perception, Stimulus, Name, Agent, Manners, OCCUPIES, SOURCE),
    writes=(Experience, Memory, WorkingMemory, Relationship, Fault, REMEMBERS, EVIDENCE, KNOWS, TOLD_BY),
)
def experience(moment: Moment) -> None:
    """Turn perceptions into experiences: deduplicated, filtered, verified, and kept."""
    agents = [agent for agent, found, _ in moment.store.each(Perception, Memory) if found.seen]
    for_each(moment, "experience", agents, lambda agent: _live_through(moment, agent))


def _live_through(moment: Moment, agent: EntityId) -> None:
    store = moment.store
    if not store.has(agent, WorkingMemory):
        store.put(agent, WorkingMemory())
    seen = store.get(agent, Perception).seen
    known = store.get(agent, WorkingMemory).texts
    counting = {one.stimulus for one in _counting(moment, agent, seen)}
    for one in seen:
        if one.kind == "speech":
            _meet(moment, agent, one)
        if one.weight >= LEAST_WEIGHT and one.stimulus in counting and one.text not in known and _is_true(moment, one):
            _keep(moment, agent, one)
    in_mind = store.change(agent, WorkingMemory).texts
    for one in seen:
        in_mind.pop(one.text, None)
        in_mind[one.text] = moment.tick
    for old in list(in_mind)[: max(0, len(in_mind) - MOST_IN_MIND)]:
        del in_mind[old]


def _counting(moment: Moment, agent: EntityId, seen: list[Seen]) -> list[Seen]:
    """Return what the manners of the room let it remember."""
    room = room_of(moment.store, agent)
    manners = None if room is None else moment.store.find(room, Manners)
    return seen if manners is None else list(moment.resource(Rules).updater(manners.updater)(seen, manners))


def _is_true(moment: Moment, one: Seen) -> bool:
    """Return whether what is claimed to have been perceived is there, as it was perceived."""
    found = moment.store.find(one.stimulus, Stimulus)
    return found is not None and found.text == one.text


def _keep(moment: Moment, agent: EntityId, one: Seen) -> None:
    kind = _KINDS.get(one.kind, "seen")
    text = told(one)
    kept = moment.resource(Memories).remember(moment, agent, text, kind, one.weight)
    speaker = moment.store.target(one.stimulus, SOURCE)
    if kind == "heard" and speaker is not None:
        moment.store.relate(kept, TOLD_BY, speaker)
    if one.weight >= TOLD_WEIGHT and kind == "seen":
        moment.resource(Events).tell(moment, agent, f"experiences: {text}")


def _meet(moment: Moment, agent: EntityId, one: Seen) -> None:
    store, other = moment.store, moment.store.target(one.stimulus, SOURCE)
    if other is None or other == agent or not store.has(agent, Relationship):
        return
    store.relate(agent, KNOWS, other)
    ties = store.change(agent, Relationship).ties
    ties.setdefault(other, Tie(met_tick=moment.tick)).talks += 1
