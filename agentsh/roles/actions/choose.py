"""One of the choices that the conductor gives, with the reason for it: an unknown one cannot come."""

from dataclasses import replace

from pydantic import JsonValue

from agentsh.core.errors import UsageError
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.roles.ask import ask_structured
from agentsh.roles.work import Work

MOST_OF_A_REASON = 300


async def choose(work: Work) -> Message:
    """Ask for a choice and publish it, as `{"why": …, "choice": …}` and what else the action's output has.

    Raises:
        OutputInvalid: no choice came.
        UsageError: the conductor gives none.
    """
    choices = work.reaction.brief.get("choices")
    if not isinstance(choices, list) or not choices:
        raise UsageError(f"{work.action.name} has nothing to choose from", hint="a conductor gives the choices")
    schema = choice_schema(choices, work.action.output)
    data = await ask_structured(work.mind, replace(await work.question(), schema=schema), schema, work.repairs)
    why = f": {data['why']}" if data["why"] else ""
    return await work.publish(f"**{data['choice']}**{why}", data)


def choice_schema(choices: list[JsonValue], output: JsonObject | None = None) -> JsonObject:
    """Return the shape of a choice; the reason comes first, so that it is one, and not an excuse."""
    given = (output or {}).get("properties")
    own: JsonObject = {
        "why": {"type": "string", "maxLength": MOST_OF_A_REASON},
        "choice": {"enum": choices},
    }
    properties: JsonObject = {**(given if isinstance(given, dict) else {}), **own}
    required: list[JsonValue] = list(properties)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}
