"""The Thinking system: asks an agent's role what it thinks of what it perceives, and takes up what came of it.

It never waits: what is asked in one tick is answered in a later one. Questions of the slower levels have their turn
between two thoughts.
"""

from collections.abc import Iterator, Sequence

from agentsh.core.model import JsonObject
from agentsh.core.worlds import EntityId, Level
from agentsh.world.actions.registry import Actions
from agentsh.world.components.appearance import Appearance
from agentsh.world.components.behaviour import (
    Act,
    Action,
    Conclusions,
    DayPlan,
    Fault,
    Goal,
    Health,
    Musings,
    Plan,
    ProcessingState,
    Thought,
)
from agentsh.world.components.environment import Floor, Inventory, Item, Manners, Room, Usable
from agentsh.world.components.identity import GameMaster, Npc
from agentsh.world.components.memory import Experience, Memory, Perception, Seen, WorkingMemory
from agentsh.world.components.relations import EVIDENCE, HOLDS, KNOWS, LEADS_TO, OCCUPIES, PURSUES, REMEMBERS
from agentsh.world.components.utility import Debug
from agentsh.world.life.apart import in_turn
from agentsh.world.minds import Agent, Asked, Name
from agentsh.world.moment import Moment
from agentsh.world.services.memories import Memories, overlap, words_of
from agentsh.world.services.prompts import EXPRESSIONS, THINK, Prompts
from agentsh.world.services.scene import Scene
from agentsh.world.systems import Stage, system

TRUE_ENOUGH = 0.35
"""How far a claim has to be about what was perceived to be remembered."""
_THOUGHT_WEIGHT = 0.3
_CLAIM_WEIGHT = 0.5


@system(
    "thinking",
    level=Level.CONSCIOUS,
    stage=Stage.THINK,
    reads=(
        *(Agent, Name, Perception, WorkingMemory, Room, Item, Usable, Inventory, Manners, Floor, Npc, GameMaster),
        *(Goal, Plan, DayPlan, Health, OCCUPIES, HOLDS, LEADS_TO, KNOWS, PURSUES),
    ),
    writes=(
        *(Asked, ProcessingState, Musings, Conclusions, Thought, Action, Appearance, Experience, Memory, Fault, Debug),
        *(REMEMBERS, EVIDENCE),
    ),
)
def thinking(moment: Moment) -> Iterator[None]:
    """Take up thoughts that have landed, then let whoever is free and has something to think about think."""
    store = moment.store
    answered = [agent for agent, found in store.each(Conclusions) if THINK in found.waiting]
    yield from in_turn(moment, "thinking", answered, lambda agent: _take_up(moment, agent))
    yield from in_turn(moment, "thinking", _free(moment), lambda agent: _ask(moment, agent))


def _free(moment: Moment) -> list[EntityId]:
    """Return who can be asked and has something to think about."""
    store = moment.store
    musing = (agent for agent, found, _ in store.each(Musings, Agent) if found.waiting)
    stirred = (agent for agent, found, _ in store.each(Perception, Agent) if found.due)
    states, asked = store.tables[ProcessingState], store.tables[Asked]
    return [
        agent
        for agent in sorted({*musing, *stirred})
        if agent not in asked and not _rests(states.get(agent), moment.tick)
    ]


def _rests(state: ProcessingState | None, tick: int) -> bool:
    """Return whether an agent of whom no thought came is left alone for a while."""
    return state is not None and state.failures > 0 and tick < state.until_tick


def _ask(moment: Moment, agent: EntityId) -> None:
    prompts = moment.resource(Prompts)
    if prompts.ask_next(moment, agent):
        return
    store = moment.store
    perceived, action = store.find(agent, Perception), store.find(agent, Action)
    if perceived is None or not perceived.due or (action is not None and action.pending is not None):
        return
    if store.has(agent, GameMaster):
        # A game master is asked what comes of what others do, and has no doings of its own.
        store.change(agent, ProcessingState).owes = False
        return
    scene = Scene(moment, agent)
    if not _has_the_floor(scene):
        return
    if prompts.think(scene, _in_mind(scene, perceived.seen)) and store.has(agent, ProcessingState):
        state = store.change(agent, ProcessingState)
        state.owes, state.thought_tick = False, moment.tick


def _has_the_floor(scene: Scene) -> bool:
    """Return whether it is the agent's turn, where turns are taken."""
    if scene.room is None or not scene.store.has(scene.room, Manners):
        return True
    floor = scene.store.find(scene.room, Floor)
    return floor is not None and (not floor.called or scene.actor in floor.called)


def _in_mind(scene: Scene, seen: Sequence[Seen]) -> Sequence[Seen]:
    """Return what was perceived now, and before it what came in while the agent was thinking of something else."""
    memory = scene.store.find(scene.actor, WorkingMemory)
    state = scene.store.find(scene.actor, ProcessingState)
    if memory is None or state is None:
        return seen
    now = {one.text for one in seen}
    before = [text for text, tick in memory.texts.items() if tick > state.thought_tick and text not in now]
    return [*(Seen(EntityId(0), "before", text, "", 0.0) for text in before), *seen]


def _take_up(moment: Moment, agent: EntityId) -> None:
    answer = moment.resource(Prompts).take(moment.store, agent, THINK) or {}
    store, text = moment.store, _said(answer, "thought")
    if text:
        _think(moment, agent, text)
    if line := _said(answer, "action"):
        if not store.has(agent, Action):
            store.put(agent, Action())
        # Who wants to say something and leaves the words out says what it thinks.
        words = _said(answer, "words") or text if moment.resource(Actions).takes_words(line) else ""
        store.change(agent, Action).pending = Act(line, words)
    _show(moment, agent, _said(answer, "expression"))
    _remember(moment, agent, _said(answer, "remember"))


def _think(moment: Moment, agent: EntityId, text: str) -> None:
    before = moment.store.find(agent, Thought)
    moment.store.put(agent, Thought(text, moment.tick))
    if moment.store.has(agent, Memory) and (before is None or before.text != text):
        moment.resource(Memories).remember(moment, agent, f"I thought: {text}", "thought", _THOUGHT_WEIGHT)


def _show(moment: Moment, agent: EntityId, expression: str) -> None:
    looks = moment.store.find(agent, Appearance)
    if looks is not None and expression in EXPRESSIONS and expression != looks.expression:
        changed = moment.store.change(agent, Appearance)
        changed.expression, changed.changed_tick = expression, moment.tick


def _remember(moment: Moment, agent: EntityId, claim: str) -> None:
    """Keep what the agent says is worth remembering, when it is about something that it has perceived."""
    memory = moment.store.find(agent, WorkingMemory)
    if not claim or memory is None or not moment.store.has(agent, Memory):
        return
    about = words_of(claim)
    if any(overlap(about, words_of(text)) >= TRUE_ENOUGH for text in memory.texts):
        moment.resource(Memories).remember(moment, agent, claim, "told", _CLAIM_WEIGHT)


def _said(answer: JsonObject, key: str) -> str:
    value = answer.get(key)
    return " ".join(value.split()) if isinstance(value, str) else ""
