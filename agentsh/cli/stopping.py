"""Ctrl-C and SIGTERM: the first stops the work in an orderly way, the second ends the process as usual."""

import asyncio
import signal
from collections.abc import Callable
from types import TracebackType
from typing import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stopping:
    """While entered, the first signal does what `then` was given last; at first it cancels the task that entered."""

    def __init__(self) -> None:
        self.asked = False
        """Whether somebody wants an end."""
        self._stop: Callable[[], object] = _nothing

    def __enter__(self) -> Self:
        task = asyncio.current_task()
        self._stop = _nothing if task is None else task.cancel
        for number in _SIGNALS:
            asyncio.get_running_loop().add_signal_handler(number, self._hear)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._let_go()

    def then(self, stop: Callable[[], object]) -> None:
        """From now on stop in this way; at once if a signal has come already."""
        self._stop = stop
        if self.asked:
            stop()

    def _hear(self) -> None:
        self._let_go()
        self.asked = True
        self._stop()

    def _let_go(self) -> None:
        for number in _SIGNALS:
            asyncio.get_running_loop().remove_signal_handler(number)


def _nothing() -> None:
    """Nothing to stop yet."""
