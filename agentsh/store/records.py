"""Reads events, each verified by its checksum; says up to where a damaged file is good."""

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from agentsh.core.errors import SessionDamaged, StoreError
from agentsh.core.events import Recorded
from agentsh.store.connections import peek
from agentsh.store.failures import session_damaged, store_error
from agentsh.store.payload import COLUMNS, MORE, EventDamaged, Row, lenient, revive
from agentsh.store.texts import Unpacker

T = TypeVar("T")


class Records:
    """The events of one session file, through one connection of the calling thread.

    Every method raises SessionDamaged where bytes have changed, and StoreError where the file cannot be read.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection = lenient(connection)
        self._path = path
        self._unpack = Unpacker(connection).unpack
        # A layout before references (see schema.m001_events) has no such column.
        names = {row[1] for row in connection.execute("PRAGMA table_info(events)")}
        self._columns = COLUMNS if "packed" in names else COLUMNS.replace("packed", "0")

    def last_seq(self) -> int:
        """Return the number of the newest event; 0 when there is none."""
        return self.guarded(self._last_seq)

    def after(self, seq: int, limit: int | None = None) -> list[Recorded]:
        """Return events with a number above `seq`, oldest first, at most `limit`; a gap is damage."""
        return self.guarded(lambda: list(self._after(seq, limit)))

    def of_kinds(self, kinds: Sequence[str], seq: int, limit: int | None = None) -> list[Recorded]:
        """Return events of these kinds with a number above `seq`, oldest first, at most `limit`."""
        return self.guarded(lambda: self._of_kinds(kinds, seq, limit))

    def settled(self, seq: int) -> int:
        """Return `seq`, or the number of the last event that was appended together with that one."""
        return self.guarded(lambda: self._settled(seq))

    def joined(self, seq: int, limit: int) -> list[tuple[Recorded, bool]]:
        """Return events as `after` does, each with whether the next one was appended together with it."""
        rows = self.guarded(lambda: list(self._rows(seq, limit)))
        return list(zip(self.after(seq, limit), (bool(row.packed & MORE) for row in rows), strict=True))

    def at(self, seqs: Sequence[int]) -> list[Recorded]:
        """Return the events with these numbers, oldest first."""
        return self.guarded(lambda: self._at(seqs))

    def guarded(self, query: Callable[[], T]) -> T:
        """Return what `query` reads; tell damage and SQLite's errors in the store's words."""
        try:
            return query()
        except EventDamaged as error:
            raise self._damaged(str(error)) from error
        except sqlite3.Error as error:
            told = store_error(error, self._path)
            if isinstance(told, SessionDamaged):
                told = self._damaged(str(error))
            raise told from error

    def _damaged(self, what: str) -> SessionDamaged:
        return session_damaged(self._path, self.last_good_seq(), what)

    def last_good_seq(self) -> int:
        """Return the number up to which every event can be read; reads all of them."""
        good = 0
        try:
            for recorded in self._after(0, None):
                good = recorded.seq
        except (EventDamaged, StoreError, sqlite3.Error):
            return good
        return good

    def faults(self) -> Iterator[str]:
        """Yield what is wrong with each event that is not as it was written; goes on behind it.

        Raises:
            sqlite3.DatabaseError: the file itself does not hold together.
        """
        expected = 1
        for row in self._rows(0, None):
            if row.seq != expected:
                yield f"events {expected} to {row.seq - 1} are not there"
            expected = row.seq + 1
            try:
                revive(row, self._unpack)
            except (EventDamaged, StoreError) as error:
                yield str(error)

    def _last_seq(self) -> int:
        (seq,) = self.connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()
        return int(seq)

    def _settled(self, seq: int) -> int:
        for row in self._rows(seq - 1, None):
            if not row.packed & MORE:
                return row.seq
        return seq

    def _rows(self, seq: int, limit: int | None) -> Iterator[Row]:
        rows = self.connection.execute(
            f"SELECT {self._columns} FROM events WHERE seq > ? ORDER BY seq LIMIT ?",  # noqa: S608  the columns are ours
            (seq, -1 if limit is None else limit),
        )
        return map(Row._make, rows)

    def _after(self, seq: int, limit: int | None) -> Iterator[Recorded]:
        for expected, row in enumerate(self._rows(seq, limit), start=seq + 1):
            if row.seq != expected:
                raise EventDamaged(expected, f"event {expected} is not there")
            yield revive(row, self._unpack)

    def _of_kinds(self, kinds: Sequence[str], seq: int, limit: int | None) -> list[Recorded]:
        rows = self.connection.execute(
            f"SELECT {self._columns} FROM events"  # noqa: S608  the columns are ours
            " WHERE seq > ? AND kind IN (SELECT value FROM json_each(?)) ORDER BY seq LIMIT ?",
            (seq, json.dumps(list(kinds)), -1 if limit is None else limit),
        )
        return [revive(row, self._unpack) for row in map(Row._make, rows)]

    def _at(self, seqs: Sequence[int]) -> list[Recorded]:
        rows = self.connection.execute(
            f"SELECT {self._columns} FROM events"  # noqa: S608  the columns are ours
            " WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq",
            (json.dumps(list(seqs)),),
        )
        found = [revive(row, self._unpack) for row in map(Row._make, rows)]
        if len(found) != len(set(seqs)):
            missing = min(set(seqs) - {recorded.seq for recorded in found})
            raise EventDamaged(missing, f"event {missing} is not there")
        return found


def last_good_seq(path: Path) -> int:
    """Return the number up to which the events of a damaged file can be read; 0 when none can."""
    try:
        return peek(path, lambda connection: Records(connection, path).last_good_seq())
    except (sqlite3.Error, OSError):
        return 0
