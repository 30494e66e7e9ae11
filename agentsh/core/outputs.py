"""A model's structured answer: the JSON object in its text, held against the schema that it was asked for."""

import json
import re
from collections.abc import Sequence
from functools import lru_cache

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from pydantic_core import CoreSchema, ErrorDetails, SchemaValidator, core_schema

from agentsh.core.model import JsonObject

_MOST_COMPLAINTS = 5
_OBJECT = re.compile(r'\{(?=\s*["}])')
_STRING_OR_COMMA = re.compile(r'("(?:\\.|[^"\\])*+(?:"|\Z))|,(?=\s*[}\]])', re.DOTALL)


class OutputMismatch(ValueError):
    """The answer does not fit. The message says where and why, in words for the model that gave it."""


class Shape(BaseModel):
    """The part of JSON schema that outputs are written in; whatever else a schema says is not looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    type: str | None = None
    enum: tuple[str | int | float | bool | None, ...] | None = None
    properties: dict[str, "Shape"] = {}
    required: tuple[str, ...] = ()
    items: "Shape | None" = None
    any_of: tuple["Shape", ...] = Field(default=(), alias="anyOf")
    min_length: int | None = Field(default=None, alias="minLength")
    max_length: int | None = Field(default=None, alias="maxLength")
    min_items: int | None = Field(default=None, alias="minItems")
    max_items: int | None = Field(default=None, alias="maxItems")
    minimum: float | None = None
    maximum: float | None = None


def validate_output(schema: JsonObject, text: str) -> JsonObject:
    """Return the object that `text` holds, with every field of `schema`; an optional one left out is None.

    Fences and prose around the object, trailing commas and raw line breaks in strings are forgiven.

    Raises:
        OutputMismatch: there is no object, it is broken or cut, or it does not fit the schema.
    """
    return validate_object(schema, _object_in(text))


def validate_object(schema: JsonObject, value: JsonValue) -> JsonObject:
    """Return `value` as `schema` wants it: `"3"` becomes 3 where a number is asked for. Raises OutputMismatch."""
    try:
        valid: JsonObject = _validator(json.dumps(schema)).validate_python(value)
    except ValidationError as error:
        raise OutputMismatch(_complaint(error.errors(include_url=False, include_context=False))) from None
    return valid


def _object_in(text: str) -> JsonObject:
    start = _OBJECT.search(text)
    if start is None:
        raise OutputMismatch("There is no JSON object in the answer. Answer with one JSON object and nothing else.")
    found = text[start.start() :]
    try:
        return _decoded(found)
    except (ValueError, RecursionError):
        return _mended(found)


def _mended(found: str) -> JsonObject:
    try:
        return _decoded(_STRING_OR_COMMA.sub(lambda match: match[1] or "", found))
    except json.JSONDecodeError as error:
        if error.pos >= len(found.rstrip()) or error.msg.startswith("Unterminated string"):
            raise OutputMismatch("The JSON object stops before its end. Say it shorter, and close it.") from None
        place = f"line {error.lineno} column {error.colno}"
        raise OutputMismatch(f"The JSON object is broken at its {place}: {error.msg}.") from None
    except (ValueError, RecursionError):
        raise OutputMismatch("The JSON object holds something that is no plain JSON value.") from None


def _decoded(found: str) -> JsonObject:
    value: JsonObject = json.JSONDecoder(strict=False, parse_constant=_no_constant).raw_decode(found)[0]
    return value


def _no_constant(name: str) -> JsonValue:
    raise ValueError(name)


@lru_cache(maxsize=256)
def _validator(schema_json: str) -> SchemaValidator:
    return SchemaValidator(_core(Shape.model_validate_json(schema_json)))


def _core(shape: Shape) -> CoreSchema:
    if shape.enum is not None:
        return core_schema.literal_schema(list(shape.enum))
    if shape.any_of:
        return core_schema.union_schema([_core(choice) for choice in shape.any_of])
    match shape.type:
        case "object":
            return _object_core(shape)
        case "array":
            items = _core(shape.items) if shape.items else core_schema.any_schema()
            return core_schema.list_schema(items, min_length=shape.min_items, max_length=shape.max_items)
        case _:
            return _scalar_core(shape)


def _scalar_core(shape: Shape) -> CoreSchema:
    match shape.type:
        case "string":
            return core_schema.str_schema(
                min_length=shape.min_length, max_length=shape.max_length, coerce_numbers_to_str=True
            )
        case "integer":
            least, most = (None if bound is None else int(bound) for bound in (shape.minimum, shape.maximum))
            return core_schema.int_schema(ge=least, le=most)
        case "number":
            return core_schema.float_schema(ge=shape.minimum, le=shape.maximum, allow_inf_nan=False)
        case "boolean":
            return core_schema.bool_schema()
        case "null":
            return core_schema.none_schema()
        case _:
            return core_schema.any_schema()


def _object_core(shape: Shape) -> CoreSchema:
    if not shape.properties:
        return core_schema.dict_schema(core_schema.str_schema())
    fields = {}
    for name, inner in shape.properties.items():
        required = name in shape.required
        core = _core(inner)
        if not required:
            core = core_schema.with_default_schema(core_schema.nullable_schema(core), default=None)
        fields[name] = core_schema.typed_dict_field(core, required=required)
    return core_schema.typed_dict_schema(fields, extra_behavior="forbid")


def _complaint(errors: Sequence[ErrorDetails]) -> str:
    said = [f"{_place(error['loc'])}: {error['msg']}" for error in errors[:_MOST_COMPLAINTS]]
    more = len(errors) - len(said)
    return "The JSON does not fit the schema. " + "; ".join(said) + (f"; and {more} more" if more else "") + "."


def _place(loc: tuple[int | str, ...]) -> str:
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in loc)
    return "".join(steps).removeprefix(".") or "the object"
