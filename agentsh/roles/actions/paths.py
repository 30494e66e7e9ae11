"""Paths that a model names. The workspace has the last word; here a bad one becomes a complaint to the model."""

import re

from pydantic import JsonValue

_PATH = re.compile(r"[\w.-]+(?:/[\w.-]+)*\.\w{1,10}")


def is_plain(path: str) -> bool:
    """Return whether `path` is relative, goes nowhere up, and has nothing strange in it."""
    parts = path.split("/")
    return bool(path) and not any(part in ("", ".", "..") for part in parts) and "\\" not in path and ":" not in path


def is_file(text: str) -> bool:
    """Return whether `text` as a whole names a file as programs have them: a plain path with a suffix."""
    return _PATH.fullmatch(text) is not None and is_plain(text) and not text.startswith("-")


def named_in(value: JsonValue) -> list[str]:
    """Return what looks like a path in `value`, each once, in its order."""
    return list(dict.fromkeys(path for text in _texts(value) for path in _PATH.findall(text) if is_plain(path)))


def _texts(value: JsonValue) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list):
        return [text for inner in value for text in _texts(inner)]
    if isinstance(value, dict):
        return [text for inner in value.values() for text in _texts(inner)]
    return []
