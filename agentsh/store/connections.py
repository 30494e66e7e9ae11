"""Connections to a session file: one that writes durably, some that only read, and one glance at a file of others."""

import os
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Literal, TypeVar

from agentsh.core.errors import SessionDamaged
from agentsh.store.failures import not_a_session

T = TypeVar("T")
Mode = Literal["rw", "ro"]

_BUSY_S = 5.0
"""How long to wait for another process that checkpoints."""
_OPENED = ("", "-wal", "-shm", "-journal")
"""What SQLite opens: a file, and what stands beside it. For a pipe it would wait for ever."""


def connect(path: Path, mode: Mode, *, immutable: bool = False) -> sqlite3.Connection:
    """Return a connection without transactions of its own making; it belongs to the calling thread.

    Raises:
        StoreError: it, or what stands beside it, is a folder, a pipe or a device.
        sqlite3.Error: it cannot be opened.
    """
    for end in _OPENED:
        _expect_plain(path.with_name(f"{path.name}{end}"))
    options = f"mode={mode}&immutable=1" if immutable else f"mode={mode}"
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?{options}", uri=True, isolation_level=None, timeout=_BUSY_S
    )
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA temp_store = MEMORY")
    if mode == "ro":
        # So that a file that was cut short is read up to the cut, instead of not at all.
        connection.execute("PRAGMA writable_schema = ON")
    return connection


def _expect_plain(path: Path) -> None:
    with suppress(FileNotFoundError):
        if not stat.S_ISREG(path.stat().st_mode):
            raise not_a_session(path, "it is not a plain file")


def make_durable(connection: sqlite3.Connection) -> None:
    """Let a commit return only when it would survive a power cut: WAL with synchronous=FULL."""
    if connection.execute("PRAGMA journal_mode = WAL").fetchone() != ("wal",):
        raise sqlite3.OperationalError("this file system cannot hold a write-ahead log")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what is done inside, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # A failed commit has often rolled back by itself; what matters is the error that is under way.
        with suppress(sqlite3.Error):
            connection.execute("ROLLBACK")
        raise


def peek(path: Path, query: Callable[[sqlite3.Connection], T]) -> T:
    """Return what `query` reads from a session that may be open elsewhere, without locking it or leaving files behind.

    A file at rest has no write-ahead log; it is read as immutable, since a plain read-only connection would leave an
    empty log beside it. If it comes to life meanwhile, it is read again, as a live one.

    Raises:
        sqlite3.Error, SessionDamaged: as `query` does.
    """
    before = _at_rest(path)
    if before is not None:
        try:
            answer = _ask(path, query, immutable=True)
        except (sqlite3.Error, SessionDamaged):
            if _at_rest(path) == before:
                raise
        else:
            if _at_rest(path) == before:
                return answer
    return _ask(path, query, immutable=False)


def _ask(path: Path, query: Callable[[sqlite3.Connection], T], *, immutable: bool) -> T:
    with closing(connect(path, "ro", immutable=immutable)) as connection:
        # All of a query sees the same moment, whatever is committed meanwhile.
        connection.execute("BEGIN")
        return query(connection)


def _at_rest(path: Path) -> tuple[int, int, int] | None:
    """Return what changes when the file does; None while it has a write-ahead log."""
    if os.path.lexists(f"{path}-wal"):
        return None
    state = path.stat()
    return state.st_ino, state.st_size, state.st_mtime_ns
