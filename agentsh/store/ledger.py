"""The one owner of a session file while it is open: holds its lock, commits batches, closes without a trace."""

import contextlib
import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, TypeVar

from agentsh.core.errors import SessionDamaged, StoreError
from agentsh.core.events import Event, Recorded
from agentsh.store import projections, schema
from agentsh.store.connections import connect, make_durable, transaction
from agentsh.store.failures import not_a_session, session_damaged, store_error
from agentsh.store.lock import SessionLock
from agentsh.store.payload import MORE, PACKED, Row, json_text, payload_of, sealed
from agentsh.store.records import Records, last_good_seq
from agentsh.store.texts import Packer, may_hold_long

T = TypeVar("T")


class Entry(NamedTuple):
    """An event on its way into the file."""

    recorded: Recorded
    payload: str
    may_be_long: bool
    """Whether something in it may be worth storing once."""
    more: bool = False
    """Whether the next one is appended together with it."""


def entry(seq: int, at: str, event: Event, *, more: bool = False) -> Entry:
    """Return the event as it will be written: a copy, whatever becomes of the original."""
    payload = payload_of(event)
    return Entry(Recorded(seq, at, event), payload, may_hold_long(payload), more)


class Ledger:
    """A session file, open for writing. Belongs to the thread that opened it."""

    def __init__(self, path: Path, lock: SessionLock, connection: sqlite3.Connection) -> None:
        self.path = path
        self._lock = lock
        self._connection = connection
        self._packer = Packer(connection)
        self._projections = projections.Projections(connection)
        self.last_seq = Records(connection, path).last_seq()

    @classmethod
    def open(cls, path: Path, *, create: bool) -> "Ledger":
        """Lock the session file, make or migrate it, and bring its projections up to date.

        Raises:
            SessionLocked, SessionDamaged, StoreFull, StoreError: it is as it was, and not locked by us.
        """
        with _told(path), contextlib.ExitStack() as undo:
            if create:
                path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            else:
                _expect_file(path)
            lock = SessionLock.acquire(path)
            undo.callback(lock.release)
            if create:
                _expect_nothing(path)
                schema.create(path)
            connection = _connection(path)
            undo.callback(connection.close)
            _bring_up_to_date(connection, path)
            ledger = cls(path, lock, connection)
            # It is whole: nothing is undone.
            undo.pop_all()
        return ledger

    def commit(self, entries: Sequence[Entry]) -> None:
        """Make all entries durable in one transaction, or none.

        Raises:
            sqlite3.Error: none is stored.
        """
        with transaction(self._connection):
            self._connection.executemany(
                "INSERT INTO events (seq, at, kind, payload, packed, checksum) VALUES (?, ?, ?, ?, ?, ?)",
                [self._row(entry) for entry in entries],
            )
            for entry in entries:
                self._projections.take(entry.recorded)
            self._projections.write()
        if entries:
            self.last_seq = entries[-1].recorded.seq

    def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Return what `work` does, in a transaction of its own.

        Raises:
            StoreFull, StoreError: nothing of it is stored.
        """
        try:
            with transaction(self._connection):
                return work(self._connection)
        except sqlite3.Error as error:
            raise store_error(error, self.path, self.last_seq) from error

    def squeeze(self) -> None:
        """Let the file have no more pages than it needs. Raises sqlite3.Error: it is as it was."""
        self._connection.execute("VACUUM")

    def close(self) -> None:
        """Move the log into the file, remove it, and unlock. Where that fails, the log stays and nothing is lost."""
        with contextlib.suppress(sqlite3.Error):
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        with contextlib.suppress(sqlite3.Error):
            self._connection.close()
        self._lock.release()

    def _row(self, entry: Entry) -> Row:
        seq, at, event = entry.recorded.seq, entry.recorded.at, entry.recorded.event
        more = MORE if entry.more else 0
        if not entry.may_be_long:
            return sealed(seq, at, event.kind, entry.payload, more)
        packed = json_text(self._packer.pack(json.loads(entry.payload)))
        return sealed(seq, at, event.kind, packed, more | (PACKED if packed != entry.payload else 0))


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    """Let only the store's own errors out."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        told = store_error(error, path)
        if isinstance(told, SessionDamaged):
            told = session_damaged(path, last_good_seq(path), str(error))
        raise told from error


def _expect_file(path: Path) -> None:
    if not path.exists():
        raise StoreError(
            f"there is no session file {str(path)!r}",
            hint="see `agentsh sessions list` for the sessions that there are",
        )
    if not path.is_file():
        raise not_a_session(path, "it is not a file")
    if path.stat().st_size == 0:
        raise not_a_session(path, "it is empty")


def _expect_nothing(path: Path) -> None:
    if path.exists():
        raise StoreError(
            f"the session file {str(path)!r} is there already", hint="choose another name, or resume that session"
        )


def _connection(path: Path) -> sqlite3.Connection:
    connection = connect(path, "rw")
    try:
        schema.format_of(connection, path)
        schema.refuse_what_acts(connection, path)
        path.chmod(0o600)
        make_durable(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _bring_up_to_date(connection: sqlite3.Connection, path: Path) -> None:
    if schema.format_of(connection, path) < schema.FORMAT:
        schema.migrate(connection)
    if not projections.are_current(connection):
        projections.rebuild(connection, path)
