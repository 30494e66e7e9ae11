"""How JSON goes over the wire to a model server."""

import json
from collections.abc import AsyncGenerator, AsyncIterable
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from agentsh.core.model import JsonObject

LONGEST_LINE_BYTES = 16 << 20
"""Whatever sends more than that in one line is no model server; held, it would fill the memory."""


class Wire(BaseModel):
    """Part of an answer. Servers add fields of their own, which do not matter here."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


W = TypeVar("W", bound=Wire)


def encoded(body: JsonObject | None) -> bytes | None:
    """Return a body as ASCII JSON, which has a spelling even for half a surrogate pair."""
    return None if body is None else json.dumps(body).encode("ascii")


async def lines_of(chunks: AsyncIterable[bytes]) -> AsyncGenerator[bytes, None]:
    """Yield lines without their ends.

    Only a newline ends a line: JSON may hold U+0085 and U+2028 as they are, at which str.splitlines would cut it.

    Raises:
        ValueError: a line does not end within LONGEST_LINE_BYTES.
    """
    begun: list[bytes] = []
    async for chunk in chunks:
        *lines, rest = chunk.split(b"\n")
        for line in lines:
            yield b"".join((*begun, line))
            begun.clear()
        begun.append(rest)
        if len(rest) == len(chunk) and sum(map(len, begun)) > LONGEST_LINE_BYTES:
            raise ValueError(f"a line that is longer than {LONGEST_LINE_BYTES:,} bytes")
    if rest := b"".join(begun):
        yield rest
