"""The sessions of one folder, seen from outside: no lock is taken, and a session may be written meanwhile.

Everything here reads files and blocks while it does: 1,000 sessions take about half a second.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TypeVar

from agentsh.core.errors import SessionDamaged, StoreError, UsageError
from agentsh.core.events import MessagePublished, Recorded
from agentsh.core.ids import SessionName
from agentsh.core.messages import Message
from agentsh.core.summary import SessionSummary
from agentsh.store import schema
from agentsh.store.connections import peek
from agentsh.store.failures import not_a_session, session_damaged, store_error
from agentsh.store.lock import holder
from agentsh.store.messages import Messages
from agentsh.store.names import checked_name, slug
from agentsh.store.projections import stored_tally
from agentsh.store.records import Records, last_good_seq
from agentsh.store.tally import Tally

T = TypeVar("T")

_SUFFIX = ".db"


class SessionFiles:
    """Names and summaries of the session files `NAME.db` in a folder that need not exist yet."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.broken: dict[SessionName, StoreError] = {}
        """Files that the last call of `summaries` had to leave out, and why."""

    def names(self) -> list[SessionName]:
        """Return the names of all session files, sorted; nothing is opened."""
        files = self.folder.glob(f"*{_SUFFIX}")
        return sorted(SessionName(file.stem) for file in files if not file.name.startswith("."))

    def path(self, name: str) -> Path:
        """Return where the session of this name is, or would be.

        Raises:
            UsageError: it cannot be a name.
        """
        return self.folder / f"{checked_name(name)}{_SUFFIX}"

    def summaries(self) -> list[SessionSummary]:
        """Return all sessions that can be read, newest first; `broken` holds the others."""
        self.broken = {}
        found: list[SessionSummary] = []
        for name in self.names():
            try:
                found.append(summary_of(self.folder / f"{name}{_SUFFIX}"))
            except StoreError as error:
                self.broken[name] = error
        return sorted(found, key=lambda summary: (summary.updated_at, summary.name), reverse=True)

    def summary(self, name: str) -> SessionSummary:
        """Return one session.

        Raises:
            UsageError: there is none of this name.
            SessionDamaged, StoreError: its file cannot be read.
        """
        path = self.path(name)
        if not path.exists():
            raise UsageError(f"there is no session {name!r} in {str(self.folder)!r}", hint="see: agentsh sessions list")
        return summary_of(path)

    def latest(self) -> SessionSummary | None:
        """Return the session with the newest event; None without any."""
        return next(iter(self.summaries()), None)

    def new_name(self, idea: str) -> SessionName:
        """Return a name for a new session, made from the idea; unique by -2, -3 …"""
        first = slug(idea)
        return next(name for name in _numbered(first) if not self._is_taken(name))

    def _is_taken(self, name: SessionName) -> bool:
        # The workspace of a session that is gone is taken too.
        return os.path.lexists(self.path(name)) or os.path.lexists(self.folder / name)


def summary_of(path: Path) -> SessionSummary:
    """Return a session file in one glance.

    Raises:
        SessionDamaged, StoreError: it cannot be read.
    """
    tally = _asked(path, lambda connection: _tally(connection, path))
    return tally.summary(path.stem, _size_bytes(path), is_open=holder(path) is not None)


def read_session(path: Path, after: int = 0, limit: int | None = None) -> list[Recorded]:
    """Return events of a session that may be open elsewhere: seq > `after`, oldest first, at most `limit`.

    Raises:
        SessionDamaged: with the number up to which it can be read; so ask again for no more than that.
        StoreError: it cannot be read.
    """
    return _asked(path, lambda connection: _records(connection, path).after(after, limit))


def newest_message(path: Path) -> Message | None:
    """Return what was said last in a session that may be open elsewhere; None when nothing was.

    Raises:
        SessionDamaged, StoreError: it cannot be read.
    """
    found = _asked(
        path, lambda connection: Messages(_records(connection, path)).recorded(None, None, as_of=None, last=1)
    )
    event = found[0].event if found else None
    return event.message if isinstance(event, MessagePublished) else None


def _asked(path: Path, query: Callable[[sqlite3.Connection], T]) -> T:
    try:
        return peek(path, query)
    except ValueError as error:
        raise session_damaged(path, last_good_seq(path), f"its summary cannot be read: {error}") from error
    except (sqlite3.Error, OSError) as error:
        told = store_error(error, path)
        if isinstance(told, SessionDamaged):
            told = session_damaged(path, last_good_seq(path), str(error))
        raise told from error


def _records(connection: sqlite3.Connection, path: Path) -> Records:
    schema.format_of(connection, path)
    return Records(connection, path)


def _tally(connection: sqlite3.Connection, path: Path) -> Tally:
    if path.stat().st_size == 0:
        raise not_a_session(path, "it is empty")
    records = _records(connection, path)
    if schema.format_of(connection, path) == schema.FORMAT and (stored := stored_tally(connection)) is not None:
        return stored
    # An older layout has none, and is not migrated by looking at it.
    tally = Tally()
    for recorded in records.after(0):
        tally.take(recorded)
    return tally


def _size_bytes(path: Path) -> int:
    files = (path, path.with_name(f"{path.name}-wal"))
    return sum(file.stat().st_size for file in files if file.exists())


def _numbered(first: str) -> Iterator[SessionName]:
    return (SessionName(first if number == 1 else f"{first}-{number}") for number in count(1))
