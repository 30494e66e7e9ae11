"""What is derived from events and kept beside them, in the same transaction; it can always be made anew."""

import sqlite3
from pathlib import Path

from agentsh.core import events as e
from agentsh.core.events import Recorded
from agentsh.core.ids import ReactionId
from agentsh.store.connections import transaction
from agentsh.store.keys import Keys, seqs_of_reaction
from agentsh.store.messages import Audience
from agentsh.store.records import Records
from agentsh.store.tally import Tally

VERSION = 2
"""Raise it when a projection changes its meaning: every session makes its projections anew when next opened."""
_REBUILD_EVENTS = 5_000
_STEPS = (e.StepFinished, e.StepStarted, e.StepFailed, e.ReactionDiverged)

CONTENTS = {
    "message ids": "SELECT id, seq FROM messages"
    " UNION ALL SELECT message, seq FROM recent_keys WHERE message IS NOT NULL ORDER BY 1, 2",
    "steps": "SELECT reaction, seq FROM steps"
    " UNION ALL SELECT reaction, seq FROM recent_keys WHERE reaction IS NOT NULL ORDER BY 1, 2",
    "readers": "SELECT reader, cause, seq FROM audience ORDER BY 1, 2, 3",
    "counts of the summary": "SELECT tally FROM summary",
}
"""What each projection says, for comparing."""


class Projections:
    """Keeps the indexes and the summary in step with the events; used by the writer, inside its transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._audience = Audience(connection)
        self._keys = Keys(connection)
        self._tally = stored_tally(connection) or Tally()

    def take(self, recorded: Recorded) -> None:
        """Take one more event."""
        seq, event = recorded.seq, recorded.event
        reaction = recording_reaction(event)
        if isinstance(event, e.MessagePublished):
            self._audience.add(seq, event.message)
            self._keys.add(seq, event.message.id, reaction)
        elif reaction is not None:
            self._keys.add(seq, None, reaction)
        self._tally.take(recorded)

    def write(self) -> None:
        """Write what follows from the events taken since the last time."""
        self._audience.write()
        self._keys.write()
        self._connection.execute("INSERT OR REPLACE INTO summary (id, tally) VALUES (1, ?)", (self._tally.dump(),))


def recording_reaction(event: e.Event) -> ReactionId | None:
    """Return the reaction that this event is a recorded step of; None when it is not one."""
    if isinstance(event, _STEPS):
        return event.reaction
    if isinstance(event, e.MessagePublished) and event.ordinal is not None:
        return event.message.reaction
    return None


def stored_tally(connection: sqlite3.Connection) -> Tally | None:
    """Return the summary's count; None when there is none yet."""
    row = connection.execute("SELECT tally FROM summary WHERE id = 1").fetchone()
    return None if row is None else Tally.load(row[0])


def steps(records: Records, reaction: ReactionId) -> list[Recorded]:
    """Return what one reaction has recorded, oldest first."""
    return records.at(records.guarded(lambda: seqs_of_reaction(records.connection, reaction)))


def are_current(connection: sqlite3.Connection) -> bool:
    """Return whether this version's projections stand beside the events."""
    row = connection.execute("SELECT value FROM progress WHERE name = 'projections'").fetchone()
    return row is not None and bool(row[0] == VERSION)


def rebuild(connection: sqlite3.Connection, path: Path) -> None:
    """Make all projections anew from the events.

    Raises:
        SessionDamaged: an event is damaged; the old projections stay.
    """
    with transaction(connection):
        for table in ("messages", "steps", "recent_keys", "audience", "summary"):
            connection.execute(f"DELETE FROM {table}")  # noqa: S608  the names are above
        projections = Projections(connection)
        records = Records(connection, path)
        seq = 0
        while batch := records.after(seq, _REBUILD_EVENTS):
            for recorded in batch:
                projections.take(recorded)
            projections.write()
            seq = batch[-1].seq
        connection.execute("INSERT OR REPLACE INTO progress (name, value) VALUES ('projections', ?)", (VERSION,))
