"""A team that stays when it is quiet: it works whenever there is something to do, until the person leaves."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agentsh.core import events as e
from agentsh.engine.budget import Meter
from agentsh.engine.desk import Desk
from agentsh.ports import Watcher
from agentsh.session.observing import Observer
from agentsh.session.outcome import outcome

_BEGINS = (e.ReactionStarted, e.ReactionRetried)


class Service:
    """Says when the team is quiet and when it goes on; sees files change by hand meanwhile.

    Time in which the team has nothing to do is not charged to its budget.
    """

    def __init__(self, desk: Desk, meter: Meter, watcher: Watcher | None) -> None:
        self._desk = desk
        self._meter = meter
        self._watcher = watcher
        self._quiet_since_s: float | None = None
        self.last: e.SessionFinished | None = None
        """How the team stood when it became quiet last."""

    @property
    def quiet(self) -> bool:
        """Whether the team has nothing to do just now."""
        return self._quiet_since_s is not None

    async def rest(self) -> None:
        """Tell that the team is quiet, and how that came."""
        self.last = outcome(self._desk.log.state)
        self._quiet_since_s = time.monotonic()
        await self._desk.log.append(self.last)

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """While entered, work that begins again is told, and files that change by hand are seen."""
        stop_listening = self._desk.log.listen(self._hear, _BEGINS)
        observing = None
        if self._watcher is not None:
            observing = asyncio.create_task(Observer(self._desk, self._watcher).run(), name="files changed by hand")
        try:
            yield
        finally:
            stop_listening()
            if observing is not None:
                observing.cancel()
                await asyncio.wait([observing])

    def _hear(self, _recorded: e.Recorded) -> None:
        if self._quiet_since_s is None:
            return
        self._meter.forgive(time.monotonic() - self._quiet_since_s)
        self._quiet_since_s = None
        self._desk.log.submit(e.SessionResumed(reason="more"))
