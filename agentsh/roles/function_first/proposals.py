"""What a model is asked for when the idea leaves it open: a name with parameters, and examples. Tiny schemas, checked.

`signature_request` and `examples_request` say what to ask, a file of `prompts/parts`, with which schema; `read_…` says
what came of it.
"""

import re
from collections.abc import Sequence

from agentsh.core.model import Frozen, JsonObject
from agentsh.core.verdict import Example
from agentsh.roles.function_first.examples import MOST_EXAMPLES
from agentsh.roles.function_first.python import value_of
from agentsh.roles.function_first.readers import arguments_of
from agentsh.roles.function_first.signature import Parameter, Signature, is_function_name
from agentsh.roles.function_first.task import FunctionTask

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_IDLE_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an the write make create build implement develop please i we you need want would like me us my tool "
        "function program script app application cli command line python simple small that which who whose says say "
        "tells tell it is are be to of for in on with and or whether if given gives give returns return text",
    )
)
_LONGEST_NAME = 40


class Request(Frozen):
    """A question for a model with the schema of its answer."""

    part: str
    """Which file of `prompts/parts` asks it."""
    values: JsonObject
    """What that file is filled with."""
    output: JsonObject


def signature_request(idea: str) -> Request:
    """Return what to ask when the idea names no function."""
    name: JsonObject = {"type": "string", "maxLength": _LONGEST_NAME}
    output: JsonObject = {
        "type": "object",
        "properties": {"name": name, "params": {"type": "array", "items": name, "minItems": 1, "maxItems": 3}},
        "required": ["name", "params"],
        "additionalProperties": False,
    }
    return Request(part="propose_signature", values={"idea": idea}, output=output)


def read_signature(data: JsonObject) -> Signature:
    """Return the signature that a model proposed.

    Raises:
        ValueError: a name means something else in Python already, or is no name; in words for the model.
    """
    given = data.get("params")
    name = _checked_name(data.get("name"))
    parameters = [_checked_name(value) for value in given] if isinstance(given, list) else []
    if len(set(parameters)) != len(parameters):
        raise ValueError(f"Two parameters have the same name: {', '.join(parameters)}.")
    return Signature(name=name, parameters=tuple(Parameter(name=parameter) for parameter in parameters))


def fallback_signature(idea: str) -> Signature:
    """Return a signature made of the idea's own words, for when no proposal can be used."""
    words = [word.lower() for word in _WORD.findall(idea) if word.lower() not in _IDLE_WORDS]
    name = "_".join(words[:3])[:_LONGEST_NAME].strip("_")
    return Signature(name=name if is_function_name(name) else "answer", parameters=(Parameter(name="text"),))


def examples_request(task: FunctionTask) -> Request:
    """Return what to ask when the idea gives no examples."""
    value: JsonObject = {"type": ["string", "number", "boolean"], "maxLength": 60}
    example: JsonObject = {
        "type": "object",
        "properties": {
            "args": {"type": "array", "items": value, **_exactly(len(task.signature.parameters))},
            "result": value,
        },
        "required": ["args", "result"],
        "additionalProperties": False,
    }
    output: JsonObject = {
        "type": "object",
        "properties": {"examples": {"type": "array", "items": example, "minItems": 2, "maxItems": 3}},
        "required": ["examples"],
        "additionalProperties": False,
    }
    values: JsonObject = {"signature": task.signature.source, "purpose": task.purpose}
    return Request(part="propose_examples", values=values, output=output)


def read_examples(data: JsonObject, signature: Signature) -> tuple[Example, ...]:
    """Return the examples that a model proposed, each once.

    Raises:
        ValueError: none of them fits the signature; in words for the model.
    """
    listed = data.get("examples")
    read = [_example(one, signature) for one in listed] if isinstance(listed, list) else []
    examples = tuple(dict.fromkeys(example for example in read if example is not None))[:MOST_EXAMPLES]
    if not examples:
        raise ValueError(f"No example fits {signature.source}.")
    return examples


def with_proposed(task: FunctionTask, examples: Sequence[Example]) -> FunctionTask:
    """Return the task with examples that a model proposed, marked so."""
    return task.model_copy(update={"examples": tuple(examples), "proposed": True})


def _exactly(count: int) -> JsonObject:
    return {"minItems": count, "maxItems": count}


def _example(data: object, signature: Signature) -> Example | None:
    if not isinstance(data, dict) or not isinstance(data.get("args"), list) or "result" not in data:
        return None
    arguments = data["args"]
    if not signature.takes(len(arguments)):
        return None
    example = Example(args=", ".join(repr(argument) for argument in arguments), result=repr(data["result"]))
    return example if _is_readable(example) else None


def _is_readable(example: Example) -> bool:
    """Whether it is written out: an infinite number is not."""
    try:
        arguments_of(example)
        value_of(example.result)
    except ValueError:
        return False
    return True


def _checked_name(value: object) -> str:
    """Return a sampled name in snake_case. Raises ValueError."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", value).lower() if isinstance(value, str) else ""
    name = "_".join(re.findall(r"[a-z0-9]+", words))
    if not is_function_name(name) or len(name) > _LONGEST_NAME:
        raise ValueError(f"{value!r} cannot be used as a name in Python.")
    return name
