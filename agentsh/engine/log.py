"""The one way in which anything happens: an event is made durable, then folded in, then shown."""

import asyncio
from collections.abc import Callable

from agentsh.core.errors import AgentshError, StoreError
from agentsh.core.events import Delta, Event, Recorded
from agentsh.engine.fold import Fold
from agentsh.engine.state import State
from agentsh.ports import Journal

Listener = Callable[[Recorded | Delta], None]


class EventLog:
    """Appends events, folds them in the order of their numbers and tells the listeners."""

    def __init__(self, journal: Journal, fold: Fold) -> None:
        self.journal = journal
        self.fold = fold
        self.failure: AgentshError | None = None
        """Why the journal takes nothing any more."""
        self._listeners: list[Listener] = []
        self._pending: set[asyncio.Future[tuple[Recorded, ...]]] = set()

    @property
    def state(self) -> State:
        """The session as it is."""
        return self.fold.state

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with every event and delta from now on; returns how to stop that. It must not block."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def submit(self, *events: Event) -> asyncio.Future[tuple[Recorded, ...]]:
        """Append all of `events` or none, without waiting for it. They are folded in even if nobody waits."""
        future = asyncio.ensure_future(self.journal.append(events))
        self._pending.add(future)
        future.add_done_callback(self._land)
        return future

    async def append(self, *events: Event) -> tuple[Recorded, ...]:
        """Append all of `events` or none, and wait until they are durable and folded in.

        Raises:
            StoreError: nothing of it is stored, and nothing will be until the session is opened again.
        """
        return await asyncio.shield(self.submit(*events))

    def show(self, delta: Delta) -> None:
        """Let the listeners see a piece of a generation; it is not stored."""
        for listener in tuple(self._listeners):
            listener(delta)

    async def settle(self) -> None:
        """Wait until everything that was submitted is durable, or failed."""
        while self._pending:
            await asyncio.wait(tuple(self._pending))

    def _land(self, future: asyncio.Future[tuple[Recorded, ...]]) -> None:
        self._pending.discard(future)
        if future.cancelled():
            return
        if (error := future.exception()) is not None:
            self.failure = error if isinstance(error, AgentshError) else StoreError(str(error))
            return
        for recorded in future.result():
            self.fold.apply(recorded)
            for listener in tuple(self._listeners):
                listener(recorded)
