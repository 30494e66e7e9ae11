"""How JSON goes over the wire to a model server."""

import json
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from agentsh.core.model import JsonObject


class Wire(BaseModel):
    """Part of an answer. Servers add fields of their own, which do not matter here."""

    model_config = ConfigDict(frozen=True, extra="ignore")


W = TypeVar("W", bound=Wire)


def encoded(body: JsonObject | None) -> bytes | None:
    """Return a body as ASCII JSON, which has a spelling even for half a surrogate pair."""
    return None if body is None else json.dumps(body).encode("ascii")
