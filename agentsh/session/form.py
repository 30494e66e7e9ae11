"""Asks a person for an answer, line by line, wherever lines come from; what does not fit is asked again, with why."""

import json
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pydantic import JsonValue

from agentsh.core.model import JsonObject
from agentsh.core.outputs import OutputMismatch, Shape, validate_object

ENDS = ("", ".")
_SCALARS = ("string", "integer", "number", "boolean", "null", None)
_KINDS = {"integer": " (a whole number)", "number": " (a number)", "boolean": " (y or n)"}
_BOOLEANS = {"y": True, "yes": True, "true": True, "n": False, "no": False, "false": False}
_PREFIX = "The JSON does not fit the schema. "


@dataclass(frozen=True, slots=True)
class Ask:
    """The next line that is wanted."""

    label: str
    """Stands before it, such as `title:`."""
    lines: tuple[str, ...] = ()
    """To be said first: what was wrong, what there is to choose from."""
    words: tuple[str, ...] = ()
    """What may be typed, for completion; empty: anything."""


T = TypeVar("T")
Filling = Generator[Ask, str, T]
"""Yields what it asks for, is sent what was typed, returns the answer."""


class Form(Generic[T]):
    """One answer under way. Lines are taken until `asks` is None; then `answer` is there."""

    def __init__(self, filling: Filling[T]) -> None:
        self._filling = filling
        self._answer: list[T] = []
        self.asks: Ask | None = None
        self._go_on(None)

    @property
    def answer(self) -> T:
        """The whole answer. Raises ValueError while something is still asked for."""
        if not self._answer:
            raise ValueError("the form is not filled in yet")
        return self._answer[0]

    def take(self, line: str) -> None:
        """Take the line that was asked for."""
        self._go_on(line)

    def _go_on(self, line: str | None) -> None:
        try:
            self.asks = next(self._filling) if line is None else self._filling.send(line)
        except StopIteration as end:
            self.asks = None
            self._answer = [end.value]


def answered(choices: Sequence[str], schema: JsonObject | None, *, whole: bool = False) -> Filling[JsonValue]:
    """Ask for the answer to a question.

    Args:
        choices: what may be answered; empty: see `schema`.
        schema: what the answer has to fit; None: any text.
        whole: whether what is typed comes as a whole text; else text ends with an empty line or a dot.
    """
    if choices:
        return (yield from chosen(choices))
    if schema is not None:
        return (yield from filled(schema))
    return (yield from (_whole_text() if whole else _lines_of_text()))


def chosen(choices: Sequence[str], shown: Sequence[str] = ()) -> Filling[str]:
    """Ask for one of `choices`, by its number or by its words; `shown` says more about each."""
    before = tuple(f"  {number}  {choice}" for number, choice in enumerate(shown or choices, 1))
    while True:
        said = (yield Ask(f"1-{len(choices)}?", before, tuple(choices))).strip()
        if said.isdecimal() and 1 <= int(said) <= len(choices):
            return choices[int(said) - 1]
        if said in choices:
            return said
        before = (f"{said!r} is not a number from 1 to {len(choices)}.",)


def filled(schema: JsonObject) -> Filling[JsonValue]:
    """Ask for each field of an object, and hold the whole against its schema."""
    while True:
        said = yield from _object(schema, "")
        try:
            return validate_object(schema, said)
        except OutputMismatch as mismatch:
            yield from _tell(f"{_plain(mismatch)} Once more.")


def _lines_of_text() -> Filling[JsonValue]:
    said: list[str] = []
    ask = Ask("", ("Your answer; an empty line or a single . ends it.",))
    while (line := (yield ask)) not in ENDS:
        said.append(line)
        ask = Ask("")
    return "\n".join(said)


def _whole_text() -> Filling[JsonValue]:
    ask = Ask("answer:")
    while not (said := (yield ask)).strip():
        ask = Ask("answer:", ("The answer is empty.",))
    return said


def _object(schema: JsonObject, within: str) -> Filling[JsonObject]:
    fields, required = _mapping(schema.get("properties")), Shape.model_validate(schema).required
    said: JsonObject = {}
    for name, field in fields.items():
        value = yield from _field(f"{within}{name}", _mapping(field), optional=name not in required)
        if value is not None:
            said[name] = value
    return said


def _field(name: str, schema: JsonObject, *, optional: bool) -> Filling[JsonValue]:
    """Ask for one field; None for an optional one that is left out."""
    schema = _there(schema)
    shape = Shape.model_validate(schema)
    if shape.properties or (shape.type == "array" and shape.items is not None and shape.items.properties):
        if optional and not (yield from _wanted(f"{name} (optional): y to fill it in, Enter to leave it out")):
            return None
        return (yield from (_object(schema, f"{name}.") if shape.properties else _objects(name, schema)))
    if shape.type == "array" and (shape.items is None or shape.items.type in _SCALARS):
        return (yield from _list(name, schema, optional=optional))
    return (yield from _scalar(name, schema, shape, optional=optional))


def _scalar(name: str, schema: JsonObject, shape: Shape, *, optional: bool) -> Filling[JsonValue]:
    label = f"{name} (optional)" if optional else name
    kind = " as JSON" if shape.type in ("object", "array") else _KINDS.get(shape.type or "", "")
    before: tuple[str, ...] = ()
    choices = [str(choice) for choice in shape.enum or ()]
    if choices:
        label, before = f"{label}, 1-{len(choices)}", tuple(f"  {n}  {choice}" for n, choice in enumerate(choices, 1))
    while True:
        line = yield Ask(f"{label}{kind}:", before, tuple(choices))
        if optional and not line.strip():
            return None
        try:
            return _fitting(name, schema, _value(line, shape))
        except OutputMismatch as mismatch:
            before = (f"{_plain(mismatch)} Once more:",)


def _list(name: str, schema: JsonObject, *, optional: bool) -> Filling[JsonValue]:
    """Ask for single values, one a line, until an empty line."""
    items = _mapping(schema.get("items"))
    label = f"{name} (optional)" if optional else name
    before: tuple[str, ...] = (f"{label}, one a line; an empty line ends it:",)
    said: list[JsonValue] = []
    while True:
        line = yield Ask(f"{name} {len(said) + 1}:", before)
        try:
            if not line.strip():
                return _fitting(name, schema, said) if said or not optional else None
            added = [_fitting(name, items, one.strip()) for one in line.splitlines() if one.strip()]
            said.extend(added)
            before = ()
        except OutputMismatch as mismatch:
            before = (f"{_plain(mismatch)} Go on:",)


def _objects(name: str, schema: JsonObject) -> Filling[JsonValue]:
    """Ask for objects one after another, until no more are wanted."""
    items = _mapping(schema.get("items"))
    said: list[JsonValue] = []
    while True:
        if (yield from _wanted(f"{name} {len(said) + 1}: y to fill it in, Enter when there are no more")):
            said.append((yield from _object(items, f"{name} {len(said) + 1}, ")))
            continue
        try:
            return _fitting(name, schema, said)
        except OutputMismatch as mismatch:
            yield from _tell(f"{_plain(mismatch)} Go on.")


def _wanted(label: str) -> Filling[bool]:
    return _BOOLEANS.get((yield Ask(f"{label}?")).strip().lower(), False)


def _tell(line: str) -> Filling[None]:
    yield Ask("Enter goes on:", (line,))


def _value(line: str, shape: Shape) -> JsonValue:
    said = line.strip()
    if shape.enum is not None:
        if said.isdecimal() and 1 <= int(said) <= len(shape.enum):
            return shape.enum[int(said) - 1]
        return next((choice for choice in shape.enum if str(choice) == said), said)
    if shape.type == "boolean":
        return _BOOLEANS.get(said.lower(), said)
    if shape.type not in ("object", "array"):
        return said
    try:
        value: JsonValue = json.loads(said)
    except ValueError as error:
        raise OutputMismatch(f"This is no JSON: {error}.") from None
    return value


def _fitting(name: str, schema: JsonObject, value: JsonValue) -> JsonValue:
    """Return `value` as its schema wants it. Raises OutputMismatch."""
    return validate_object({"type": "object", "properties": {name: schema}, "required": [name]}, {name: value})[name]


def _there(schema: JsonObject) -> JsonObject:
    """Return what an optional field is when it is there."""
    options = schema.get("anyOf")
    found = [_mapping(option) for option in options] if isinstance(options, list) else []
    return next((option for option in found if option.get("type") != "null"), schema)


def _mapping(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _plain(mismatch: OutputMismatch) -> str:
    return str(mismatch).removeprefix(_PREFIX)
