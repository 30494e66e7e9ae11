"""The one way in which anything happens: an event is made durable, then folded in, then shown."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from agentsh.core.errors import AgentshError, StoreError
from agentsh.core.events import EVENTS, Delta, Event, MessagePublished, Recorded
from agentsh.core.ids import MessageId
from agentsh.core.messages import Message
from agentsh.core.secrets import Redactor
from agentsh.engine.fold import Fold
from agentsh.engine.state import State
from agentsh.ports import Journal

RECENT_MESSAGES = 4096
"""So many messages are kept at hand: whoever reacts to one needs it moments after it was published."""

Listener = Callable[[Recorded], None]
Onlooker = Callable[[Recorded | Delta], None]
Appended = asyncio.Future[tuple[Recorded, ...]]


class EventLog:
    """Appends events, folds them in the order of their numbers and tells the listeners."""

    def __init__(self, journal: Journal, fold: Fold, redactor: Redactor | None = None) -> None:
        """Take where events are kept, the state that they fold to, and what may stand in none of them."""
        self.journal = journal
        self.fold = fold
        self.state: State = fold.state
        """The session as it is."""
        self.redactor = redactor or None
        self.failure: AgentshError | None = None
        """Why the journal takes nothing any more."""
        self._listeners: list[tuple[Listener, frozenset[type[object]]]] = []
        """Each with the kinds of events that it wants; none: all of them."""
        self._hearing: dict[type[object], tuple[Listener, ...]] = {}
        """Who hears an event of a kind, as far as it was looked up."""
        self._onlookers: list[Onlooker] = []
        """Those of the listeners that want pieces of generations too."""
        self._recent: dict[MessageId, Message] = {}
        self._pending: deque[Appended] = deque()
        """What was submitted and not folded in, oldest first: only the first has been given a callback."""
        self._waiting: dict[Appended, Appended] = {}

    def listen(self, listener: Listener, kinds: Sequence[type[Event]] = ()) -> Callable[[], None]:
        """Call `listener` with events from now on: those of `kinds`, or every one; it must not block.

        Returns:
            how to stop that.
        """
        entry = (listener, frozenset[type[object]](kinds))
        self._listeners.append(entry)
        self._hearing.clear()

        def stop() -> None:
            self._listeners.remove(entry)
            self._hearing.clear()

        return stop

    def watch(self, onlooker: Onlooker) -> Callable[[], None]:
        """Call `onlooker` with every event and every piece of a generation from now on; it must not block.

        Returns:
            how to stop that.
        """
        unlisten = self.listen(onlooker)
        self._onlookers.append(onlooker)

        def stop() -> None:
            unlisten()
            self._onlookers.remove(onlooker)

        return stop

    @property
    def is_watched(self) -> bool:
        """Whether anybody wants deltas: if not, none need be made."""
        return bool(self._onlookers)

    def submit(self, *events: Event) -> Appended:
        """Append all of `events` or none, without waiting for it. They are folded in even if nobody waits."""
        if self.redactor is not None:
            events = tuple(_without_secrets(event, self.redactor) for event in events)
        future = self.journal.append(events)
        if not self._pending:
            future.add_done_callback(self._land)
        self._pending.append(future)
        return future

    async def append(self, *events: Event) -> tuple[Recorded, ...]:
        """Append all of `events` or none, and wait until they are durable and folded in.

        Raises:
            StoreError: nothing of it is stored, and nothing will be until the session is opened again.
        """
        future = self.submit(*events)
        # Not the journal's own future: whoever is cancelled while waiting must not cancel what is on its way.
        waiter: Appended = asyncio.get_running_loop().create_future()
        self._waiting[future] = waiter
        return await waiter

    async def message(self, id: MessageId) -> Message | None:
        """Return one message; the newer one, if a reaction that diverged has published it again."""
        return self._recent.get(id) or await self.journal.message(id)

    def show(self, delta: Delta) -> None:
        """Let the listeners see a piece of a generation; it is not stored."""
        for listener in tuple(self._onlookers):
            listener(delta)

    async def settle(self) -> None:
        """Wait until everything that was submitted is durable, or failed."""
        while self._pending:
            await asyncio.wait(tuple(self._pending))

    def _land(self, _first: Appended) -> None:
        """Fold in what has become durable: a commit's events are all there when the first of them calls."""
        try:
            while self._pending and self._pending[0].done():
                self._land_one(self._pending.popleft())
        finally:
            if self._pending:
                self._pending[0].add_done_callback(self._land)

    def _land_one(self, future: Appended) -> None:
        waiter = self._waiting.pop(future, None)
        if future.cancelled():
            error: BaseException | None = StoreError("the journal has dropped an event")
        else:
            error = future.exception()
        if error is not None:
            self.failure = error if isinstance(error, AgentshError) else StoreError(str(error))
            if waiter is not None and not waiter.done():
                waiter.set_exception(error)
            return
        try:
            self._happened(future.result())
        finally:
            if waiter is not None and not waiter.done():
                waiter.set_result(future.result())

    def _happened(self, batch: tuple[Recorded, ...]) -> None:
        for recorded in batch:
            self.fold.apply(recorded)
            if isinstance(recorded.event, MessagePublished):
                self._keep(recorded.event.message)
            for listener in self._who_hears(type(recorded.event)):
                listener(recorded)

    def _who_hears(self, kind: type[object]) -> tuple[Listener, ...]:
        found = self._hearing.get(kind)
        if found is None:
            found = tuple(listener for listener, kinds in self._listeners if not kinds or kind in kinds)
            self._hearing[kind] = found
        return found

    def _keep(self, message: Message) -> None:
        self._recent[message.id] = message
        if len(self._recent) > RECENT_MESSAGES:
            del self._recent[next(iter(self._recent))]


def _without_secrets(event: Event, redactor: Redactor) -> Event:
    plain = event.model_dump(by_alias=True)
    return EVENTS.validate_python(redactor.clean(plain)) if redactor.holds_one(plain) else event
