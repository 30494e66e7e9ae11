"""Long texts are stored once: a request that repeats a long history costs a few hundred bytes, not all of it again.

Strings become references by number. Long lists are cut where their content says so (a cut depends only on the items
around it, so the same run of items is cut alike wherever it stands), and the pieces become references as well, level
upon level. Source: content-defined chunking as in LBFS, and the prolly trees of Noms.
"""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterator
from itertools import chain

from pydantic import JsonValue

from agentsh.store.payload import TextDamaged, json_text

LONG_CHARS = 256
"""A string of this many characters is stored once."""
_LONG_LIST = 32
"""A list of this many items is looked at for pieces."""
_PIECE_BYTES = 1024
_PIECE_MAX_BYTES = 16 * 1024
_DEFLATE_BYTES = 512
"""Texts of this size are compressed."""
_KNOWN = 20_000
"""How many texts the writer remembers, to spare itself look-ups."""

# A string in a packed payload that begins with MARK is one of these three.
_MARK = "\x01"
_STRING = "\x01s"
_ITEMS = "\x01i"
_AS_IS = "\x01="


def may_hold_long(payload: str) -> bool:
    """Return whether something in this JSON may be long; False is certain."""
    if len(payload) < LONG_CHARS:
        return False
    if len(payload) >= _PIECE_BYTES or '\\"' in payload:
        return True
    # Where no quote is escaped, a long string is so many characters without one.
    start, last = 0, len(payload) - LONG_CHARS
    while start <= last and (quote := payload.rfind('"', start, start + LONG_CHARS)) >= 0:
        start = quote + 1
    return start <= last


class Packer:
    """Replaces long texts by references and stores them; used by the writer, inside its transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._known: dict[bytes, int] = {}
        self._last_number: int = connection.execute("SELECT coalesce(max(id), 0) FROM texts").fetchone()[0]

    def pack(self, value: JsonValue) -> JsonValue:
        """Return `value` with references in place of what is long."""
        if isinstance(value, str):
            return self._pack_text(value)
        if isinstance(value, dict):
            return {key: self.pack(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return self._pack_items([self.pack(item) for item in value])
        return value

    def _pack_text(self, text: str) -> str:
        if len(text) >= LONG_CHARS:
            return _STRING + self._keep(text.encode("utf-8", "surrogatepass"))
        return _AS_IS + text if text.startswith(_MARK) else text

    def _pack_items(self, items: list[JsonValue]) -> list[JsonValue]:
        while len(items) >= _LONG_LIST:
            *whole, rest = _pieces(items)
            if not whole:
                break
            items = [*(_ITEMS + self._keep(json_text(piece).encode()) for piece in whole), *rest]
        return items

    def _keep(self, body: bytes) -> str:
        digest = _digest(body)
        number = self._known.get(digest) or self._stored(digest) or self._store(digest, body)
        self._remember(digest, number)
        return str(number)

    def _stored(self, digest: bytes) -> int | None:
        row = self._connection.execute("SELECT id FROM texts WHERE digest = ?", (digest,)).fetchone()
        return None if row is None else int(row[0])

    def _store(self, digest: bytes, body: bytes) -> int:
        self._last_number += 1
        small = zlib.compress(body, 6) if len(body) >= _DEFLATE_BYTES else body
        deflated, kept = (1, small) if len(small) < len(body) else (0, body)
        self._connection.execute(
            "INSERT INTO texts (id, digest, seal, deflated, body) VALUES (?, ?, ?, ?, ?)",
            (self._last_number, digest, _seal(self._last_number, digest), deflated, kept),
        )
        return self._last_number

    def _remember(self, digest: bytes, number: int) -> None:
        if len(self._known) >= _KNOWN:
            self._known.clear()
        self._known[digest] = number


class Unpacker:
    """Puts the texts back in place of their references."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def unpack(self, value: JsonValue) -> JsonValue:
        """Return `value` as it was before `Packer.pack`.

        Raises:
            TextDamaged: a text is gone or has changed.
        """
        if isinstance(value, str):
            return self._unpack_text(value)
        if isinstance(value, dict):
            return {key: self.unpack(item) for key, item in value.items()}
        if isinstance(value, list):
            return list(chain.from_iterable(self._unpack_item(item) for item in value))
        return value

    def _unpack_text(self, text: str) -> str:
        if text.startswith(_STRING):
            return fetch(self._connection, int(text[len(_STRING) :])).decode("utf-8", "surrogatepass")
        return text.removeprefix(_AS_IS)

    def _unpack_item(self, item: JsonValue) -> list[JsonValue]:
        if not isinstance(item, str) or not item.startswith(_ITEMS):
            return [self.unpack(item)]
        piece = self.unpack(json.loads(fetch(self._connection, int(item[len(_ITEMS) :]))))
        return piece if isinstance(piece, list) else [piece]


def fetch(connection: sqlite3.Connection, number: int) -> bytes:
    """Return the text of this number.

    Raises:
        TextDamaged: it is gone or has changed.
    """
    query = "SELECT digest, seal, deflated, body FROM texts WHERE id = ?"
    if (row := connection.execute(query, (number,)).fetchone()) is None:
        raise TextDamaged(f"text {number} is not there")
    digest, seal, deflated, kept = row
    try:
        body = zlib.decompress(kept) if deflated else kept
    except (zlib.error, TypeError) as error:
        raise TextDamaged(f"text {number} cannot be decompressed") from error
    if not isinstance(body, bytes) or _digest(body) != digest or _seal(number, digest) != seal:
        raise TextDamaged(f"text {number} does not fit its checksum")
    return body


def _digest(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).digest()


def _seal(number: int, digest: bytes) -> bytes:
    """Bind a text to its number, so that one is never read in place of another."""
    return hashlib.blake2b(f"{number}\0".encode() + digest, digest_size=8).digest()


def _pieces(items: list[JsonValue]) -> Iterator[list[JsonValue]]:
    """Cut `items` where their content says so; the last piece is what is left, perhaps nothing."""
    piece: list[JsonValue] = []
    size = 0
    for item in items:
        spelling = json_text(item).encode()
        piece.append(item)
        size += len(spelling)
        # One item in four ends a piece, if the piece is worth a row.
        if size >= _PIECE_MAX_BYTES or (size >= _PIECE_BYTES and zlib.crc32(spelling) % 4 == 0):
            yield piece
            piece, size = [], 0
    yield piece
