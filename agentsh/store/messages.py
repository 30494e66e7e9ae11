"""Which messages there are, who may see them and what caused them, found by index however many there are."""

import sqlite3
from collections.abc import Iterator, Sequence

from agentsh.core.errors import StoreError
from agentsh.core.events import MessagePublished, Recorded
from agentsh.core.ids import ActionName, MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.store.keys import seq_of_message
from agentsh.store.payload import text_or_bytes
from agentsh.store.records import Records

Value = str | bytes | int

# Who stands in the audience: everybody who watches; somebody, named in send_to; and `@name` for each of them.
_EVERYBODY = "*"
_SOMEBODY = "."


class Audience:
    """Gathers who may see the messages of a batch and writes it; used by the writer, inside its transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._rows: list[tuple[Value, Value, int]] = []

    def add(self, seq: int, message: Message) -> None:
        """Take one published message."""
        cause = text_or_bytes(message.cause_by)
        self._rows.extend((reader, cause, seq) for reader in _audience(message))

    def write(self) -> None:
        """Write what was gathered."""
        if self._rows:
            self._connection.executemany("INSERT INTO audience (reader, cause, seq) VALUES (?, ?, ?)", self._rows)
            self._rows.clear()


class Messages:
    """Finds messages by way of the index; their text is read from the verified events."""

    def __init__(self, records: Records) -> None:
        self._records = records
        self._connection = records.connection

    def one(self, id: MessageId) -> Message | None:
        """Return a message. After a divergence two may have the same id: the newer one counts."""
        seq = self._records.guarded(lambda: seq_of_message(self._connection, id))
        return None if seq is None else self.numbered([seq])[0]

    def numbered(self, seqs: Sequence[int]) -> list[Message]:
        """Return the messages that these events published, in the order of `seqs`."""
        found = {recorded.seq: _message(recorded) for recorded in self._records.at(seqs)}
        return [found[seq] for seq in seqs]

    def select(
        self,
        causes: Sequence[ActionName] | None,
        visible_to: RoleName | None,
        after: MessageId | None,
        as_of: int | None,
        last: int | None,
    ) -> list[Message]:
        """Return messages as ports.Journal.messages says.

        Raises:
            StoreError: there is no message `after`.
        """
        seqs = self._records.guarded(lambda: self._seqs(causes, visible_to, self._start(after), as_of, last))
        return self.numbered(seqs)

    def recorded(
        self, causes: Sequence[ActionName] | None, visible_to: RoleName | None, *, as_of: int | None, last: int
    ) -> list[Recorded]:
        """Return the events that published the newest `last` messages up to `as_of`, oldest first."""
        seqs = self._records.guarded(lambda: self._seqs(causes, visible_to, 0, as_of, last))
        return self._records.at(seqs)

    def _start(self, after: MessageId | None) -> int:
        if after is None:
            return 0
        if (seq := seq_of_message(self._connection, after)) is None:
            raise StoreError(f"there is no message {after!r} in this session")
        return seq

    def _seqs(
        self,
        causes: Sequence[ActionName] | None,
        visible_to: RoleName | None,
        start: int,
        as_of: int | None,
        last: int | None,
    ) -> list[int]:
        # One index range a pair of reader and cause: each gives its newest few without looking at the others.
        limits = (start, (1 << 62) if as_of is None else as_of, -1 if last is None else last)
        found: set[int] = set()
        for reader in (_EVERYBODY, _SOMEBODY if visible_to is None else _reader(visible_to)):
            topics = self._topics(reader) if causes is None else map(text_or_bytes, causes)
            for topic in topics:
                found.update(self._range(reader, topic, *limits))
        seqs = sorted(found)
        return seqs if last is None else seqs[max(0, len(seqs) - last) :]

    def _range(self, reader: Value, topic: Value, start: int, end: int, limit: int) -> list[int]:
        rows = self._connection.execute(
            "SELECT seq FROM audience WHERE reader = ? AND cause = ? AND seq > ? AND seq <= ?"
            " ORDER BY seq DESC LIMIT ?",
            (reader, topic, start, end, limit),
        )
        return [int(seq) for (seq,) in rows]

    def _topics(self, reader: Value) -> Iterator[Value]:
        """Go from one cause to the next by index: there are few, whatever the number of messages."""
        first = "SELECT min(cause) FROM audience WHERE reader = ?"
        following = "SELECT min(cause) FROM audience WHERE reader = ? AND cause > ?"
        (topic,) = self._connection.execute(first, (reader,)).fetchone()
        while topic is not None:
            yield topic
            (topic,) = self._connection.execute(following, (reader, topic)).fetchone()


def _audience(message: Message) -> set[Value]:
    if not message.send_to:
        return {_EVERYBODY}
    return {_SOMEBODY, *(_reader(role) for role in (*message.send_to, message.sent_from))}


def _reader(role: RoleName) -> Value:
    return text_or_bytes(f"@{role}")


def _message(recorded: Recorded) -> Message:
    if not isinstance(recorded.event, MessagePublished):
        raise StoreError(
            f"the message index points to event {recorded.seq}, which is a {recorded.event.kind!r}",
            hint="run: agentsh sessions check",
        )
    return recorded.event.message
