"""Makes a tool of a typed function: its name, its docstring and its annotations are what a model is told.

The first parameter is the role's hands; the others are the tool's, each told of in the docstring's `Args:`. A tool that
acts by itself, not through the hands, says so with `outside=True`. Source: smolagents, pydantic-ai, TinyAgent.
"""

import inspect
import re
from collections.abc import Awaitable, Callable
from typing import Concatenate, ParamSpec, get_type_hints

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    PydanticInvalidForJsonSchema,
    PydanticSchemaGenerationError,
    create_model,
)

from agentsh.core.errors import UsageError
from agentsh.core.model import JsonObject
from agentsh.core.tools import ToolSpec
from agentsh.ports import Hands

P = ParamSpec("P")
Function = Callable[Concatenate[Hands, P], Awaitable[str]]
LONGEST_TEXT = 20_000
"""Most characters of a text that a model gives as an argument."""
_ARGUMENT = re.compile(r"^ {4,8}(\w+):\s*(.+?)(?=^ {4,8}\w+:|\Z)", re.MULTILINE | re.DOTALL)


class FunctionTool:
    """Fulfils `ports.Tool`."""

    def __init__(self, function: Callable[..., Awaitable[str]], spec: ToolSpec, arguments: type[BaseModel]) -> None:
        self.spec = spec
        self._function = function
        self._arguments = arguments

    async def call(self, hands: Hands, arguments: JsonObject) -> str:
        """Call the function; what was left out has its default."""
        given = {name: value for name, value in arguments.items() if value is not None}
        valid = self._arguments.model_validate(given)
        return await self._function(hands, **{name: getattr(valid, name) for name in type(valid).model_fields})


def tool(
    function: Function[P],
    *,
    fenced: str = "",
    path: str = "",
    changes: bool = True,
    demanding: bool = False,
    outside: bool = False,
    safe_to_retry: bool = False,
    deadline_s: float = 60.0,
) -> FunctionTool:
    """Return the tool that a function is.

    Args:
        function: `async def name(hands, …) -> str`, with annotations and a docstring.
        fenced: parameter that holds a text of many lines, if there is one.
        path: parameter that names a file which is there, if there is one.
        changes: whether a call may change what the same or another call gives afterwards.
        demanding: whether it takes judgement or an exact form, which weak models do not have.
        outside: whether it acts by itself.
        safe_to_retry: for such: whether a call that was cut off may simply be made again.
        deadline_s: for a call; where it acts through the hands, from one of its effects to the next.

    Raises:
        UsageError: the function has no docstring, or a parameter that no JSON value can be.
    """
    name = getattr(function, "__name__", "tool")
    doc = inspect.getdoc(function)
    if not doc:
        raise UsageError(f"the tool {name!r} has no docstring", hint="Say in it what the tool does: models read that.")
    arguments = _arguments(function, name, _told(doc))
    spec = ToolSpec(
        name=name,
        description=_first_paragraph(doc),
        parameters=_schema(arguments, name),
        fenced=fenced,
        path=path,
        changes=changes,
        demanding=demanding,
        outside=outside,
        safe_to_retry=safe_to_retry,
        deadline_s=deadline_s,
    )
    return FunctionTool(function, spec, arguments)


def _arguments(function: Callable[..., object], name: str, told: dict[str, str]) -> type[BaseModel]:
    hints = get_type_hints(function)
    fields: dict[str, tuple[object, object]] = {}
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        if parameter.name not in hints or parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            hint = "Give each parameter a type of its own."
            raise UsageError(f"the tool {name!r} has a parameter {parameter.name!r} without a type", hint=hint)
        default = ... if parameter.default is parameter.empty else parameter.default
        description = told.get(parameter.name, "")
        fields[parameter.name] = (hints[parameter.name], Field(default, description=description or None))
    try:
        made: type[BaseModel] = create_model(name, __config__=ConfigDict(extra="forbid"), **fields)  # type: ignore[call-overload]
        made.model_json_schema()
    except (PydanticSchemaGenerationError, PydanticInvalidForJsonSchema) as error:
        hint = f"Use text, numbers, bools, Literal and lists of these. {error.message.splitlines()[0]}"
        raise UsageError(f"the tool {name!r} has a parameter that no JSON value can be", hint=hint) from None
    return made


def _schema(arguments: type[BaseModel], name: str) -> JsonObject:
    """Return the parameters' schema as models and servers know it: plain, bounded, without references."""
    schema: JsonObject = arguments.model_json_schema()
    if "$defs" in schema:
        hint = "Use text, numbers, bools, Literal and lists of these."
        raise UsageError(f"the tool {name!r} has a parameter of a nested type", hint=hint)
    properties = schema.get("properties")
    plain: JsonObject = {
        key: _plain(value) for key, value in (properties if isinstance(properties, dict) else {}).items()
    }
    return {
        "type": "object",
        "properties": plain,
        "required": schema.get("required", []),
        "additionalProperties": False,
    }


def _plain(schema: JsonValue) -> JsonValue:
    if not isinstance(schema, dict):
        return schema
    kept: JsonObject = {key: value for key, value in schema.items() if key != "title"}
    if kept.get("type") == "string" and "enum" not in kept:
        kept.setdefault("maxLength", LONGEST_TEXT)
    if kept.get("type") == "array":
        kept["items"] = _plain(kept.get("items"))
        kept.setdefault("maxItems", 50)
    return kept


def _first_paragraph(doc: str) -> str:
    return " ".join(doc.partition("\n\n")[0].split())


def _told(doc: str) -> dict[str, str]:
    """Return what the docstring says of each parameter."""
    after = doc.partition("Args:\n")[2]
    section = re.split(r"\n(?=\S)", after, maxsplit=1)[0]
    return {name: " ".join(words.split()) for name, words in _ARGUMENT.findall(section)}
