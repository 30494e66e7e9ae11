"""The one way in which anything happens: an event is made durable, then folded in, then shown."""

import asyncio
from collections.abc import Callable

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

Listener = Callable[[Recorded | Delta], None]
Appended = asyncio.Future[tuple[Recorded, ...]]


class EventLog:
    """Appends events, folds them in the order of their numbers and tells the listeners."""

    def __init__(self, journal: Journal, fold: Fold, redactor: Redactor | None = None) -> None:
        """Take where events are kept, the state that they fold to, and what may stand in none of them."""
        self.journal = journal
        self.fold = fold
        self.redactor = redactor or None
        self.failure: AgentshError | None = None
        """Why the journal takes nothing any more."""
        self._listeners: list[Listener] = []
        self._onlookers: list[Listener] = []
        """Those of the listeners that want pieces of generations too."""
        self._recent: dict[MessageId, Message] = {}
        self._pending: set[Appended] = set()
        self._waiting: dict[Appended, Appended] = {}

    @property
    def state(self) -> State:
        """The session as it is."""
        return self.fold.state

    def listen(self, listener: Listener, *, deltas: bool = False) -> Callable[[], None]:
        """Call `listener` with every event from now on, and with deltas if it wants them; it must not block.

        Returns:
            how to stop that.
        """
        wanted = [self._listeners, self._onlookers] if deltas else [self._listeners]
        for listeners in wanted:
            listeners.append(listener)

        def stop() -> None:
            for listeners in wanted:
                listeners.remove(listener)

        return stop

    @property
    def is_watched(self) -> bool:
        """Whether anybody wants deltas: if not, none need be made."""
        return bool(self._onlookers)

    def submit(self, *events: Event) -> Appended:
        """Append all of `events` or none, without waiting for it. They are folded in even if nobody waits."""
        if self.redactor is not None:
            events = tuple(_without_secrets(event, self.redactor) for event in events)
        future = asyncio.ensure_future(self.journal.append(events))
        self._pending.add(future)
        future.add_done_callback(self._land)
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

    def _land(self, future: Appended) -> None:
        self._pending.discard(future)
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
            for listener in tuple(self._listeners):
                listener(recorded)

    def _keep(self, message: Message) -> None:
        self._recent[message.id] = message
        if len(self._recent) > RECENT_MESSAGES:
            del self._recent[next(iter(self._recent))]


def _without_secrets(event: Event, redactor: Redactor) -> Event:
    plain = event.model_dump(by_alias=True)
    return EVENTS.validate_python(redactor.clean(plain)) if redactor.holds_one(plain) else event
