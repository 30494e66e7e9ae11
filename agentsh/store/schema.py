"""What a session file is laid out like, and how older layouts become the present one."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from agentsh.core.errors import StoreError
from agentsh.store.connections import connect, make_durable
from agentsh.store.failures import not_a_session

if TYPE_CHECKING:
    from sqlite_utils import Database, Migrations

APPLICATION_ID = 0x61677368
"""`agsh`: tells a session from other SQLite files."""
FORMAT = 2
"""The layout that this version writes: the number of the last migration, kept as SQLite's user_version."""


def m001_events(db: "Database") -> None:
    """The append-only truth: one row an event, with a checksum."""
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")
    db.table("events").create(
        {"seq": int, "at": str, "kind": str, "payload": str, "checksum": bytes},
        pk="seq",
        not_null={"at", "kind", "payload", "checksum"},
    )


def m002_projections(db: "Database") -> None:
    """Long texts once; messages, steps and the summary found without reading all events; snapshots; text search."""
    db.execute("PRAGMA user_version = 2")
    db.table("events").add_column("packed", int, not_null_default=0)
    db.table("texts").create(
        {"id": int, "digest": bytes, "seal": bytes, "deflated": int, "body": bytes},
        pk="id",
        not_null={"digest", "seal", "deflated", "body"},
    )
    db.table("texts").create_index(["digest"], unique=True)
    db.execute("CREATE TABLE messages (id TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (id, seq)) WITHOUT ROWID")
    db.execute(
        "CREATE TABLE audience (reader TEXT NOT NULL, cause TEXT NOT NULL, seq INTEGER NOT NULL,"
        " PRIMARY KEY (reader, cause, seq)) WITHOUT ROWID"
    )
    db.execute(
        "CREATE TABLE steps (reaction TEXT NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (reaction, seq)) WITHOUT ROWID"
    )
    db.table("recent_keys").create({"seq": int, "message": str, "reaction": str}, pk="seq")
    db.table("summary").create({"id": int, "tally": str}, pk="id", not_null={"tally"})
    db.table("snapshots").create(
        {"seq": int, "format": int, "state": bytes, "checksum": bytes},
        pk="seq",
        not_null={"format", "state", "checksum"},
    )
    db.table("progress").create({"name": str, "value": int}, pk="name", not_null={"value"})
    # Contentless: the index alone. The words stand in the events already.
    db.execute("CREATE VIRTUAL TABLE message_words USING fts5(content, content='', tokenize='unicode61')")


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


def migrate(connection: sqlite3.Connection) -> None:
    """Apply the migrations that are missing, each in a transaction of its own, recorded by name."""
    # 30 ms, and only a new or an old file needs it.
    from sqlite_utils import Database

    _migrations().apply(Database(connection, execute_plugins=False))


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
            migrate(connection)
            make_durable(connection)
        _sync(fresh)
        fresh.rename(path)
        _sync(path.parent)
    finally:
        fresh.unlink(missing_ok=True)


def _migrations() -> "Migrations":
    from sqlite_utils import Migrations

    migrations = Migrations("agentsh.session")
    migrations()(m001_events)
    migrations()(m002_projections)
    return migrations


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
