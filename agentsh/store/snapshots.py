"""A state that events fold to, kept so that opening a session need not fold all of them. Never needed, only quicker."""

import hashlib
import json
import sqlite3
import zlib

from agentsh.core.model import JsonObject

FORMAT = 1
"""Of the stored bytes: zlib over JSON."""
_KEPT = 2


def save(connection: sqlite3.Connection, seq: int, state: str) -> None:
    """Keep the JSON `state` for `seq`, and of the older ones the newest; inside the caller's transaction."""
    (last_seq,) = connection.execute("SELECT coalesce(max(seq), 0) FROM events").fetchone()
    body = zlib.compress(state.encode())
    connection.execute("DELETE FROM snapshots WHERE seq > ?", (last_seq,))
    connection.execute(
        "INSERT OR REPLACE INTO snapshots (seq, format, state, checksum) VALUES (?, ?, ?, ?)",
        (seq, FORMAT, body, _checksum(seq, body)),
    )
    connection.execute(
        "DELETE FROM snapshots WHERE seq NOT IN (SELECT seq FROM snapshots ORDER BY seq DESC LIMIT ?)", (_KEPT,)
    )


def load(connection: sqlite3.Connection) -> tuple[int, JsonObject] | None:
    """Return the newest snapshot that is whole and stands for events that are there; None without one."""
    rows = connection.execute(
        "SELECT seq, state, checksum FROM snapshots"
        " WHERE format <= ? AND seq <= (SELECT coalesce(max(seq), 0) FROM events) ORDER BY seq DESC",
        (FORMAT,),
    )
    for seq, body, checksum in rows:
        if (state := _state(seq, body, checksum)) is not None:
            return int(seq), state
    return None


def damaged(connection: sqlite3.Connection) -> list[int]:
    """Return the numbers of the snapshots that do not fit their checksum."""
    rows = connection.execute("SELECT seq, state, checksum FROM snapshots WHERE format <= ?", (FORMAT,))
    return [int(seq) for seq, body, checksum in rows if _state(seq, body, checksum) is None]


def _state(seq: int, body: bytes, checksum: bytes) -> JsonObject | None:
    if not isinstance(body, bytes) or checksum != _checksum(seq, body):
        return None
    state = json.loads(zlib.decompress(body))
    return state if isinstance(state, dict) else None


def _checksum(seq: int, body: bytes) -> bytes:
    return hashlib.blake2b(f"{seq}\0".encode() + body, digest_size=16).digest()
