"""One spelling for a JSON value, so that equal requests have equal hashes."""

import hashlib
import json

from pydantic import JsonValue

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical_json(value: JsonValue) -> str:
    """Return `value` as JSON with sorted keys and no spaces."""
    return _ENCODER.encode(value)


def digest(text: str) -> str:
    """Return blake2b of `text`, 32 hex digits."""
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def request_hash(value: JsonValue) -> str:
    """Return the hash by which a step's request is told from another one."""
    return digest(canonical_json(value))
