"""One thread owns the session file and commits whatever is queued, at once: the more producers, the larger the batch.

Source: group commit as in databases' logs, without a waiting window, which was measured to be slower.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import NamedTuple, TypeVar

from agentsh.core.errors import StoreError
from agentsh.core.events import Event, Recorded
from agentsh.store.failures import store_error
from agentsh.store.ledger import Entry, Ledger, entry

T = TypeVar("T")

Appended = asyncio.Future[tuple[Recorded, ...]]
OnLoop = Callable[[], None]
"""What is left to do on the event loop once the thread has done its part."""
Errand = Callable[[Ledger], OnLoop]
Failure = Callable[[], StoreError]
"""Makes a new error for each that waits."""


class Submission(NamedTuple):
    """The events of one call of append."""

    entries: list[Entry]
    future: Appended


class Closing:
    """The last thing in the queue."""


class Writer:
    """Appends from one event loop, in the order of the calls; all methods are called on that loop."""

    def __init__(self, path: Path, now: Callable[[], str], before_close: Callable[[], None]) -> None:
        self._path = path
        self._now = now
        self._before_close = before_close
        self._loop = asyncio.get_running_loop()
        self._queue: SimpleQueue[list[Submission] | Errand | Closing] = SimpleQueue()
        self._staged: list[Submission] = []
        """What one turn of the event loop submits goes to the thread at its end, as one: it wakes up once for all."""
        self._opened: asyncio.Future[int] = self._loop.create_future()
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self._is_closing = False
        self._failure: Failure | None = None
        """As the loop knows it; `_broken` is what the thread knows."""
        self._broken: Failure | None = None
        self.last_seq = 0
        """Number of the newest event that was submitted."""

    async def open(self, *, create: bool) -> None:
        """Start the thread and let it open the file; raises what Ledger.open does."""
        # A daemon: what is acknowledged is durable, so a process may end without waiting for this thread.
        threading.Thread(target=self._run, args=(create,), name=f"journal {self._path.name}", daemon=True).start()
        try:
            self.last_seq = await self._opened
        except asyncio.CancelledError:
            self._queue.put(Closing())
            await self._closed
            raise

    def append(self, events: Sequence[Event]) -> Appended:
        """Number the events and queue them; the future resolves once they are durable."""
        future: Appended = self._loop.create_future()
        if (failure := self._refusal()) is not None:
            future.set_exception(failure)
            return future
        at = self._now()
        last = self.last_seq + len(events)
        entries = [entry(seq, at, event, more=seq < last) for seq, event in enumerate(events, self.last_seq + 1)]
        self.last_seq = last
        if not self._staged:
            self._loop.call_soon(self._flush)
        self._staged.append(Submission(entries, future))
        return future

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `work` does in a transaction of its own, after everything that was submitted before.

        Raises:
            StoreFull, StoreError: nothing of it is stored.
        """
        if (failure := self._refusal()) is not None:
            raise failure
        future: asyncio.Future[T] = self._loop.create_future()
        self._flush()
        self._queue.put(partial(_perform, work, future))
        return await future

    async def aclose(self) -> None:
        """Finish what was submitted, close the file and unlock it. Calling it again waits for the same."""
        if not self._is_closing:
            self._is_closing = True
            self._flush()
            self._queue.put(Closing())
        await asyncio.shield(self._closed)

    def _flush(self) -> None:
        if self._staged:
            self._queue.put(self._staged)
            self._staged = []

    def _refusal(self) -> StoreError | None:
        if self._is_closing:
            return StoreError(f"the session file {str(self._path)!r} is closed")
        return None if self._failure is None else self._failure()

    # What follows runs in the thread.

    def _run(self, create: bool) -> None:
        try:
            ledger = Ledger.open(self._path, create=create)
        except BaseException as error:  # noqa: BLE001  whoever waits has to hear of it
            self._tell(partial(_fail, self._opened, error))
            self._tell(partial(_resolve, self._closed, None))
            return
        self._tell(partial(_resolve, self._opened, ledger.last_seq))
        try:
            while self._serve(ledger, self._queued()):
                pass
        finally:
            self._close(ledger)

    def _close(self, ledger: Ledger) -> None:
        try:
            self._before_close()
        finally:
            ledger.close()
            self._tell(partial(_resolve, self._closed, None))

    def _queued(self) -> list[list[Submission] | Errand | Closing]:
        items = [self._queue.get()]
        try:
            while True:
                items.append(self._queue.get_nowait())
        except Empty:
            return items

    def _serve(self, ledger: Ledger, items: Sequence[list[Submission] | Errand | Closing]) -> bool:
        """Do what was queued, in order; return whether to go on."""
        batch: list[Submission] = []
        for item in items:
            if isinstance(item, list):
                batch.extend(item)
                continue
            self._commit(ledger, batch)
            batch = []
            if isinstance(item, Closing):
                return False
            self._tell(item(ledger))
        self._commit(ledger, batch)
        return True

    def _commit(self, ledger: Ledger, batch: list[Submission]) -> None:
        if not batch:
            return
        if self._broken is None:
            try:
                ledger.commit([entry for submission in batch for entry in submission.entries])
            except Exception as error:  # noqa: BLE001  whoever waits has to hear of it
                self._broken = partial(_told, error, self._path, ledger.last_seq)
        self._tell(partial(self._land, batch, ledger.last_seq, self._broken))

    def _tell(self, on_loop: OnLoop) -> None:
        try:
            self._loop.call_soon_threadsafe(on_loop)
        except RuntimeError:
            # The loop is closed: nobody waits any more.
            return

    # And this on the loop again.

    def _land(self, batch: list[Submission], durable_seq: int, failure: Failure | None) -> None:
        if failure is not None:
            self._failure = failure
            self.last_seq = durable_seq
        for submission in batch:
            if failure is not None:
                _fail(submission.future, failure())
            else:
                _resolve(submission.future, tuple([entry.recorded for entry in submission.entries]))


def _perform(work: Callable[[sqlite3.Connection], T], future: asyncio.Future[T], ledger: Ledger) -> OnLoop:
    try:
        return partial(_resolve, future, ledger.run(work))
    except Exception as error:  # noqa: BLE001  whoever waits has to hear of it
        return partial(_fail, future, error)


def _resolve(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _fail(future: asyncio.Future[T], error: BaseException) -> None:
    if not future.done():
        future.set_exception(error)


def _told(error: Exception, path: Path, last_seq: int) -> StoreError:
    if isinstance(error, sqlite3.Error | OSError):
        told = store_error(error, path, last_seq)
    else:
        told = StoreError(f"the session file {str(path)!r} could not be written: {error!r}")
    told.__cause__ = error
    return told
