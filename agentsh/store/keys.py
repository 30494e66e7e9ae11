"""Finds the events of a message id or of a reaction, at a price that does not grow with the session.

New keys go to a small table in the order of the events, one page a commit; now and then it is merged into the sorted
ones, where many keys share a page. Source: the log-structured merge tree, with two levels.
"""

import sqlite3

from agentsh.core.ids import MessageId, ReactionId
from agentsh.store.payload import text_or_bytes

_MERGE_ROWS = 1_000
"""So many keys are looked through at the most, and moved at once."""

Key = str | bytes | None


class Keys:
    """Gathers the keys of a batch of events and writes them; used by the writer, inside its transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows: list[tuple[int, Key, Key]] = []
        (self._unmerged,) = connection.execute("SELECT count(*) FROM recent_keys").fetchone()

    def add(self, seq: int, message: MessageId | None, reaction: ReactionId | None) -> None:
        """Take the keys of one event."""
        if message is not None:
            self._rows.append((seq, text_or_bytes(message), _key(reaction)))
        elif reaction is not None:
            self._rows.append((seq, None, text_or_bytes(reaction)))

    def write(self) -> None:
        """Write what was gathered."""
        if not self._rows:
            return
        self._connection.executemany("INSERT INTO recent_keys (seq, message, reaction) VALUES (?, ?, ?)", self._rows)
        self._unmerged += len(self._rows)
        self._rows.clear()
        if self._unmerged >= _MERGE_ROWS:
            self._merge()

    def _merge(self) -> None:
        self._connection.execute(
            "INSERT INTO messages (id, seq)"
            " SELECT message, seq FROM recent_keys WHERE message IS NOT NULL ORDER BY 1, 2"
        )
        self._connection.execute(
            "INSERT INTO steps (reaction, seq)"
            " SELECT reaction, seq FROM recent_keys WHERE reaction IS NOT NULL ORDER BY 1, 2"
        )
        self._connection.execute("DELETE FROM recent_keys")
        self._unmerged = 0


def seq_of_message(connection: sqlite3.Connection, id: MessageId) -> int | None:
    """Return the number of the newest event that published a message of this id; None when there is none."""
    query = (
        "SELECT max(seq) FROM (SELECT seq FROM messages WHERE id = ?1"
        " UNION ALL SELECT seq FROM recent_keys WHERE message = ?1)"
    )
    (seq,) = connection.execute(query, (_key(id),)).fetchone()
    return None if seq is None else int(seq)


def seqs_of_reaction(connection: sqlite3.Connection, reaction: ReactionId) -> list[int]:
    """Return the numbers of the events that a reaction recorded, in order."""
    query = (
        "SELECT seq FROM steps WHERE reaction = ?1 UNION ALL SELECT seq FROM recent_keys WHERE reaction = ?1 ORDER BY 1"
    )
    return [int(seq) for (seq,) in connection.execute(query, (_key(reaction),))]


def _key(name: str | None) -> Key:
    return None if name is None else text_or_bytes(name)
