"""Asking a person who plays a role: the step goes to the keyboard, everything else stays as it is."""

from collections.abc import Sequence

from pydantic import JsonValue

from agentsh.core.ids import ReactionId, RoleName, question_id
from agentsh.core.model import JsonObject
from agentsh.engine.desk import Desk
from agentsh.engine.steps import Effect, Outcome


def person_effect(
    desk: Desk,
    role: RoleName,
    reaction: ReactionId,
    prompt: str,
    schema: JsonObject | None,
    choices: Sequence[str],
) -> Effect[JsonValue]:
    """Return the step that waits for an answer."""

    async def perform(ordinal: int) -> Outcome[JsonValue]:
        answer = await desk.people.ask(question_id(reaction, ordinal), role, prompt, schema, choices)
        return Outcome(answer, answer)

    request: JsonValue = {"prompt": prompt, "schema": schema, "choices": list(choices)}
    return Effect("person", request, perform, lambda stored: stored)
