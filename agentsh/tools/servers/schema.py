"""The parameters of a server's tool, as models here are told of them and arguments are checked: plain and bounded."""

import json

from pydantic import JsonValue, ValidationError

from agentsh.core.model import JsonObject
from agentsh.core.outputs import Shape

DEEPEST = 8
LONGEST_TEXT = 20_000
MOST_PARTS = 400
"""Of one schema: a small one may refer to itself so often that it would never be read to its end."""
LONGEST_SCHEMA = 16_000
"""Characters of one schema: every role is told of it, at each call."""
_KEPT = frozenset(
    ("type", "enum", "items", "description", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum")
)


def plain_schema(schema: JsonValue) -> JsonObject:
    """Return an object's schema without references, its properties named. Raises ValueError with what is wrong."""
    if not isinstance(schema, dict) or schema.get("type", "object") != "object":
        raise ValueError("its parameters are no object")
    definitions = schema.get("$defs", schema.get("definitions"))
    made = _Reading(definitions if isinstance(definitions, dict) else {}).plain(schema)
    shaped: JsonObject = {"type": "object", "properties": {}, "required": [], **made, "additionalProperties": False}
    if len(json.dumps(shaped)) > LONGEST_SCHEMA:
        raise ValueError(f"its parameters take more than {LONGEST_SCHEMA:,} characters to tell")
    try:
        Shape.model_validate(shaped)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(f"its schema is none: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    properties, required = shaped["properties"], shaped["required"]
    if isinstance(properties, dict) and isinstance(required, list) and set(map(str, required)) - properties.keys():
        raise ValueError("its schema asks for a parameter that it does not name")
    return shaped


class _Reading:
    """One schema, read with its references followed."""

    def __init__(self, definitions: JsonObject) -> None:
        self._definitions = definitions
        self._parts = 0

    def plain(self, schema: JsonValue, depth: int = 0) -> JsonObject:
        """Return a part of it. Raises ValueError when there is no end of it."""
        self._parts += 1
        if depth > DEEPEST:
            raise ValueError("its parameters are nested too deeply")
        if self._parts > MOST_PARTS:
            raise ValueError(f"its parameters have more than {MOST_PARTS} parts")
        if not isinstance(schema, dict):
            return {}
        if isinstance(reference := schema.get("$ref"), str):
            return self.plain(self._definitions.get(reference.rpartition("/")[2], {}), depth + 1)
        return self._made(schema, depth)

    def _made(self, schema: JsonObject, depth: int) -> JsonObject:
        made: JsonObject = {key: value for key, value in schema.items() if key in _KEPT}
        if "const" in schema:
            made["enum"] = [schema["const"]]
        if isinstance(made.get("type"), list):
            kinds = [self.plain({**schema, "type": one}, depth + 1) for one in _listed(made["type"])]
            made = {"anyOf": [*kinds]}
        if options := _listed(schema.get("anyOf", schema.get("oneOf"))):
            made = {"anyOf": [self.plain(option, depth + 1) for option in options]}
        if isinstance(properties := schema.get("properties"), dict):
            made["properties"] = {key: self.plain(value, depth + 1) for key, value in properties.items()}
            made["required"] = _listed(schema.get("required"))
        if "items" in made:
            made["items"] = self.plain(made["items"], depth + 1)
        if made.get("type") == "string" and "enum" not in made:
            made.setdefault("maxLength", LONGEST_TEXT)
        return made


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
