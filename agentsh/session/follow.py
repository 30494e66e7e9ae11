"""Follows a session: its history, page by page, then whatever happens, without a gap and without doubles."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator

from agentsh.core.events import Delta, Recorded
from agentsh.engine.log import EventLog

PAGE_EVENTS = 1000
MOST_WAITING = 10_000
"""Pieces of generations are dropped while a follower is that far behind; events never are."""


class Follower:
    """One reader of a session. It may be slow: nobody waits for it."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._waiting: deque[Recorded | Delta] = deque()
        self._news = asyncio.Event()
        self._closed = False
        self._stop = log.watch(self._hear)

    def close(self) -> None:
        """Let the reader see what has happened so far, then end."""
        self._closed = True
        self._news.set()

    async def items(self, after: int) -> AsyncIterator[Recorded | Delta]:
        """Yield events with seq > `after`, then live ones and deltas, until the session closes."""
        try:
            seen = after
            async for recorded in self._history(after):
                seen = recorded.seq
                yield recorded
            async for item in self._live():
                if isinstance(item, Delta):
                    yield item
                elif item.seq > seen:
                    seen = item.seq
                    yield item
        finally:
            self._stop()

    async def _history(self, after: int) -> AsyncIterator[Recorded]:
        while page := await self._log.journal.read(after=after, limit=PAGE_EVENTS):
            for recorded in page:
                if recorded.seq > self._log.state.seq:
                    # Durable, and not yet folded in: it comes live in a moment, when the view knows of it too.
                    return
                yield recorded
            if len(page) < PAGE_EVENTS:
                # What came since has been heard; and the session may have been closed while this was read.
                return
            after = page[-1].seq

    async def _live(self) -> AsyncIterator[Recorded | Delta]:
        while True:
            while self._waiting:
                yield self._waiting.popleft()
            if self._closed:
                return
            self._news.clear()
            await self._news.wait()

    def _hear(self, item: Recorded | Delta) -> None:
        if isinstance(item, Recorded) or len(self._waiting) < MOST_WAITING:
            self._waiting.append(item)
            if not self._news.is_set():
                self._news.set()
