"""A pydantic model as the shape of an answer: its fields and bounds, and nothing that an answer cannot be held to."""

from pydantic import BaseModel, JsonValue
from pydantic.errors import PydanticUserError

from agentsh.core.model import JsonObject

TEXT_LENGTH = 500
LIST_LENGTH = 20
MOST_TEXT_LENGTH = 1900
"""llama.cpp's grammars refuse 2000 repetitions, some versions silently."""
MOST_LIST_LENGTH = 100
DEEPEST = 6
_SILENT = frozenset(("title", "description", "default", "examples", "$defs", "deprecated"))
_BOUNDS = {
    "object": {"properties", "required", "additionalProperties"},
    "array": {"items", "minItems", "maxItems"},
    "string": {"minLength", "maxLength"},
    "integer": {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    "number": {"minimum", "maximum"},
    "boolean": set[str](),
}
_PLAIN = "Use str, int, float, bool, Literal, lists, and models of these"


def schema_of(model: type[BaseModel]) -> JsonObject:
    """Return the JSON schema that answers are held to; what may be None may be left out.

    Raises:
        ValueError: it asks for what an answer cannot be held to. Says where, and what to use.
    """
    try:
        told = model.model_json_schema(mode="serialization")
    except PydanticUserError as error:
        raise ValueError(str(error).partition("\n")[0]) from None
    definitions = told.get("$defs")
    made = _Reading(definitions if isinstance(definitions, dict) else {}).shape(told, model.__name__, 0)
    if made.get("type") != "object" or not made.get("properties"):
        raise ValueError(f"{model.__name__} has no fields")
    return made


class _Reading:
    """One model's own schema, read with its references followed."""

    def __init__(self, definitions: JsonObject) -> None:
        self._definitions = definitions

    def shape(self, schema: JsonValue, where: str, depth: int) -> JsonObject:
        """Return one part of it."""
        if depth > DEEPEST or not isinstance(schema, dict):
            raise ValueError(f"{where} is nested too deeply, or in itself")
        if isinstance(reference := schema.get("$ref"), str):
            return self.shape(self._definitions.get(reference.rpartition("/")[2]), where, depth + 1)
        if options := schema.get("enum", [schema["const"]] if "const" in schema else None):
            return {"enum": options}
        if isinstance(choices := schema.get("anyOf"), list):
            return {"anyOf": [self.shape(choice, where, depth + 1) for choice in choices]}
        return self._typed(schema, where, depth)

    def _typed(self, schema: JsonObject, where: str, depth: int) -> JsonObject:
        kind = str(schema.get("type", "any"))
        if kind not in _BOUNDS:
            raise ValueError(f"{where} may be {'anything' if kind == 'any' else kind}. {_PLAIN}")
        if more := schema.keys() - _SILENT - _BOUNDS[kind] - {"type"}:
            raise ValueError(f"{where} has {min(more)!r}, which no answer can be held to. {_PLAIN}")
        match kind:
            case "object":
                return self._object(schema, where, depth)
            case "array":
                items = self.shape(schema.get("items", {}), f"{where}[]", depth + 1)
                return {"type": kind, "items": items, **_size(schema, "Items", LIST_LENGTH, MOST_LIST_LENGTH, where)}
            case "string":
                return {"type": kind, **_size(schema, "Length", TEXT_LENGTH, MOST_TEXT_LENGTH, where)}
            case _:
                return {"type": kind, **_range(schema)}

    def _object(self, schema: JsonObject, where: str, depth: int) -> JsonObject:
        fields = schema.get("properties", {})
        if schema.get("additionalProperties", False) is not False or not isinstance(fields, dict):
            raise ValueError(f"{where} may have any keys. Name its fields")
        properties: JsonObject = {}
        required: list[JsonValue] = []
        for name, field in fields.items():
            given, may_miss = _without_none(field)
            properties[name] = self.shape(given, f"{where}.{name}", depth + 1)
            required += [] if may_miss else [name]
        return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _without_none(field: JsonValue) -> tuple[JsonValue, bool]:
    """Return a field's schema without None among its choices, and whether it was there."""
    choices = field.get("anyOf") if isinstance(field, dict) else None
    if not isinstance(choices, list):
        return field, False
    left = [choice for choice in choices if choice != {"type": "null"}]
    return (left[0] if len(left) == 1 else {"anyOf": left}), len(left) < len(choices)


def _size(schema: JsonObject, of: str, usual: int, limit: int, where: str) -> JsonObject:
    least, most = schema.get(f"min{of}"), schema.get(f"max{of}")
    low = least if isinstance(least, int) else 0
    high = most if isinstance(most, int) else max(usual, low)
    if high > limit:
        raise ValueError(f"{where} may be as long as {high:,}. Stay at or below {limit:,}")
    made: JsonObject = {f"min{of}": low} if low else {}
    return {**made, f"max{of}": high}


def _range(schema: JsonObject) -> JsonObject:
    made: JsonObject = {key: schema[key] for key in ("minimum", "maximum") if key in schema}
    for key, name, step in (("exclusiveMinimum", "minimum", 1), ("exclusiveMaximum", "maximum", -1)):
        if isinstance(at := schema.get(key), int | float):
            made[name] = int(at) + step
    return made
