"""Every wait for a model server ends: the first piece, each further piece, and the call as a whole."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import TypeVar

from agentsh.core.settings import ModelSettings
from agentsh.providers.faults import Fault

T = TypeVar("T")


def loop_time() -> float:
    """Return the event loop's clock, seconds."""
    return asyncio.get_running_loop().time()


@asynccontextmanager
async def within(limit_s: float, host: str) -> AsyncIterator[None]:
    """Hold what is inside to `limit_s` seconds.

    Raises:
        Fault: of kind timeout.
    """
    try:
        async with asyncio.timeout(limit_s) as limit:
            yield
    except TimeoutError as error:
        if limit.expired():
            raise Fault("timeout", f"{host} did not answer within {limit_s:g} s", hint=_HINT) from error
        raise


class Deadlines:
    """The time that one call has. It begins when this is made, and covers all its attempts."""

    def __init__(self, settings: ModelSettings, host: str) -> None:
        self._first_s = settings.first_token_s
        self._between_s = settings.between_tokens_s
        self._whole_s = settings.role_s
        self._end = loop_time() + settings.role_s
        self._host = host

    @property
    def left_s(self) -> float:
        """Seconds until the call as a whole is over."""
        return self._end - loop_time()

    async def keep(self, pieces: AsyncGenerator[T, None]) -> AsyncGenerator[T, None]:
        """Yield `pieces` as they come, and close them in the end.

        Raises:
            Fault: of kind timeout, when the next one is late.
        """
        wait_s, what = self._first_s, "first token"
        alarm = _Alarm()
        try:
            async with aclosing(pieces):
                while True:
                    try:
                        piece = await alarm.within(min(loop_time() + wait_s, self._end), pieces)
                    except StopAsyncIteration:
                        return
                    except _TooLong:
                        raise self._late(wait_s, what) from None
                    yield piece
                    wait_s, what = self._between_s, "next token"
        finally:
            alarm.close()

    def _late(self, wait_s: float, what: str) -> Fault:
        if self.left_s <= 0:
            return Fault("timeout", f"the call to {self._host} took longer than {self._whole_s:g} s", hint=_HINT)
        return Fault("timeout", f"no {what} from {self._host} within {wait_s:g} s", hint=_HINT)


class _TooLong(Exception):
    """A piece did not come in time."""


class _Alarm:
    """Holds many short waits to their ends with one timer: it looks at the clock when it rings, and is set again."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._end = 0.0
        self._waiting: asyncio.Task[object] | None = None
        """Who waits now."""
        self._rang = False

    async def within(self, end: float, pieces: AsyncGenerator[T, None]) -> T:
        """Return the next piece.

        Raises:
            StopAsyncIteration: there is none.
            _TooLong: it was not there at `end`, of the loop's clock. A cancel from outside stays one.
        """
        task = asyncio.current_task()
        assert task is not None, "only a task can wait"  # noqa: S101
        before = task.cancelling()
        self._end, self._waiting = end, task
        if self._timer is None or self._timer.when() > end:
            self._set()
        try:
            return await anext(pieces)
        except asyncio.CancelledError:
            if self._rang and task.uncancel() <= before:
                raise _TooLong from None
            raise
        finally:
            self._waiting = None

    def close(self) -> None:
        """Ring no more."""
        if self._timer is not None:
            self._timer.cancel()

    def _set(self) -> None:
        self.close()
        self._timer = self._loop.call_at(self._end, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._waiting is None:
            return
        if self._loop.time() < self._end:
            self._set()
            return
        self._rang = True
        self._waiting.cancel()


_HINT = "A smaller model or a smaller num_ctx answers sooner; the times are set in agentsh.toml under [model]"
