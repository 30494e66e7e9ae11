"""Folds in plans and task lists: what a role said that it will do, what has been done of it, what the Boss changed."""

from functools import singledispatch

from pydantic import JsonValue

from agentsh.core import events as e
from agentsh.core.messages import Message, News
from agentsh.core.plans import STEP_TAG, Task, Tasks, with_status
from agentsh.engine.state import State


@singledispatch
def fold_plan(_event: object, _state: State) -> None:
    """Most events have nothing to do with plans."""


@fold_plan.register
def _(event: e.MessagePublished, state: State) -> None:
    message = event.message
    role = state.roles.get(message.sent_from)
    if role is None or state.facts is None:
        return
    card = state.facts.team.roles.get(role.name)
    if card is not None and message.cause_by == card.planning.action:
        role.plan = plan_in(message) or role.plan
    for tag in message.tags:
        if tag.startswith(STEP_TAG):
            role.plan = with_status(role.plan, tag.removeprefix(STEP_TAG), "failed" if has_failed(message) else "done")


@fold_plan.register
def _(event: e.StepFinished, state: State) -> None:
    if event.step == "news":
        due = News.model_validate(event.result).due
        for id_ in due:
            state.roles[event.role].due.pop(id_, None)
        if (opened := state.open.get(event.reaction)) is not None:
            opened.news = (*opened.news, *due)


@fold_plan.register
def _(event: e.TasksEdited, state: State) -> None:
    state.conduct = state.conduct.model_copy(update={"tasks": event.tasks})


def plan_in(message: Message) -> Tasks:
    """Return the plan that a message holds as data; empty: none."""
    steps: JsonValue = (message.data or {}).get("steps")
    if not isinstance(steps, list):
        return ()
    return tuple(Task.model_validate(step) for step in steps if isinstance(step, dict))


def has_failed(message: Message) -> bool:
    """Return whether what came of a step says that it failed: a verdict that did not pass, a function not found."""
    data = message.data or {}
    return data.get("passed") is False or data.get("succeeded") is False
