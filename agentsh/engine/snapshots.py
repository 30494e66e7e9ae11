"""Keeps the state now and then, so that a long session opens as fast as a short one."""

import asyncio

from agentsh.core.errors import StoreError
from agentsh.core.events import Recorded
from agentsh.engine.log import EventLog

EVERY_EVENTS = 1000
EVENTS_A_ROLE = 20
"""The state is as large as there are roles: with many, writing it must not be most of the work."""


class Snapshots:
    """Saves the state each `EVERY_EVENTS` events or more, and when told to. A lost snapshot costs time, never truth."""

    def __init__(self, log: EventLog) -> None:
        self._log = log
        self._saved_seq = log.state.seq
        self._saving: asyncio.Task[None] | None = None
        log.listen(self._hear)

    async def save(self) -> None:
        """Save the state as it is, unless that is what was saved last."""
        if self._saving is not None:
            await asyncio.wait([self._saving])
        if self._log.state.seq > self._saved_seq:
            await self._write()

    def _hear(self, recorded: Recorded) -> None:
        if recorded.seq < self._saved_seq + EVERY_EVENTS:
            return
        if recorded.seq < self._saved_seq + EVENTS_A_ROLE * len(self._log.state.roles):
            return
        if self._saving is None or self._saving.done():
            self._saving = asyncio.create_task(self._write(), name="snapshot")

    async def _write(self) -> None:
        seq = self._log.state.seq
        self._saved_seq = seq
        try:
            await self._log.journal.save_snapshot(seq, self._log.state.model_dump(mode="json"))
        except StoreError:
            # The journal is the truth: without a snapshot the next opening only takes longer.
            self._saved_seq = 0
