"""A JSON schema said in few words, for the prompt: a constraint at the server does not tell the model what is meant."""

from pydantic import JsonValue

from agentsh.core.model import JsonObject


def outline(schema: JsonObject) -> str:
    """Return the shape that `schema` asks for: `{"title": string, "kind": "cli" | "web", "goals": [string, …]}`."""
    return _shape(schema)


def _shape(schema: JsonValue) -> str:
    if not isinstance(schema, dict):
        return "any"
    for key, say in (("enum", _choices), ("anyOf", _union)):
        options = schema.get(key)
        if isinstance(options, list):
            return say(options)
    return _typed(schema)


def _typed(schema: JsonObject) -> str:
    match schema.get("type"):
        case "object":
            return _object(schema)
        case "array":
            return f"[{_shape(schema.get('items'))}, …]"
        case str(name):
            return name
        case _:
            return "any"


def _object(schema: JsonObject) -> str:
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return "object"
    given = schema.get("required")
    required = given if isinstance(given, list) else []
    fields = (f'"{name}": {_shape(inner)}{"" if name in required else " | null"}' for name, inner in properties.items())
    return "{" + ", ".join(fields) + "}"


def _choices(options: list[JsonValue]) -> str:
    return " | ".join(f'"{option}"' if isinstance(option, str) else str(option).lower() for option in options)


def _union(options: list[JsonValue]) -> str:
    return " | ".join(_shape(option) for option in options)
