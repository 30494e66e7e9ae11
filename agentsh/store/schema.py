"""What a session file is laid out like, and how older layouts become the present one.

A new file is laid out by the same steps as an old one, without loading sqlite-utils: that takes 30 ms and 47 modules,
between a sentence and the first request. An old file is migrated by sqlite-utils, which finds its records in both.
"""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Protocol

from agentsh.core.errors import StoreError
from agentsh.store.clock import utc_now
from agentsh.store.connections import connect, make_durable, transaction
from agentsh.store.failures import not_a_session

APPLICATION_ID = 0x61677368
"""`agsh`: tells a session from other SQLite files."""
FORMAT = 2
"""The layout that this version writes: the number of the last migration, kept as SQLite's user_version."""
_SET = "agentsh.session"


class Database(Protocol):
    """What a migration needs: a connection has it, and so has sqlite-utils's database."""

    def execute(self, sql: str, /) -> sqlite3.Cursor:
        """Run one statement."""


def m001_events(db: Database) -> None:
    """The append-only truth: one row an event, with a checksum."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")
    db.execute(
        "CREATE TABLE events (seq INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, payload TEXT NOT NULL,"
        " checksum BLOB NOT NULL)"
    )


def m002_projections(db: Database) -> None:
    """Long texts once; messages, steps and the summary found without reading all events; snapshots; text search."""
    db.execute("PRAGMA user_version = 2")
    db.execute("ALTER TABLE events ADD COLUMN packed INTEGER NOT NULL DEFAULT 0")
    db.execute(
        "CREATE TABLE texts (id INTEGER PRIMARY KEY, digest BLOB NOT NULL, seal BLOB NOT NULL,"
        " deflated INTEGER NOT NULL, body BLOB NOT NULL)"
    )
    db.execute("CREATE UNIQUE INDEX idx_texts_digest ON texts (digest)")
    db.execute("CREATE TABLE messages (id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (id, seq)) WITHOUT ROWID")
    db.execute(
        "CREATE TABLE audience (reader TEXT NOT NULL, cause TEXT NOT NULL, seq INTEGER NOT NULL,"
        " PRIMARY KEY (reader, cause, seq)) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE steps (reaction TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (reaction, seq)) WITHOUT ROWID"
    )
    db.execute("CREATE TABLE recent_keys (seq INTEGER PRIMARY KEY, message TEXT, reaction TEXT)")
    db.execute("CREATE TABLE summary (id INTEGER PRIMARY KEY, tally TEXT NOT NULL)")
    db.execute(
        "CREATE TABLE snapshots (seq INTEGER PRIMARY KEY, format INTEGER NOT NULL, state BLOB NOT NULL,"
        " checksum BLOB NOT NULL)"
    )
    db.execute("CREATE TABLE progress (name TEXT PRIMARY KEY, value INTEGER NOT NULL)")
    # Contentless: the index alone. The words stand in the events already.
    db.execute("CREATE VIRTUAL TABLE message_words USING fts5(content, content='', tokenize='unicode61')")


_MIGRATIONS: tuple[Callable[[Database], None], ...] = (m001_events, m002_projections)


def format_of(connection: sqlite3.Connection, path: Path) -> int:
    """Return the layout of a session file; changes nothing.

    Raises:
        StoreError: it is no session file, or a newer agentsh has written it.
        sqlite3.DatabaseError: it is no SQLite file, or damaged.
    """
    (application_id,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application_id != APPLICATION_ID:
        raise not_a_session(path, "it is an SQLite database of something else")
    if version > FORMAT:
        raise StoreError(
            f"the session file {str(path)!r} has format {version}, and this agentsh knows formats up to {FORMAT}",
            hint="upgrade agentsh: pip install --upgrade agentsh",
        )
    return int(version)


def refuse_what_acts(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a session file that would do something of its own when it is written: agentsh makes none.

    Whoever sent it could have what is written changed into approvals, behind the back of the process that writes.

    Raises:
        StoreError: it holds a trigger or a view.
        sqlite3.DatabaseError: it is damaged.
    """
    found = connection.execute("SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchone()
    if found is not None:
        raise StoreError(
            f"the session file {str(path)!r} holds a {found[0]} {str(found[1])[:60]!r}: agentsh makes none",
            hint="Somebody made it so; do not go on with it. It can be read: agentsh sessions export NAME",
        )


def migrate(connection: sqlite3.Connection) -> None:
    """Apply the migrations that are missing, each in a transaction of its own, recorded by name."""
    from sqlite_utils import Database as Utils
    from sqlite_utils import Migrations

    missing = Migrations(_SET)
    for migration in _MIGRATIONS:
        missing()(migration)
    missing.apply(Utils(connection, execute_plugins=False))


def create(path: Path) -> None:
    """Make an empty session file of mode 0600, whole or not at all. The caller holds its lock.

    Raises:
        OSError, sqlite3.Error: it could not be written.
    """
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    try:
        os.close(os.open(fresh, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        with closing(connect(fresh, "rw")) as connection:
            # Nobody can have it yet, so one fsync at the end is enough.
            connection.execute("PRAGMA synchronous = OFF")
            _lay_out(connection)
            make_durable(connection)
        _sync(fresh)
        fresh.rename(path)
        _sync(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


def _lay_out(connection: sqlite3.Connection) -> None:
    """Do what `migrate` does to an empty file, with the same records of it."""
    with transaction(connection):
        connection.execute(
            "CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set TEXT, name TEXT, applied_at TEXT)"
        )
        connection.execute(
            "CREATE UNIQUE INDEX idx__sqlite_migrations_migration_set_name ON _sqlite_migrations (migration_set, name)"
        )
        for migration in _MIGRATIONS:
            migration(connection)
            connection.execute(
                "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES (?, ?, ?)",
                (_SET, migration.__name__, utc_now()),
            )


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
