"""The parameters of a server's tool, as models here are told of them and arguments are checked: plain and bounded."""

from pydantic import JsonValue, ValidationError

from agentsh.core.model import JsonObject
from agentsh.core.outputs import Shape

DEEPEST = 8
LONGEST_TEXT = 20_000
_KEPT = frozenset(
    ("type", "enum", "items", "description", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum")
)


def plain_schema(schema: JsonValue) -> JsonObject:
    """Return an object's schema without references, its properties named. Raises ValueError with what is wrong."""
    if not isinstance(schema, dict) or schema.get("type", "object") != "object":
        raise ValueError("its parameters are no object")
    definitions = schema.get("$defs", schema.get("definitions"))
    made = _plain(schema, definitions if isinstance(definitions, dict) else {}, 0)
    shaped: JsonObject = {"type": "object", "properties": {}, "required": [], **made, "additionalProperties": False}
    try:
        Shape.model_validate(shaped)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(f"its schema is none: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    properties, required = shaped["properties"], shaped["required"]
    if isinstance(properties, dict) and isinstance(required, list) and set(map(str, required)) - properties.keys():
        raise ValueError("its schema asks for a parameter that it does not name")
    return shaped


def _plain(schema: JsonValue, definitions: JsonObject, depth: int) -> JsonObject:
    if depth > DEEPEST:
        raise ValueError("its parameters are nested too deeply")
    if not isinstance(schema, dict):
        return {}
    if isinstance(reference := schema.get("$ref"), str):
        return _plain(definitions.get(reference.rpartition("/")[2], {}), definitions, depth + 1)
    made: JsonObject = {key: value for key, value in schema.items() if key in _KEPT}
    if "const" in schema:
        made["enum"] = [schema["const"]]
    if isinstance(made.get("type"), list):
        made = {"anyOf": [_plain({**schema, "type": one}, definitions, depth + 1) for one in _listed(made["type"])]}
    if options := _listed(schema.get("anyOf", schema.get("oneOf"))):
        made = {"anyOf": [_plain(option, definitions, depth + 1) for option in options]}
    if isinstance(properties := schema.get("properties"), dict):
        made["properties"] = {key: _plain(value, definitions, depth + 1) for key, value in properties.items()}
        made["required"] = _listed(schema.get("required"))
    if "items" in made:
        made["items"] = _plain(made["items"], definitions, depth + 1)
    if made.get("type") == "string" and "enum" not in made:
        made.setdefault("maxLength", LONGEST_TEXT)
    return made


def _listed(value: JsonValue) -> list[JsonValue]:
    return value if isinstance(value, list) else []
