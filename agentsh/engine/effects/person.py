"""Asking a person: whoever plays a role, or the Boss for a word on what a role is about to do."""

import json
from collections.abc import Callable, Sequence

from pydantic import JsonValue

from agentsh.core.errors import QuestionWithdrawn
from agentsh.core.ids import ReactionId, RoleName, question_id
from agentsh.core.model import JsonObject
from agentsh.engine.desk import Desk
from agentsh.engine.people import Permission
from agentsh.engine.steps import Effect, Outcome


def person_effect(
    desk: Desk,
    role: RoleName,
    reaction: ReactionId,
    prompt: str,
    schema: JsonObject | None,
    choices: Sequence[str],
    still_played: Callable[[], bool] = lambda: True,
) -> Effect[JsonValue]:
    """Return the step that waits for an answer; who gave the role back before the gate opened is not asked."""

    async def perform(ordinal: int) -> Outcome[JsonValue]:
        if not still_played():
            raise QuestionWithdrawn(f"{role} is played by the model again")
        answer = await desk.people.ask(question_id(reaction, ordinal), role, prompt, schema, choices)
        return Outcome(answer, answer)

    request: JsonValue = {"prompt": prompt, "schema": schema, "choices": list(choices)}
    return Effect("person", request, perform, lambda stored: stored)


def review_effect(
    desk: Desk, role: RoleName, reaction: ReactionId, what: str, detail: str, why: str
) -> Effect[Permission]:
    """Return the step that lets the Boss approve, edit or refuse a text before the role goes by it."""

    async def perform(ordinal: int) -> Outcome[Permission]:
        said = await desk.people.review(question_id(reaction, ordinal), role, what, detail, why)
        return Outcome(said, said.model_dump(mode="json"))

    return Effect("person", {"what": what, "detail": detail, "why": why}, perform, Permission.model_validate)


def boss_effect(desk: Desk, role: RoleName, reaction: ReactionId, prompt: str, choices: Sequence[str]) -> Effect[str]:
    """Return the step that asks the Boss something; the others of the team go on meanwhile."""

    async def perform(ordinal: int) -> Outcome[str]:
        given = await desk.people.ask(question_id(reaction, ordinal), role, prompt, choices=choices, to_boss=True)
        answer = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
        return Outcome(answer, answer)

    request: JsonValue = {"boss": prompt, "choices": list(choices)}
    return Effect("person", request, perform, str)
