"""The GoalPlanning system: how far goals have come, which are done or failed, and what follows from it.

A goal with conditions is judged by rule, in every run; one without is judged by its agent, when something significant
has happened since it was last judged.
"""

from agentsh.core.model import JsonObject
from agentsh.core.worlds import EntityId, Level
from agentsh.world.components.behaviour import (
    Action,
    Conclusions,
    Fault,
    Goal,
    GoalStatus,
    Musings,
    ProcessingState,
    RecentActions,
)
from agentsh.world.components.environment import Stimulus
from agentsh.world.components.identity import Npc
from agentsh.world.components.memory import Experience
from agentsh.world.components.relations import HOLDS, IN_ROOM, KNOWS, OCCUPIES, PURSUES, REMEMBERS, SOURCE
from agentsh.world.life.apart import for_each
from agentsh.world.minds import Agent, Asked, Name
from agentsh.world.moment import Moment
from agentsh.world.services.conditions import fulfilled
from agentsh.world.services.events import Events
from agentsh.world.services.memories import Memories
from agentsh.world.services.prompts import Prompts, object_schema, text_schema, texts
from agentsh.world.services.scene import Scene
from agentsh.world.services.states import goals_of
from agentsh.world.systems import Stage, system

JUDGE = "judge_goal"
"""The question, and its prompt file."""
SIGNIFICANT = 0.5
"""An experience of so much may change how a goal stands."""
MOST_GOALS = 8
"""An agent with so many that are open gets no new ones."""
_JUDGED_AGAIN_TICKS = 6
_LOOKS_BACK = 12


@system(
    "goals",
    level=Level.SUBCONSCIOUS,
    stage=Stage.GOALS,
    reads=(
        *(Agent, Asked, Name, Action, Npc, RecentActions, Experience),
        *(OCCUPIES, HOLDS, KNOWS, REMEMBERS),
    ),
    writes=(Goal, Musings, Conclusions, ProcessingState, Stimulus, Fault, PURSUES, IN_ROOM, SOURCE),
)
def goals(moment: Moment) -> None:
    """Judge every open goal; tell whose it is, and let what follows from it follow."""
    agents = list(dict.fromkeys(owner for goal, _ in moment.store.each(Goal) for owner in _owners(moment, goal)))
    for_each(moment, "goals", agents, lambda agent: _judge_all(moment, agent))


def _owners(moment: Moment, goal: EntityId) -> tuple[EntityId, ...]:
    return moment.store.sources(goal, PURSUES)


def _judge_all(moment: Moment, agent: EntityId) -> None:
    store = moment.store
    for entity, _ in goals_of(store, agent, "pending"):
        store.change(entity, Goal).status = "in_progress"
    _take_up(moment, agent)
    scene = Scene(moment, agent)
    for entity, goal in goals_of(store, agent, "in_progress"):
        if goal.failed_when and fulfilled(scene, goal.failed_when) >= 1:
            _settle(moment, agent, entity, "failed", "what must not happen has happened")
        elif goal.done_when:
            _progress(moment, agent, entity, fulfilled(scene, goal.done_when))
        if goal.status == "in_progress" and goal.until_tick is not None and moment.tick > goal.until_tick:
            _settle(moment, agent, entity, "failed", "its time is over")
    _ask(moment, agent)


def _progress(moment: Moment, agent: EntityId, entity: EntityId, progress: float) -> None:
    goal = moment.store.get(entity, Goal)
    if progress != goal.progress:
        moment.store.change(entity, Goal).progress = round(progress, 3)
    if progress >= 1:
        _settle(moment, agent, entity, "done", "")


def _settle(moment: Moment, agent: EntityId, entity: EntityId, status: GoalStatus, why: str) -> None:
    goal = moment.store.change(entity, Goal)
    goal.status = status
    if status == "done":
        goal.progress = 1.0
    because = f": {why}" if why else ""
    said = f'Your goal "{goal.text}" is {status}{because}.'
    moment.resource(Events).feel(moment, agent, "goal", said)
    moment.resource(Events).tell(moment, agent, f'goal "{goal.text}" {status}{because}')
    if status == "done" and goal.then:
        adopt(moment, agent, goal.then)


def adopt(moment: Moment, agent: EntityId, text: str) -> EntityId | None:
    """Give an agent a new goal, unless it has it, or too many; return it."""
    open_ = goals_of(moment.store, agent, "pending", "in_progress")
    if len(open_) >= MOST_GOALS or any(goal.text.casefold() == text.casefold() for _, goal in open_):
        return None
    goal = moment.store.spawn(Goal(text, status="in_progress", judged_tick=moment.tick))
    moment.store.relate(agent, PURSUES, goal)
    moment.resource(Events).feel(moment, agent, "goal", f'You have a new goal: "{text}".')
    moment.resource(Events).tell(moment, agent, f'new goal "{text}"')
    return goal


def _ask(moment: Moment, agent: EntityId) -> None:
    """Let the agent judge its goal that waits longest, when something significant has happened since."""
    store = moment.store
    if not store.has(agent, Agent):
        return
    open_ = [(goal.judged_tick, entity, goal) for entity, goal in goals_of(store, agent, "in_progress")]
    judged = [(tick, entity, goal) for tick, entity, goal in open_ if not goal.done_when]
    if not judged:
        return
    tick, entity, goal = min(judged, key=lambda found: found[:2])
    latest = [experience for _, experience in moment.resource(Memories).latest(store, agent, _LOOKS_BACK)]
    news = [found for found in latest if found.tick > tick and found.importance >= SIGNIFICANT]
    if not news or moment.tick - tick < _JUDGED_AGAIN_TICKS:
        return
    data: JsonObject = {"goal": goal.text, "progress": goal.progress, "memories": texts(news), "about": entity}
    content = f'How far is the goal "{goal.text}"?'
    if moment.resource(Prompts).later(store, agent, JUDGE, content, data, _SCHEMA):
        store.change(entity, Goal).judged_tick = moment.tick


_SCHEMA = object_schema(
    {
        "status": {"type": "string", "enum": ["in_progress", "done", "failed"]},
        "progress": {"type": "integer", "minimum": 0, "maximum": 100},
        "why": text_schema(160),
        "new_goal": {"type": "string", "maxLength": 120},
    },
    optional=("new_goal",),
)


def _take_up(moment: Moment, agent: EntityId) -> None:
    answer = moment.resource(Prompts).take(moment.store, agent, JUDGE)
    if answer is None:
        return
    about = answer.get("about")
    entity = next((goal for goal, _ in goals_of(moment.store, agent, "in_progress") if goal == about), None)
    if entity is None:
        return
    progress, status = answer.get("progress"), answer.get("status")
    if isinstance(progress, int | float):
        moment.store.change(entity, Goal).progress = max(0.0, min(progress / 100, 1.0))
    if status in ("done", "failed"):
        _settle(moment, agent, entity, "done" if status == "done" else "failed", str(answer.get("why") or ""))
    if isinstance(text := answer.get("new_goal"), str) and text.strip():
        adopt(moment, agent, " ".join(text.split()))
