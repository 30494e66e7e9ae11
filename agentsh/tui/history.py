"""Reads a session's past a page at a time, newest page first."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, cast

from agentsh.core.events import Delta, Recorded
from agentsh.session.facade import Session

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

FIRST_EVENTS = 30
"""Fill the screen when a session is opened; the page before them comes when it is asked for."""
PAGE_EVENTS = 120
BUS_PAGE_EVENTS = 1_000


async def page_before(session: Session, before: int, size: int = PAGE_EVENTS) -> list[Recorded]:
    """Return the `size` events before seq `before`, oldest first; empty when there are none."""
    if before <= 1:
        return []
    after = max(0, before - 1 - size)
    found: list[Recorded] = []
    async with aclosing(_generator(session.follow(after))) as items:
        async for item in items:
            if not isinstance(item, Recorded):
                continue
            if item.seq >= before:
                break
            found.append(item)
            if item.seq == before - 1:
                break
    return found


def _generator(items: AsyncIterator[Recorded | Delta]) -> "AsyncGenerator[Recorded | Delta, None]":
    return cast("AsyncGenerator[Recorded | Delta, None]", items)
