"""One session while it is open: served, followed without a gap, and left when the person wants to."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from typing import cast

from agentsh.core import events as e
from agentsh.repl.house import Opening
from agentsh.session.facade import Session

Item = e.Recorded | e.Delta
OPENING_EVENTS = 500
"""More than opening a session again ever appends."""


class Stay:
    """From the opening of a session to its closing.

    Args:
        entered: called once the session is open, before anything of it is shown.
        see: gets what happens from then on.
    """

    def __init__(self, entered: Callable[[Session], Awaitable[None]], see: Callable[[Item], None]) -> None:
        self._entered = entered
        self._see = see
        self._leaving = asyncio.Event()
        self._seen = 0
        self._progress = asyncio.Event()

    def leave(self) -> None:
        """End the stay, soon; the session can be resumed."""
        self._leaving.set()

    async def run(self, opening: Opening) -> e.SessionFinished:
        """Open the session, stay, close it, and return how it stood then.

        Raises:
            AgentshError: it cannot be opened.
        """
        async with opening as session:
            self._seen = session.view().seq
            await self._entered(session)
            async with asyncio.TaskGroup() as tasks:
                following = tasks.create_task(self._follow(session, self._seen), name="follow")
                serving = tasks.create_task(session.serve(), name="serve")
                leaving = tasks.create_task(self._leaving.wait(), name="leaving")
                await asyncio.wait((serving, leaving), return_when=asyncio.FIRST_COMPLETED)
                leaving.cancel()
                session.interrupt()
                finished = await serving
                await self.shown(session.view().seq)
                following.cancel()
            return finished

    async def shown(self, seq: int) -> None:
        """Wait until everything up to event `seq` was seen."""
        while self._seen < seq:
            self._progress.clear()
            await self._progress.wait()

    async def _follow(self, session: Session, after: int) -> None:
        async with aclosing(_items(session, after)) as items:
            async for item in items:
                self._see(item)
                if isinstance(item, e.Recorded):
                    self._seen = item.seq
                    self._progress.set()


async def since_opening(session: Session) -> list[e.Event]:
    """Return what opening the session has told: from its beginning, or from where it was opened again."""
    last = session.view().seq
    found: list[e.Event] = []
    async with aclosing(_items(session, max(0, last - OPENING_EVENTS))) as items:
        async for item in items:
            if isinstance(item, e.Recorded):
                if _opens(item.event) and not (found and isinstance(found[-1], e.SessionRewound)):
                    found.clear()
                found.append(item.event)
                if item.seq >= last:
                    break
    return found if found and _opens(found[0]) else []


def _opens(event: e.Event) -> bool:
    return isinstance(event, e.SessionStarted | e.SessionRewound) or (
        isinstance(event, e.SessionResumed) and event.reason == "reopened"
    )


def _items(session: Session, after: int) -> AsyncGenerator[Item, None]:
    items: AsyncIterator[Item] = session.follow(after)
    return cast("AsyncGenerator[Item, None]", items)
