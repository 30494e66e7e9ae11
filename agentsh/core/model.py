"""The base of everything that is stored or crosses a port: frozen, and nothing unknown gets in."""

from pydantic import BaseModel, ConfigDict, JsonValue

JsonObject = dict[str, JsonValue]


class Frozen(BaseModel):
    """An immutable value with no room for unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
