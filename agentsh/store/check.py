"""Looks at every byte that a session has stored and says what is wrong with it."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from agentsh.core.errors import SessionDamaged
from agentsh.core.model import Frozen
from agentsh.store import projections, schema, snapshots
from agentsh.store.connections import peek
from agentsh.store.failures import store_error
from agentsh.store.payload import TextDamaged
from agentsh.store.records import Records
from agentsh.store.texts import fetch


class Check(Frozen):
    """What a look at a whole session file found."""

    events: int
    last_good_seq: int
    """Every event up to this one can be read."""
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def check(path: Path) -> Check:
    """Verify every event, text, snapshot and projection of a session, which may be open elsewhere.

    Raises:
        StoreError: it is not a session file, or of a newer version; there is nothing to check.
    """
    try:
        return peek(path, lambda connection: _look(connection, path))
    except (sqlite3.Error, OSError) as error:
        told = store_error(error, path)
        if not isinstance(told, SessionDamaged):
            raise told from error
        return Check(events=0, last_good_seq=0, faults=(str(error),))


def _look(connection: sqlite3.Connection, path: Path) -> Check:
    layout = schema.format_of(connection, path)
    records = Records(connection, path)
    faults = [*_told(_pages(connection)), *_told(records.faults())]
    if layout == schema.FORMAT:
        faults += [*_told(_texts(connection)), *_told(_snapshots(connection))]
        # What cannot be read cannot be compared.
        faults += [] if faults else _told(_projections(connection, records))
    last_good_seq = records.last_good_seq()
    return Check(events=max(last_good_seq, _count(connection)), last_good_seq=last_good_seq, faults=tuple(faults))


def _told(faults: Iterator[str]) -> Iterator[str]:
    try:
        yield from faults
    except sqlite3.DatabaseError as error:
        yield f"SQLite: {error}"


def _count(connection: sqlite3.Connection) -> int:
    try:
        (number,) = connection.execute("SELECT count(*) FROM events").fetchone()
    except sqlite3.DatabaseError:
        return 0
    return int(number)


def _pages(connection: sqlite3.Connection) -> Iterator[str]:
    for (line,) in connection.execute("PRAGMA integrity_check(20)"):
        if line != "ok":
            yield f"SQLite: {line}"


def _texts(connection: sqlite3.Connection) -> Iterator[str]:
    for (number,) in connection.execute("SELECT id FROM texts ORDER BY id").fetchall():
        try:
            fetch(connection, number)
        except TextDamaged as error:
            yield str(error)


def _snapshots(connection: sqlite3.Connection) -> Iterator[str]:
    for seq in snapshots.damaged(connection):
        yield f"the snapshot at {seq} does not fit its checksum, so it is ignored"


def _projections(connection: sqlite3.Connection, records: Records) -> Iterator[str]:
    """Make the projections anew beside the file, and compare."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        schema.migrate(fresh)
        expected = projections.Projections(fresh)
        for recorded in records.after(0):
            expected.take(recorded)
        expected.write()
        for name, query in projections.CONTENTS.items():
            if connection.execute(query).fetchall() != fresh.execute(query).fetchall():
                yield f"the {name} do not follow from the events"
