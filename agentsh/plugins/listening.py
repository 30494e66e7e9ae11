"""Tells plugins of events, each in a thread of its own: none can hold up the session, or another plugin."""

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from agentsh.core.events import Noticed, Recorded
from agentsh.engine.log import EventLog
from agentsh.plugins.loading import said

MOST_WAITING = 10_000
"""Events that wait for a plugin before it is given up."""
CLOSING_S = 5.0
"""How long a session that closes waits for a plugin to hear the rest."""

Hears = Callable[..., object]


class _Listener:
    """One plugin that listens, until it fails or falls too far behind."""

    def __init__(self, name: str, session: str, hears: Hears, tell: Callable[[Noticed], None]) -> None:
        self._name = name
        self._session = session
        self._hears = hears
        self._tell = tell
        self._waiting: queue.Queue[Recorded | None] = queue.Queue(MOST_WAITING)
        self._loop = asyncio.get_running_loop()
        self._done = asyncio.Event()
        self._given_up = False
        threading.Thread(target=self._work, name=f"plugin {name}", daemon=True).start()

    def hear(self, event: Recorded) -> None:
        if self._given_up:
            return
        try:
            self._waiting.put_nowait(event)
        except queue.Full:
            self._give_up(f"is {MOST_WAITING:,} events behind")

    async def aclose(self) -> None:
        """Let it hear the rest, for a while."""
        if self._given_up:
            return
        try:
            self._waiting.put_nowait(None)
            async with asyncio.timeout(CLOSING_S):
                await self._done.wait()
        except (queue.Full, TimeoutError):
            self._give_up("did not come to an end")

    def _give_up(self, why: str) -> None:
        if not self._given_up:
            self._given_up = True
            self._tell(Noticed(message=f"plugin {self._name} {why}: it hears no more of this session"))

    def _work(self) -> None:
        while (event := self._waiting.get()) is not None:
            try:
                self._hears(session=self._session, recorded=event)
            except Exception as error:  # noqa: BLE001  whatever a plugin raises ends its listening, and is told
                self._later(self._give_up, f"failed in on_event ({said(error)})")
                return
        self._later(self._done.set)

    def _later(self, call: Callable[..., object], *arguments: str) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call, *arguments)


@asynccontextmanager
async def listening(log: EventLog, session: str, listeners: Mapping[str, Hears]) -> AsyncIterator[None]:
    """Tell plugins of every event from now on, until the session closes.

    Args:
        log: whose events.
        session: its name.
        listeners: by the plugin's name.
    """

    def tell(notice: Noticed) -> None:
        if log.failure is None:
            log.submit(notice)

    hearing = [_Listener(name, session, hears, tell) for name, hears in listeners.items()]
    stops = [log.listen(listener.hear) for listener in hearing]
    try:
        yield
    finally:
        for stop in stops:
            stop()
        for listener in hearing:
            await listener.aclose()
