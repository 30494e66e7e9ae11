"""How whoever plays a role says which tool is called with what: natively, as one JSON object, or piece by piece.

Piece by piece the name is an enum, the arguments are a schema of their own, and a text of many lines is asked for as it
is: small models choose, fill and write well, and do all three at once badly. One object saves a question a call. The
weakest are led, see `leading`.
"""

import json
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from agentsh.core.chat import Answer, ChatMessage, ToolCallRequest
from agentsh.core.fenced import parse_fenced
from agentsh.core.model import JsonObject
from agentsh.core.outputs import OutputMismatch, validate_object
from agentsh.core.tools import FINISH, CallProtocol, ToolSpec
from agentsh.ports import Tool
from agentsh.roles.ask import ask_accepted, ask_structured, ask_text
from agentsh.roles.mind import Mind
from agentsh.roles.question import Question

MOST_OF_A_THOUGHT = 400
_PRETENDED = re.compile(r"^\s*(?:Observation|Action Input)\s*:|<tool_(?:call|response)>|<function=", re.MULTILINE)


@dataclass(frozen=True)
class Said:
    """What was said in one turn: calls, or the answer when there are none."""

    text: str
    calls: tuple[ToolCallRequest, ...] = ()

    def turn(self) -> ChatMessage:
        """Return it as a turn of the conversation."""
        return ChatMessage(role="assistant", content=self.text, tool_calls=self.calls)


async def call_natively(mind: Mind, question: Question, tools: Mapping[str, Tool], repairs: int) -> Said:
    """Ask once with the tools told of; a call that was only written as text is none, and is asked for again.

    Raises:
        OutputInvalid: no answer could be used.
    """
    asked = replace(question, tools=tuple(tool.spec for tool in tools.values()))
    return await ask_accepted(mind, asked, lambda answer: _said(answer, question), repairs)


def _said(answer: Answer, question: Question) -> Said:
    if not answer.tool_calls and _PRETENDED.search(answer.text):
        raise ValueError(question.words.say("not_called"))
    return Said(answer.text.strip(), answer.tool_calls)


async def call_in_one(mind: Mind, question: Question, tools: Mapping[str, Tool], repairs: int) -> Said:
    """Ask for a call as one object; `finish` gives the answer, and a text of many lines is asked for apart.

    Raises:
        OutputInvalid: no answer could be used.
    """
    shapes: list[JsonValue] = [_call_schema(tool.spec) for tool in tools.values()]
    schema: JsonObject = {"anyOf": [*shapes, _choice_schema([FINISH])]}
    asked = replace(_told_of(question, tools, schema), tools=tuple(tool.spec for tool in tools.values()))
    call = await ask_structured(mind, asked, schema, repairs)
    chosen = question.went(ChatMessage(role="assistant", content=json.dumps(call, ensure_ascii=False)))
    name, given = str(call["tool"]), call.get("arguments")
    if name == FINISH:
        return await _finished(mind, chosen, repairs)
    arguments: JsonObject = given if isinstance(given, dict) else {}
    written = await _text(mind, chosen, tools[name].spec, repairs)
    return Said(str(call["thought"]), (ToolCallRequest(name=name, arguments={**arguments, **written}),))


async def call_by_json(mind: Mind, question: Question, tools: Mapping[str, Tool], repairs: int) -> Said:
    """Ask which tool, then for its arguments, then for its text; `finish` gives the answer. Raises OutputInvalid."""
    schema = _choice_schema([*tools, FINISH])
    choice = await ask_structured(mind, _told_of(question, tools, schema), schema, repairs)
    name, thought = str(choice["tool"]), str(choice["thought"])
    chosen = question.went(ChatMessage(role="assistant", content=json.dumps(choice, ensure_ascii=False)))
    if name == FINISH:
        return await _finished(mind, chosen, repairs)
    arguments = await fill(mind, chosen, tools[name].spec, repairs)
    return Said(thought, (ToolCallRequest(name=name, arguments=arguments),))


async def fill(mind: Mind, chosen: Question, spec: ToolSpec, repairs: int) -> JsonObject:
    """Return the arguments of a call, by the tool's schema, and the text apart. Raises OutputInvalid."""
    shape = without(spec.parameters, spec.fenced)
    arguments: JsonObject = {}
    if shape["properties"]:
        asked = replace(chosen.told("call_with", tool=_told(spec)), schema=shape)
        arguments = await ask_structured(mind, asked, shape, repairs)
        chosen = chosen.went(ChatMessage(role="assistant", content=json.dumps(arguments, ensure_ascii=False)))
    return {**arguments, **await _text(mind, chosen, spec, repairs)}


async def _text(mind: Mind, chosen: Question, spec: ToolSpec, repairs: int) -> JsonObject:
    """Return the argument that is a text of many lines, if there is one."""
    if not spec.fenced:
        return {}
    asked = chosen.told("call_text", parameter=spec.fenced, tool=_told(spec))
    return {spec.fenced: _block(await ask_text(mind, asked, repairs))}


async def _finished(mind: Mind, chosen: Question, repairs: int) -> Said:
    return Said(await ask_text(mind, chosen.told("answer_now"), repairs))


WAYS: dict[CallProtocol, Callable[[Mind, Question, Mapping[str, Tool], int], Awaitable[Said]]] = {
    "native": call_natively,
    "json": call_in_one,
    "pieces": call_by_json,
}
"""The ways in which a model says by itself what it calls."""


def checked(spec: ToolSpec, arguments: JsonObject) -> JsonObject:
    """Return arguments as the tool wants them. Raises OutputMismatch in words for whoever called it."""
    known = spec.parameters.get("properties")
    unknown = [name for name in arguments if not isinstance(known, dict) or name not in known]
    if unknown:
        there = ", ".join(known) if isinstance(known, dict) and known else "none"
        raise OutputMismatch(f"{spec.name} has no parameter {unknown[0]!r}; there is: {there}.")
    return validate_object(spec.parameters, arguments)


def as_text(said: Said) -> ChatMessage:
    """Return calls as a turn in words, for models that are not told of calls natively."""
    calls = [f"I call {call.name} {json.dumps(call.arguments, ensure_ascii=False)}" for call in said.calls]
    return ChatMessage(role="assistant", content="\n".join([said.text, *calls]).strip())


def _told_of(question: Question, tools: Mapping[str, Tool], schema: JsonObject) -> Question:
    listed: list[JsonValue] = [_told(tool.spec) | {"name": name} for name, tool in tools.items()]
    return replace(question.told("choose_tool", tools=listed, finish=FINISH), schema=schema)


def _told(spec: ToolSpec) -> JsonObject:
    return {"name": spec.name, "description": spec.description}


def _choice_schema(names: Sequence[str]) -> JsonObject:
    enum: list[JsonValue] = list(names)
    return {
        "type": "object",
        "properties": {"thought": {"type": "string", "maxLength": MOST_OF_A_THOUGHT}, "tool": {"enum": enum}},
        "required": ["thought", "tool"],
        "additionalProperties": False,
    }


def _call_schema(spec: ToolSpec) -> JsonObject:
    """Return the shape of a call of one tool, without its text of many lines."""
    shape = _choice_schema([spec.name])
    properties, required = shape["properties"], shape["required"]
    arguments = without(spec.parameters, spec.fenced)
    if arguments["properties"] and isinstance(properties, dict) and isinstance(required, list):
        return {
            **shape,
            "properties": {**properties, "arguments": arguments},
            "required": [*required, "arguments"],
        }
    return shape


def without(schema: JsonObject, *names: str) -> JsonObject:
    """Return the schema of an object that has no such properties."""
    properties, required = schema.get("properties"), schema.get("required")
    kept = properties if isinstance(properties, dict) else {}
    needed: list[JsonValue] = [key for key in (required if isinstance(required, list) else []) if key not in names]
    return {**schema, "properties": {key: kept[key] for key in kept if key not in names}, "required": needed}


def _block(answer: str) -> str:
    """Return the text of the first fenced block; all of the answer when there is none."""
    found = parse_fenced(answer)
    if found.anonymous:
        return found.anonymous[0].text
    return (found.files[0].text or "") if found.files else answer
