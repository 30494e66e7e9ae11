"""The Planning system: a goal without an active plan gets one, of several steps, whose statuses follow what is done.

A plan that was followed to its end and has not reached the goal is followed by another, which knows of the first; so
is one that has failed, because a step of it was not done in all the time and with all the tries that it was given.
"""

from pydantic import JsonValue

from agentsh.core.model import JsonObject
from agentsh.core.worlds import EntityId, Level
from agentsh.world.components.behaviour import (
    ActionResult,
    Conclusions,
    Fault,
    Goal,
    Musings,
    Plan,
    PlanStep,
    ProcessingState,
    RecentActions,
)
from agentsh.world.components.environment import Stimulus
from agentsh.world.components.relations import IN_ROOM, OCCUPIES, PURSUES, SOURCE
from agentsh.world.life.apart import for_each
from agentsh.world.minds import Agent, Name
from agentsh.world.moment import Moment
from agentsh.world.services.events import Events
from agentsh.world.services.memories import overlap, words_of
from agentsh.world.services.prompts import Prompts, object_schema, text_schema
from agentsh.world.services.states import goals_of
from agentsh.world.systems import Stage, system

PLAN = "make_plan"
"""The question, and its prompt file."""
SAME = 0.35
"""How far an action has to be about a step to have done it."""
AGAIN_TICKS = 6
"""So long after a plan has ended the agent thinks of another: the goal may be judged before."""
STUCK_TICKS, STUCK_TRIES = 24, 6
"""A step that is not done after so many ticks and so many other doings will not be. Not ticks alone: in a world that
waits for nobody many of them pass while its agents still think."""
_SCHEMA = object_schema({"steps": {"type": "array", "items": text_schema(120), "minItems": 1, "maxItems": 5}})


@system(
    "planning",
    level=Level.SUBCONSCIOUS,
    stage=Stage.PLANS,
    reads=(Agent, Name, Goal, RecentActions, OCCUPIES, PURSUES),
    writes=(Plan, Musings, Conclusions, ProcessingState, Stimulus, Fault, IN_ROOM, SOURCE),
)
def planning(moment: Moment) -> None:
    """Make plans for goals that have none, and keep those that are followed up to date."""
    store = moment.store
    owners = dict.fromkeys(owner for goal, _ in store.each(Goal) for owner in store.sources(goal, PURSUES))
    for_each(moment, "planning", list(owners), lambda agent: _plan(moment, agent))


def _plan(moment: Moment, agent: EntityId) -> None:
    _take_up(moment, agent)
    store = moment.store
    for entity, goal in goals_of(store, agent, "in_progress"):
        plan = store.find(entity, Plan)
        if plan is None:
            _begin(moment, agent, entity, goal)
        elif plan.status == "active":
            _follow(moment, agent, entity)
        elif moment.tick - plan.checked_tick >= AGAIN_TICKS:
            _ask(moment, agent, entity, goal, plan)
    for entity, goal in goals_of(store, agent, "done", "failed"):
        plan = store.find(entity, Plan)
        if plan is not None and plan.status == "active":
            _close(moment, agent, entity, done=goal.status == "done")


def _begin(moment: Moment, agent: EntityId, entity: EntityId, goal: Goal) -> None:
    if goal.steps:
        _adopt(moment, agent, entity, goal.steps)
    else:
        _ask(moment, agent, entity, goal)


def _ask(moment: Moment, agent: EntityId, entity: EntityId, goal: Goal, before: Plan | None = None) -> None:
    if not moment.store.has(agent, Agent):
        return
    steps = before.steps if before else []
    done: list[JsonValue] = [step.text for step in steps if step.status == "done"]
    stuck = next((step.text for step in steps if step.status == "failed"), "")
    data: JsonObject = {"goal": goal.text, "about": entity, "done": done, "stuck": stuck}
    content = f'What are the steps to "{goal.text}"?'
    moment.resource(Prompts).later(moment.store, agent, PLAN, content, data, _SCHEMA)


def _take_up(moment: Moment, agent: EntityId) -> None:
    answer = moment.resource(Prompts).take(moment.store, agent, PLAN)
    if answer is None:
        return
    steps = answer.get("steps")
    about = answer.get("about")
    goal = next((entity for entity, _ in goals_of(moment.store, agent, "in_progress") if entity == about), None)
    found = [" ".join(step.split()) for step in steps if isinstance(step, str)] if isinstance(steps, list) else []
    if goal is not None and any(found):
        _adopt(moment, agent, goal, [step for step in found if step])


def _adopt(moment: Moment, agent: EntityId, goal: EntityId, steps: list[str]) -> None:
    plan = Plan([PlanStep(text) for text in steps], checked_tick=moment.tick)
    _next_step(plan, moment.tick)
    moment.store.put(goal, plan)
    said = "; ".join(steps)
    moment.resource(Events).feel(moment, agent, "plan", f"Your plan: {said}.")
    moment.resource(Events).tell(moment, agent, f"plan: {said}")


def _follow(moment: Moment, agent: EntityId, goal: EntityId) -> None:
    """Hold what was done since the last time against the steps."""
    store = moment.store
    plan, recent = store.get(goal, Plan), store.find(agent, RecentActions)
    new = [done for done in recent.results if done.tick > plan.checked_tick] if recent else []
    if not new:
        return
    plan = store.change(goal, Plan)
    plan.checked_tick = moment.tick
    for result in new:
        _hold_against(moment, agent, plan, result)
    step = _step_of(plan)
    if step is None:
        _close(moment, agent, goal, done=True)
    elif step.tries >= STUCK_TRIES and moment.tick - step.since_tick >= STUCK_TICKS:
        _close(moment, agent, goal, done=False)


def _hold_against(moment: Moment, agent: EntityId, plan: Plan, result: ActionResult) -> None:
    step = _step_of(plan)
    if step is None:
        return
    if not (result.success and _does(result, step)):
        step.tries += 1
        return
    step.status = "done"
    following = _next_step(plan, moment.tick)
    if following is not None:
        moment.resource(Events).feel(moment, agent, "plan", f"Next in your plan: {following.text}.")


def _step_of(plan: Plan) -> PlanStep | None:
    return next((step for step in plan.steps if step.status == "in_progress"), None)


def _next_step(plan: Plan, tick: int) -> PlanStep | None:
    """Let the first step that is left begin, and return it; None: there is none."""
    following = next((step for step in plan.steps if step.status == "pending"), None)
    if following is not None:
        following.status, following.since_tick = "in_progress", tick
    return following


def _does(result: ActionResult, step: PlanStep) -> bool:
    return overlap(words_of(f"{result.line} {result.text}"), words_of(step.text)) >= SAME


def _close(moment: Moment, agent: EntityId, goal: EntityId, *, done: bool) -> None:
    plan = moment.store.change(goal, Plan)
    plan.status = "done" if done else "failed"
    for step in plan.steps:
        if step.status in ("pending", "in_progress"):
            step.status = plan.status
    text = moment.store.get(goal, Goal).text
    moment.resource(Events).feel(moment, agent, "plan", f'Your plan for "{text}" is {plan.status}.')
    moment.resource(Events).tell(moment, agent, f'plan for "{text}" {plan.status}')
