"""The journal of one session in one SQLite file: what it has acknowledged survives kill -9 and a power cut."""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path

from agentsh.core.events import Event, Recorded
from agentsh.core.ids import ActionName, MessageId, ReactionId, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.store import projections, search, snapshots
from agentsh.store.clock import utc_now
from agentsh.store.messages import Messages
from agentsh.store.payload import json_text
from agentsh.store.reader import Reader
from agentsh.store.records import Records
from agentsh.store.writer import Writer


class SqliteJournal:
    """Fulfils ports.Journal. Made by `open`; belongs to the event loop that opened it.

    Once a commit has failed, that batch and everything submitted after it has failed too, and the journal takes no more
    until the session is opened again; what was acknowledged stays, and can still be read.
    """

    def __init__(self, path: Path, writer: Writer, reader: Reader) -> None:
        self.path = path
        self._writer = writer
        self._reader = reader

    @classmethod
    async def open(cls, path: Path, *, create: bool, now: Callable[[], str] = utc_now) -> "SqliteJournal":
        """Open a session file, or make a new one with its folder.

        Args:
            path: `NAME.db`.
            create: make it; a file that is there already is an error. Else it has to be there.
            now: stamps events; UTC, ISO 8601 with milliseconds and Z.

        Raises:
            SessionLocked: another live process has it open; its pid is named.
            SessionDamaged: it cannot be read.
            StoreFull: no room.
            StoreError: it is not there, is there already, is no session, or is of a newer version.
        """
        reader = Reader(path)
        writer = Writer(path, now, reader.close)
        await writer.open(create=create)
        return cls(path, writer, reader)

    @property
    def last_seq(self) -> int:
        """Number of the newest event that was submitted; 0 when empty. After a failure: of the newest durable one."""
        return self._writer.last_seq

    def append(self, events: Sequence[Event]) -> asyncio.Future[tuple[Recorded, ...]]:
        """Append all of `events` or none. Submitted on call; resolves once durable, in order of the calls.

        Raises:
            StoreFull, StoreError: nothing of this batch is stored.
        """
        return self._writer.append(events)

    async def read(self, after: int = 0, limit: int | None = None, *, kinds: Sequence[str] = ()) -> list[Recorded]:
        """Return events with seq > `after`, oldest first, at most `limit`; only of `kinds` when there are any.

        Raises:
            SessionDamaged: one of them cannot be read; without `kinds` also when one is not there.
        """
        if kinds:
            return await self._reader.run(lambda records: records.of_kinds(kinds, after, limit))
        return await self._reader.run(lambda records: records.after(after, limit))

    async def steps(self, reaction: ReactionId) -> list[Recorded]:
        """Return what one reaction has recorded, oldest first: step.*, and message.published with an ordinal."""
        return await self._reader.run(lambda records: projections.steps(records, reaction))

    async def message(self, id: MessageId) -> Message | None:
        """Return one message; the newer one, if a reaction that diverged has published it again."""
        return await self._reader.run(lambda records: Messages(records).one(id))

    async def messages(
        self,
        *,
        causes: Sequence[ActionName] | None = None,
        visible_to: RoleName | None = None,
        after: MessageId | None = None,
        as_of: int | None = None,
        last: int | None = None,
    ) -> list[Message]:
        """Return messages as ports.Journal says, oldest first, the newest `last` of them.

        Raises:
            StoreError: there is no message `after`.
        """
        return await self._reader.run(lambda records: Messages(records).select(causes, visible_to, after, as_of, last))

    async def published(
        self,
        *,
        before: int | None = None,
        last: int = 50,
        causes: Sequence[ActionName] | None = None,
        visible_to: RoleName | None = None,
    ) -> list[Recorded]:
        """Return message.published events as ports.Journal says: the newest `last` with seq below `before`."""
        as_of = None if before is None else before - 1
        return await self._reader.run(
            lambda records: Messages(records).recorded(causes, visible_to, as_of=as_of, last=last)
        )

    async def search(self, text: str, *, limit: int = 50) -> list[Message]:
        """Return messages that hold all words of `text`, best first. The words are never taken for operators."""
        while await self._reader.run(lambda records: search.pending(records.connection)):
            await self._writer.run(lambda connection: search.index_some(Records(connection, self.path)))
        return await self._reader.run(lambda records: _found(records, text, limit))

    async def load_snapshot(self) -> tuple[int, JsonObject] | None:
        """Return the newest snapshot that can be trusted: (seq it stands for, state)."""
        return await self._reader.run(lambda records: records.guarded(lambda: snapshots.load(records.connection)))

    async def save_snapshot(self, seq: int, state: JsonObject) -> None:
        """Keep a state that events up to `seq` fold to. The newest two are kept.

        Raises:
            StoreFull, StoreError: it is not kept; the journal goes on.
        """
        text = json_text(state)
        await self._writer.run(lambda connection: snapshots.save(connection, seq, text))

    async def aclose(self) -> None:
        """Finish what was submitted, checkpoint, close and unlock."""
        await self._writer.aclose()


def _found(records: Records, text: str, limit: int) -> list[Message]:
    seqs = records.guarded(lambda: search.find(records.connection, text, limit))
    return Messages(records).numbered(seqs)
