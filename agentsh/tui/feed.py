"""Brings a session's events to the screen: a queue that is drained at one pace, a frame's worth at a time."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from agentsh.core.events import Delta, Recorded

SHORTEST_S = 1 / 15
LONGEST_S = 1 / 2
"""A screen that cannot keep up is drawn less often, so that keys are still answered in between."""
BUSY = 0.55
IDLE = 0.35
"""Share of the time that this thread works: above the one frames come later, below the other sooner."""
SLOWER = 1.25
LAST_FRAME_S = 3.0
"""So long the frame that is under way at the end may take."""
MOST_A_FRAME = 2_000
"""Items handed over at once; what is more waits for the next frame."""

Item = Recorded | Delta


class Feed:
    """Collects what happens; `run` hands it over, frame by frame. While nothing happens there are no frames.

    Attributes:
        seen: seq of the newest event that was handed over.
        period_s: time between frames now.
    """

    def __init__(self, receive: Callable[[Sequence[Item]], Awaitable[None]]) -> None:
        self.seen = 0
        self.period_s = SHORTEST_S
        self._receive = receive
        self._queue: deque[Item] = deque()
        self._news = asyncio.Event()
        self._ending = asyncio.Event()
        self._rests = asyncio.Event()
        self._rests.set()

    @property
    def waiting(self) -> int:
        """How many items have not been handed over."""
        return len(self._queue)

    def take(self, item: Item) -> None:
        """Queue one item."""
        self._queue.append(item)
        self._news.set()

    async def run(self) -> None:
        """Hand over a frame's worth after the other, pieces of one generation joined, until it is ended."""
        while not self._ending.is_set():
            await self._news.wait()
            wall_s, cpu_s, rest_s = time.monotonic(), time.thread_time(), self.period_s
            await self._rest(rest_s)
            if self._ending.is_set():
                return
            self._rests.clear()
            try:
                await self._hand_over()
            finally:
                self._rests.set()
            took_s = time.monotonic() - wall_s
            self._pace(max(time.thread_time() - cpu_s, took_s - rest_s) / max(took_s, 1e-6))

    async def end(self) -> None:
        """Hand over nothing more, and return when the frame under way is on screen, or has had `LAST_FRAME_S`.

        To cancel a frame instead would cancel the widgets that it waits for. But an app that is ending itself, as when
        its terminal was closed, begins no widget any more: a frame that waits for one would wait for ever.
        """
        self._ending.set()
        self._news.set()
        with suppress(TimeoutError):
            async with asyncio.timeout(LAST_FRAME_S):
                await self._rests.wait()

    async def _rest(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._ending.wait()

    async def _hand_over(self) -> None:
        items = [self._queue.popleft() for _ in range(min(MOST_A_FRAME, len(self._queue)))]
        if not self._queue:
            self._news.clear()
        self.seen = next((item.seq for item in reversed(items) if isinstance(item, Recorded)), self.seen)
        await self._receive(joined(items))

    def _pace(self, busy: float) -> None:
        """Leave the thread time for keys, going by the share of the last frame's time in which it was not free."""
        if busy > BUSY:
            self.period_s = min(LONGEST_S, self.period_s * SLOWER)
        elif busy < IDLE:
            self.period_s = max(SHORTEST_S, self.period_s / SLOWER)


def joined(items: Sequence[Item]) -> list[Item]:
    """Return `items` with the pieces of a generation that no event comes between as one piece."""
    found: list[Item] = []
    places: dict[tuple[str, int, str], int] = {}
    begun: dict[int, tuple[Delta, list[str]]] = {}
    for item in items:
        if isinstance(item, Recorded):
            places.clear()
        elif item.kind in ("text", "thinking"):
            key = (item.reaction, item.ordinal, item.kind)
            if key in places:
                begun[places[key]][1].append(item.text)
                continue
            places[key] = len(found)
            begun[len(found)] = (item, [item.text])
        found.append(item)
    for place, (delta, pieces) in begun.items():
        if len(pieces) > 1:
            found[place] = delta.model_copy(update={"text": "".join(pieces)})
    return found
