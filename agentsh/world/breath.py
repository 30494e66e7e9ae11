"""Going through something long in steps, so that keys and screens have their turn between them."""

import asyncio
from collections.abc import Generator
from typing import TypeVar, cast

T = TypeVar("T")


async def in_steps(steps: Generator[None, None, T]) -> T:
    """Return what `steps` comes to; between two of them others have their turn, who must not write to the same."""
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return cast("T", end.value)
        await asyncio.sleep(0)
