"""Makes a session's file from the first events of another: whole or not at all, and the other stays as it is."""

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from agentsh.core.errors import StoreError, UsageError
from agentsh.core.events import Event
from agentsh.store import schema
from agentsh.store.clock import utc_now
from agentsh.store.connections import peek
from agentsh.store.failures import store_error
from agentsh.store.ledger import Ledger, entry
from agentsh.store.lock import SessionLock
from agentsh.store.records import Records

T = TypeVar("T")

_PAGE_EVENTS = 2_000


def settled_seq(path: Path, seq: int | None) -> int:
    """Return where a session can be cut: `seq`, or the last event that was appended together with that one.

    Args:
        path: the session, which may be open elsewhere.
        seq: None: its newest event.

    Raises:
        UsageError: it has no event of this number.
        StoreError: it cannot be read.
    """

    def look(connection: sqlite3.Connection) -> int:
        schema.format_of(connection, path)
        records = Records(connection, path)
        last = records.last_seq()
        if seq is not None and not 1 <= seq <= last:
            raise UsageError(
                f"session {path.stem!r} has no event {seq}", hint=f"its events are numbered from 1 to {last}"
            )
        return last if seq is None else records.settled(seq)

    return _told(path, lambda: peek(path, look))


def branch(source: Path, target: Path, upto: int, then: Sequence[Event], *, now: Callable[[], str] = utc_now) -> None:
    """Make the session file `target`: the events of `source` up to `upto`, as they were, and `then` after them.

    Args:
        source: a session, which may be open elsewhere.
        target: where nothing is yet.
        upto: where a session can be cut (see `settled_seq`).
        then: what is new.
        now: stamps what is new.

    Raises:
        UsageError: there is something at `target`.
        StoreError: `source` cannot be read, or `target` not be written; there is nothing at `target` then.
    """
    fresh = _copied(source, target, upto, then, now)
    try:
        os.link(fresh, target)
    except FileExistsError:
        raise UsageError(f"session {target.stem!r} is there already", hint="choose another name") from None
    finally:
        fresh.unlink(missing_ok=True)
    _sync(target.parent)


def cut(path: Path, upto: int, then: Sequence[Event], *, now: Callable[[], str] = utc_now) -> None:
    """Let a session that is open nowhere end after event `upto`, and `then` come after that; at one stroke.

    What came later is gone from this file: whoever calls has kept it elsewhere.

    Raises:
        SessionLocked: a live process has it.
        StoreError: it is as it was.
    """
    Ledger.open(path, create=False).close()  # what a killed process has left in the log beside it moves into the file
    lock = SessionLock.acquire(path)
    try:
        if os.path.lexists(f"{path}-wal"):
            raise StoreError(f"session {path.stem!r} is being read elsewhere", hint="try again in a moment")
        _copied(path, path, upto, then, now).replace(path)
        _sync(path.parent)
    finally:
        lock.release()


def _copied(source: Path, target: Path, upto: int, then: Sequence[Event], now: Callable[[], str]) -> Path:
    """Return a finished session file beside `target`, under a name that no session has."""
    fresh = target.with_name(f".{target.name}.branch")

    def copy(connection: sqlite3.Connection) -> None:
        for leftover in (fresh, *(fresh.with_name(f"{fresh.name}{end}") for end in ("-wal", "-shm"))):
            leftover.unlink(missing_ok=True)
        with closing(Ledger.open(fresh, create=True)) as ledger:
            _fill(ledger, Records(connection, source), upto)
            at, last = now(), upto + len(then)
            ledger.commit([entry(seq, at, event, more=seq < last) for seq, event in enumerate(then, start=upto + 1)])

    try:
        _told(source, lambda: peek(source, copy))
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return fresh


def _fill(ledger: Ledger, records: Records, upto: int) -> None:
    seq = 0
    while seq < upto:
        page = records.joined(seq, min(_PAGE_EVENTS, upto - seq))
        if not page:
            raise StoreError(f"event {seq + 1} is not there")
        ledger.commit([entry(one.seq, one.at, one.event, more=more) for one, more in page])
        seq = page[-1][0].seq


def _told(path: Path, work: Callable[[], T]) -> T:
    try:
        return work()
    except (sqlite3.Error, OSError) as error:
        raise store_error(error, path) from error


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
