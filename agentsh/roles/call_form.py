"""The form by which a person calls a tool, where a model would call it natively."""

import json
from collections.abc import Sequence

from pydantic import JsonValue

from agentsh.core.chat import Answer, ToolCallRequest
from agentsh.core.model import JsonObject
from agentsh.core.tools import FINISH, ToolSpec


def call_form(tools: Sequence[ToolSpec]) -> JsonObject:
    """Return the schema of a call: which tool, and its arguments as JSON; `finish` answers instead."""
    names: list[JsonValue] = [*(tool.name for tool in tools), FINISH]
    arguments = '{"name": value} for the tool; nothing when there are none'
    return {
        "type": "object",
        "properties": {
            "tool": {"enum": names, "description": f"what to use; {FINISH}: answer instead"},
            "arguments": {"type": "string", "description": arguments},
            "answer": {"type": "string", "description": f"with {FINISH}: what you answer"},
        },
        "required": ["tool"],
        "additionalProperties": False,
    }


def as_answer(given: JsonValue) -> Answer:
    """Return a filled form as the answer that a model would have given."""
    if not isinstance(given, dict):
        return Answer(text=str(given))
    if given.get("tool") == FINISH:
        return Answer(text=str(given.get("answer") or "Done."))
    call = ToolCallRequest(name=str(given.get("tool")), arguments=_arguments(given.get("arguments")))
    return Answer(text="", tool_calls=(call,))


def as_object(given: JsonValue) -> str:
    """Return a filled form as the JSON object that a model would have given."""
    said = as_answer(given)
    call = next(iter(said.tool_calls), ToolCallRequest(name=FINISH))
    told: JsonObject = {"thought": said.text, "tool": call.name}
    return json.dumps({**told, "arguments": call.arguments} if call.arguments else told, ensure_ascii=False)


def _arguments(text: JsonValue) -> JsonObject:
    """Return what was written; what is no JSON object becomes an argument that no tool has, and so is told."""
    try:
        found = json.loads(str(text or "{}"))
    except ValueError:
        return {"arguments": text}
    return found if isinstance(found, dict) else {"arguments": text}
