"""An event as stored text and back, exactly, with a checksum over all that the row says."""

import json
import sqlite3
from collections.abc import Callable
from hashlib import blake2b
from typing import NamedTuple

from pydantic import JsonValue, ValidationError
from pydantic_core import PydanticSerializationError, to_json

from agentsh.core.errors import StoreError
from agentsh.core.events import EVENTS, Event, Recorded

Unpack = Callable[[JsonValue], JsonValue]

COLUMNS = "seq, at, kind, payload, packed, checksum"


PACKED = 1
"""Long texts in the payload are references (see `texts`)."""
MORE = 2
"""The next event was appended together with this one: a session never stood between the two."""


class Row(NamedTuple):
    """One row of the events table."""

    seq: int
    at: str
    kind: str
    payload: str
    packed: int
    """PACKED and MORE, added up."""
    checksum: bytes


class TextDamaged(Exception):
    """A text that an event refers to is gone or has changed. Never leaves the store."""


class EventDamaged(Exception):
    """Bytes of an event, or of a text that it refers to, are not what was written. Never leaves the store."""

    def __init__(self, seq: int, what: str) -> None:
        super().__init__(what)
        self.seq = seq


def payload_of(event: Event) -> str:
    """Return the event as JSON: a copy, so that nobody changes it before it is written."""
    try:
        return event.model_dump_json(by_alias=True)
    except PydanticSerializationError:
        return json_text(event.model_dump(by_alias=True))


def json_text(value: JsonValue) -> str:
    """Return `value` as JSON. NaN and infinities stay what they are; lone surrogates become escapes."""
    try:
        return to_json(value).decode()
    except PydanticSerializationError:
        return json.dumps(value, separators=(",", ":"))


def checksum(seq: int, at: str, kind: str, payload: str, packed: int) -> bytes:
    """Return blake2b over everything that the row says, 16 bytes."""
    row = f"{seq}\0{at}\0{kind}\0{_MARKS.get(packed, packed)}{payload}"
    # What `lenient` read of damaged text is turned back into the same bytes.
    return blake2b(row.encode("utf-8", "surrogateescape"), digest_size=16).digest()


_MARKS = {0: "", PACKED: "packed\0", MORE: "more\0", PACKED | MORE: "packed\0more\0"}
"""How a checksum spells what is in `packed`."""


def sealed(seq: int, at: str, kind: str, payload: str, packed: int) -> Row:
    """Return the row with its checksum."""
    return Row(seq, at, kind, payload, packed, checksum(seq, at, kind, payload, packed))


def revive(row: Row, unpack: Unpack) -> Recorded:
    """Return the event of a row.

    Raises:
        EventDamaged: the row is not what was written.
        StoreError: it is, but this version does not know such an event.
    """
    if not _intact(row):
        raise EventDamaged(row.seq, f"event {row.seq} does not fit its checksum")
    event = _unpacked(row, unpack) if row.packed & PACKED else _quick(row)
    return Recorded(seq=row.seq, at=row.at, event=event)


def _intact(row: Row) -> bool:
    # A flipped byte can also change a column's type, or make a text that is not UTF-8.
    texts = (row.at, row.kind, row.payload)
    return all(isinstance(text, str) for text in texts) and row.checksum == checksum(*row[:5])


def _quick(row: Row) -> Event:
    try:
        return EVENTS.validate_json(row.payload)
    except ValidationError:
        # Lone surrogates: only the json module reads them.
        return _event(json.loads(row.payload), row)


def _unpacked(row: Row, unpack: Unpack) -> Event:
    try:
        return _event(unpack(json.loads(row.payload)), row)
    except TextDamaged as error:
        raise EventDamaged(row.seq, f"event {row.seq} refers to a text, and {error}") from error


def _event(value: JsonValue, row: Row) -> Event:
    try:
        return EVENTS.validate_python(value)
    except ValidationError as error:
        raise StoreError(
            f"event {row.seq} of kind {row.kind!r} is of a shape that this agentsh does not know",
            hint="upgrade agentsh: pip install --upgrade agentsh",
        ) from error


def text_or_bytes(text: str) -> str | bytes:
    """Return what SQLite can store and find again: itself, or its bytes when it holds lone surrogates."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogatepass")
    return text


def lenient(connection: sqlite3.Connection) -> sqlite3.Connection:
    """Let damaged text be read as it is, so that its checksum can say so; returns the connection."""
    connection.text_factory = _text
    return connection


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
