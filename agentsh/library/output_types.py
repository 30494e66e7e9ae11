"""The small language in which an action says what it answers with, and the JSON schema that it stands for.

    output:
      title: str(max 80)                   text; also int, float, bool
      goals: list[str](min 1, max 5)       a list; bounds in brackets, on text its length, on numbers their value
      verdict: approve|rewrite             one of these words
      due: str?                            may be left out
      author:                              a mapping of its own
        name: str
      tasks(min 1, max 12):                a list of mappings: one item shows what each is like
        - path: str
          purpose: str
      verse: poet:Verse                    a pydantic model of the plugin `poet`; so may be the whole output

Everything is bounded, also where the author gives no bound: a small model would otherwise never end a list.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import JsonValue

from agentsh.core.errors import AgentshError, FileError, UsageError
from agentsh.core.model import JsonObject
from agentsh.library.output_models import LIST_LENGTH, MOST_LIST_LENGTH, MOST_TEXT_LENGTH, TEXT_LENGTH
from agentsh.library.places import Place, Places, nearest

MOST_LIST_DEPTH = 3

_KEY = re.compile(r"(?P<name>[A-Za-z][A-Za-z0-9_]*)\s*(?:\((?P<bounds>[^()]*)\))?\s*(?P<optional>\?)?")
_TYPE = re.compile(r"(?P<base>.+?)\s*(?P<early>\?)?\s*(?:\((?P<bounds>[^()]*)\))?\s*(?P<late>\?)?", re.DOTALL)
_BOUND = re.compile(r"\s*(?P<which>min|max)\s+(?P<number>-?[0-9]+(?:\.[0-9]+)?)\s*")
_WORD = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]*")
_MODEL = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
_SCALARS = {"str": "string", "int": "integer", "float": "number", "bool": "boolean"}
_OTHER_NAMES = {
    "string": "str",
    "text": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "list": "list[str]",
    "array": "list[str]",
}
_INLINE = re.compile(r"^output:[ \t]*\{", re.MULTILINE)
_INLINE_TYPE = re.compile(
    r""""[^"\n]*"|'[^'\n]*'"""
    r"""|(?P<type>(?<!\w)(?:(?:list\[){1,9}+[^][{}"'\n]*+\]+(?:\([^()\n]*+\))?\??"""
    r"""|[A-Za-z_][\w|]*+\??\((?:min|max)[^()\n]*+\)\??))"""
)


FindModel = Callable[[str], JsonObject]
"""Returns the shape of the model that `plugin:Model` names. Raises AgentshError with what is wrong, and the mend."""


def no_models(name: str) -> JsonObject:
    """Find none: plugins are not there. Raises UsageError."""
    raise UsageError(f"there is no plugin with a model {name!r}", hint="Write its fields here.")


@dataclass(frozen=True, slots=True)
class Types:
    """What types in one file may refer to."""

    places: Places
    models: FindModel

    def model(self, name: str, place: Place) -> JsonObject:
        """Return the shape of a plugin's model. Raises FileError."""
        try:
            return self.models(name)
        except AgentshError as error:
            raise self.error(place, str(error), error.hint) from None

    def error(self, place: Place, message: str, hint: str = "") -> FileError:
        """Return the error that says what is wrong at `place`."""
        return self.places.error(place, message, hint)


def quote_inline(header: str) -> str:
    """Return front matter in which the types of an `output: {…}` are quoted: YAML would break them at their commas."""
    start = _INLINE.search(header)
    if start is None:
        return header
    end = _closing_brace(header, start.end())
    inside = _INLINE_TYPE.sub(lambda found: f'"{found[0]}"' if found["type"] else found[0], header[start.end() : end])
    return header[: start.end()] + inside + header[end:]


def _closing_brace(text: str, start: int) -> int:
    depth = 1
    for position in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return position
    return len(text)


def output_schema(output: JsonValue, places: Places, models: FindModel = no_models) -> JsonObject:
    """Return the JSON schema of a front matter's `output`. Raises FileError.

    Args:
        output: its value.
        places: the file.
        models: finds the shape of a plugin's model.
    """
    types, place = Types(places, models), ("output",)
    if isinstance(output, dict) and output:
        return _object(output, types, place)
    if isinstance(output, str) and _MODEL.fullmatch(output):
        return types.model(output, place)
    raise types.error(place, f"an output is a mapping of fields, not {output!r}", "Write lines such as: title: str")


def _object(fields: JsonObject, types: Types, place: Place) -> JsonObject:
    properties: JsonObject = {}
    required: list[JsonValue] = []
    for key, value in fields.items():
        here = (*place, key)
        name, bounds, optional = _field(key, types, here)
        if name in properties:
            raise types.error(here, f"the field {name!r} is there twice", "Keep one.")
        schema, may_miss = _value(value, bounds, types, here)
        properties[name] = schema
        if not (optional or may_miss):
            required.append(name)
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _field(key: str, types: Types, place: Place) -> tuple[str, str | None, bool]:
    found = _KEY.fullmatch(" ".join(key.split()))
    if found is None:
        raise types.error(place, f"{key!r} is no name for a field", "Use letters, digits and _, a letter first.")
    return found["name"], found["bounds"], found["optional"] is not None


def _value(value: JsonValue, bounds: str | None, types: Types, place: Place) -> tuple[JsonObject, bool]:
    match value:
        case dict() if value and bounds is None:
            return _object(value, types, place), False
        case [dict() as item] if item:
            return _list(_object(item, types, (*place, 0)), bounds, types, place), False
        case str() if bounds is None:
            return _type(value, types, place, 0)
        case str():
            raise types.error(place, "the bounds stand behind the name", f"Write: name: {value}({bounds})")
    hint = "Write a type such as str, a mapping of fields, or a list with one mapping in it."
    raise types.error(place, f"{value!r} is no type", hint)


def _type(text: str, types: Types, place: Place, depth: int) -> tuple[JsonObject, bool]:
    found = _TYPE.fullmatch(" ".join(text.split()))
    if found is None:
        raise types.error(place, "the type is missing", f"Types are {_types()}.")
    base, bounds = found["base"], found["bounds"]
    optional = found["early"] is not None or found["late"] is not None
    if base.startswith("list[") and base.endswith("]"):
        return _list(_item(base[5:-1], types, place, depth), bounds, types, place), optional
    if "|" in base:
        return _enum(base, bounds, types, place), optional
    return _scalar(base, bounds, types, place), optional


def _item(text: str, types: Types, place: Place, depth: int) -> JsonObject:
    if depth >= MOST_LIST_DEPTH:
        raise types.error(place, f"lists nested deeper than {MOST_LIST_DEPTH}", "Make it flatter.")
    schema, optional = _type(text, types, place, depth + 1)
    if optional:
        raise types.error(place, "an item of a list cannot be optional", "Put the ? behind the list.")
    return schema


def _list(items: JsonObject, bounds: str | None, types: Types, place: Place) -> JsonObject:
    least, most = _sizes(bounds, LIST_LENGTH, MOST_LIST_LENGTH, types, place)
    return {"type": "array", "items": items, **_given(minItems=least, maxItems=most)}


def _enum(base: str, bounds: str | None, types: Types, place: Place) -> JsonObject:
    words = [word.strip() for word in base.split("|")]
    wrong = [word for word in words if not _WORD.fullmatch(word)]
    if wrong or bounds is not None or len(set(words)) < len(words):
        raise types.error(place, f"{base!r} is no choice of words", "Write different words: approve|rewrite")
    return {"type": "string", "enum": list(words)}


def _scalar(base: str, bounds: str | None, types: Types, place: Place) -> JsonObject:
    if _MODEL.fullmatch(base) and bounds is None:
        return types.model(base, place)
    if base not in _SCALARS:
        raise _unknown(base, types, place)
    schema: JsonObject = {"type": _SCALARS[base]}
    if base == "str":
        least, most = _sizes(bounds, TEXT_LENGTH, MOST_TEXT_LENGTH, types, place)
        schema |= _given(minLength=least, maxLength=most)
    elif bounds is not None and base == "bool":
        raise types.error(place, "a bool has no bounds", "Write: bool")
    elif bounds is not None:
        schema |= _range(bounds, base, types, place)
    return schema


def _range(bounds: str, base: str, types: Types, place: Place) -> JsonObject:
    whole = int if base == "int" else float
    least, most = (None if at is None else whole(at) for at in _bounds(bounds, types, place))
    return _given(minimum=least, maximum=most)


def _given(**bounds: int | float | None) -> JsonObject:
    return {name: at for name, at in bounds.items() if at is not None}


def _sizes(bounds: str | None, usual: int, limit: int, types: Types, place: Place) -> tuple[int | None, int]:
    least, most = (None, None) if bounds is None else _bounds(bounds, types, place)
    low = int(least or 0)
    high = int(most) if most is not None else max(usual, low)
    if low < 0 or high < 1 or high > limit:
        raise types.error(place, f"a size of {bounds!r} is out of bounds", f"Stay between 0 and {limit}.")
    return low or None, high


def _bounds(text: str, types: Types, place: Place) -> tuple[float | None, float | None]:
    given: dict[str, float] = {}
    for part in text.split(","):
        found = _BOUND.fullmatch(part)
        if found is None or found["which"] in given:
            raise types.error(place, f"{text!r} are no bounds", "Write: (min 1, max 5)")
        given[found["which"]] = float(found["number"])
    least, most = given.get("min"), given.get("max")
    if least is not None and most is not None and least > most:
        raise types.error(place, f"the bounds {text!r} leave nothing", "Write the smaller number at min.")
    return least, most


def _unknown(base: str, types: Types, place: Place) -> FileError:
    meant = _OTHER_NAMES.get(base.lower())
    hint = f"Did you mean {meant!r}?" if meant else nearest(base, _SCALARS)
    return types.error(place, f"unknown type {base!r}", f"{hint} Types are {_types()}.")


def _types() -> str:
    return "str, int, float, bool, list[…], A|B|C, plugin:Model, and mappings"
