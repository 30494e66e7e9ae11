"""Brings a session's events to the screen: a queue that one timer drains, a frame's worth at a time."""

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from agentsh.core.events import Delta, Recorded

PERIOD_S = 1 / 15
MOST_A_FRAME = 400
"""Items handed over at once; what is more waits for the next frame."""
FRAME_S = 0.020
"""A frame that took longer than this gets fewer items the next time."""
LEAST_A_FRAME = 50

Item = Recorded | Delta


class Ticking(Protocol):
    """The part of a Textual timer that is needed here."""

    def pause(self) -> None:
        """Stop ticking."""

    def resume(self) -> None:
        """Tick again."""


class Feed:
    """Collects what happens; `drain` hands it over. The timer rests while there is nothing.

    Attributes:
        seen: seq of the newest event that was handed over.
    """

    def __init__(self, receive: Callable[[Sequence[Item]], None]) -> None:
        self.seen = 0
        self._receive = receive
        self._queue: deque[Item] = deque()
        self._timer: Ticking | None = None
        self._most = MOST_A_FRAME

    @property
    def waiting(self) -> int:
        """How many items have not been handed over."""
        return len(self._queue)

    def driven_by(self, timer: Ticking) -> None:
        """Let `timer`, which calls `drain`, rest while nothing happens."""
        self._timer = timer
        if not self._queue:
            timer.pause()

    def take(self, item: Item) -> None:
        """Queue one item."""
        if not self._queue and self._timer is not None:
            self._timer.resume()
        self._queue.append(item)

    def drain(self) -> None:
        """Hand over a frame's worth, pieces of one generation joined."""
        if not self._queue:
            if self._timer is not None:
                self._timer.pause()
            return
        items = [self._queue.popleft() for _ in range(min(self._most, len(self._queue)))]
        for item in reversed(items):
            if isinstance(item, Recorded):
                self.seen = item.seq
                break
        began = time.perf_counter()
        self._receive(joined(items))
        took_s = time.perf_counter() - began
        self._most = max(LEAST_A_FRAME, self._most // 2) if took_s > FRAME_S else min(MOST_A_FRAME, self._most * 2)


def joined(items: Sequence[Item]) -> list[Item]:
    """Return `items` with neighbouring pieces of the same generation as one piece."""
    found: list[Item] = []
    for item in items:
        last = found[-1] if found else None
        if isinstance(item, Delta) and isinstance(last, Delta) and _same(last, item):
            found[-1] = last.model_copy(update={"text": last.text + item.text})
        else:
            found.append(item)
    return found


def _same(one: Delta, other: Delta) -> bool:
    if one.kind not in ("text", "thinking"):
        return False
    return (one.reaction, one.ordinal, one.kind) == (other.reaction, other.ordinal, other.kind)
