"""How long a tool may take between two of its effects. One that is under way may wait for a person: that counts not."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager


class Patience:
    """The deadline of one call."""

    def __init__(self, deadline_s: float) -> None:
        self._deadline_s = deadline_s
        self._limit: asyncio.Timeout | None = None
        self._under_way = 0

    @property
    def is_over(self) -> bool:
        """Whether it was this deadline that ended the call."""
        return self._limit is not None and self._limit.expired()

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """Raise TimeoutError in what is inside once it has done nothing for too long."""
        async with asyncio.timeout(self._deadline_s) as self._limit:
            yield

    @contextmanager
    def stayed(self) -> Iterator[None]:
        """Count nothing meanwhile."""
        self._under_way += 1
        self._set(None)
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._set(asyncio.get_running_loop().time() + self._deadline_s)

    def _set(self, when: float | None) -> None:
        if self._limit is not None and not self._limit.expired():
            self._limit.reschedule(when)
