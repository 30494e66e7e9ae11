"""The base of everything that is stored or crosses a port: frozen, and nothing unknown gets in."""

from typing import Annotated, cast

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, JsonValue
from pydantic_core import CoreSchema
from pydantic_core.core_schema import any_schema, simple_ser_schema


class _AsItIs:
    """Writes a value as it is: its parts were checked when it came in. Three times quicker."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return cast("CoreSchema", {**handler(source), "serialization": simple_ser_schema("any")})


class _Unlooked:
    """Takes a value as it is: whoever makes it has it from a model's own dump, or from the journal."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> CoreSchema:
        return any_schema()


Json = Annotated[JsonValue, _AsItIs()]
"""A JSON value as a field of a model."""
JsonObject = dict[str, Json]
Dumped = Annotated[JsonValue, _Unlooked()]
"""A JSON value that was valid before it came here: looking through it again was a tenth of a step's price."""
DumpedObject = dict[str, Dumped]
"""The same for an object: what stands in it is not looked at, each value of it, whenever it goes from hand to hand."""


class Frozen(BaseModel):
    """An immutable value with no room for unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants", defer_build=True)
