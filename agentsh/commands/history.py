"""What was typed, kept in the home for the next time: for its owner's eyes only, without what looks like a secret."""

import json
import os
from pathlib import Path

from agentsh.core.errors import FileError
from agentsh.core.secrets import redact
from agentsh.library.plain_file import read_plain

MOST_LINES = 1_000
_TOO_MANY = 2 * MOST_LINES
_LONGEST = 10_000
"""Characters; what is longer was pasted, and is not kept."""
_MOST_BYTES = 32 << 20
_APPEND = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK


class History:
    """A file of one JSON string a line, the newest last. A home that cannot be written has no history, and no error."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> list[str]:
        """Return what was typed, oldest first; lines that cannot be read are left out."""
        try:
            lines = read_plain(self._path, _MOST_BYTES).decode("utf-8", "replace").splitlines()
        except (FileNotFoundError, FileError):
            return []
        found = [text for line in lines[-MOST_LINES:] if (text := _read(line))]
        if len(lines) > _TOO_MANY:
            self._shorten(found)
        return found

    def add(self, text: str) -> None:
        """Keep one more."""
        if not text.strip() or len(text) > _LONGEST:
            return
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(self._path, _APPEND, 0o600)
            with open(descriptor, "ab") as file:  # noqa: PTH123  only open() takes a descriptor
                file.write(_written(redact(text)))
        except OSError:
            return

    def _shorten(self, kept: list[str]) -> None:
        new = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        try:
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
            with open(descriptor, "wb") as file:  # noqa: PTH123
                file.writelines(_written(text) for text in kept)
            new.replace(self._path)
        except OSError:
            new.unlink(missing_ok=True)


def _written(text: str) -> bytes:
    return json.dumps(text).encode() + b"\n"


def _read(line: str) -> str:
    try:
        text = json.loads(line)
    except ValueError:
        return ""
    return text if isinstance(text, str) else ""
