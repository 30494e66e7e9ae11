"""What pydantic has against a file, said as its author needs it: the line, the fact, the mend."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from agentsh.core.errors import FileError
from agentsh.library.places import Place, Places, nearest

_KINDS = {
    "string_type": "has to be text",
    "int_type": "has to be a whole number",
    "int_parsing": "has to be a whole number",
    "int_from_float": "has to be a whole number",
    "float_type": "has to be a number",
    "float_parsing": "has to be a number",
    "bool_type": "has to be true or false",
    "bool_parsing": "has to be true or false",
    "tuple_type": "has to be a list",
    "dict_type": "has to be a mapping",
    "model_type": "has to be a mapping",
}
_QUOTED = re.compile(r"'([^']*)'")


class Complaint(NamedTuple):
    """One mistake."""

    place: Place
    message: str
    hint: str


def first_complaint(error: ValidationError, model: type[BaseModel]) -> Complaint:
    """Return the first mistake of what was to be a `model`."""
    return _complaint(error.errors(include_url=False)[0], model)


def first_error(
    error: ValidationError, places: Places, model: type[BaseModel], beside: Iterable[str] = ()
) -> FileError:
    """Return the mistake that stands first in the file; what is missing comes last, as it is often misspelt elsewhere.

    Args:
        error: what validating the file against `model` gave.
        places: where the file's values stand.
        model: what the file has to be.
        beside: keys that the file may have beside those of the model.
    """
    mistakes = error.errors(include_url=False)
    found = [(details["type"] == "missing", _complaint(details, model, tuple(beside))) for details in mistakes]
    _, first = min(found, key=lambda mistake: (mistake[0], places.line(mistake[1].place)))
    return places.error(*first)


def _complaint(details: ErrorDetails, model: type[BaseModel], beside: tuple[str, ...] = ()) -> Complaint:
    place = tuple(details["loc"])
    name = _said(place)
    match details["type"]:
        case "extra_forbidden":
            owner = _model_at(model, place[:-1])
            known = (*owner.model_fields, *beside) if owner is model else owner.model_fields
            return Complaint(place, f"unknown key {name!r}", nearest(str(place[-1]), known))
        case "missing":
            return Complaint(place, f"{name!r} is missing", f"Add a line: {place[-1]}: …")
        case "literal_error":
            allowed = _QUOTED.findall(str(details.get("ctx", {}).get("expected", "")))
            hint = f"{nearest(str(details['input']), allowed)} Write one of: {', '.join(allowed)}"
            return Complaint(place, f"{name!r} cannot be {details['input']!r}", hint)
        case kind:
            return _misfit(details, name, _KINDS.get(kind))


def _misfit(details: ErrorDetails, name: str, wanted: str | None) -> Complaint:
    value = details["input"]
    place = tuple(details["loc"])
    if value is None:
        return Complaint(place, f"{name!r} is empty", "Give it a value, or leave the line out.")
    hint = f"Write: [{value}]" if wanted == "has to be a list" and isinstance(value, str) else ""
    said = details["msg"].removeprefix("Value error, ")
    fact = wanted or f"does not fit: {said[:1].lower()}{said[1:]}"
    return Complaint(place, f"{name!r} {fact}, not {value!r}" if wanted else f"{name!r} {fact}: {value!r}", hint)


def _said(place: Sequence[str | int]) -> str:
    return ".".join(str(step) for step in place)


def _model_at(model: type[BaseModel], place: Sequence[str | int]) -> type[BaseModel]:
    for step in place:
        field = model.model_fields.get(str(step))
        inner = _inner_model(field.annotation) if field is not None else None
        model = inner or model
    return model


def _inner_model(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_inner_model(argument) for argument in get_args(annotation))
    return next((model for model in found if model is not None), None)
