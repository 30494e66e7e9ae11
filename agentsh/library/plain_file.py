"""Reads files that a project may have brought: a pipe is not waited for, a device not read, a flood not taken in."""

import os
import stat
from pathlib import Path
from typing import Final

from agentsh.core.errors import FileError

MOST_BYTES: Final = 1 << 20
_OPEN = os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_INSTEAD = "Take it away, or put the file in its place."


def read_plain(path: Path, most_bytes: int = MOST_BYTES, *, follow: bool = True) -> bytes:
    """Return what a plain file holds; a link to one is followed only with `follow`.

    Raises:
        FileNotFoundError: nothing is there.
        FileError: it is a folder, a pipe, a socket or a device, cannot be read, or holds more than `most_bytes`.
    """
    content = _start_of(path, most_bytes + 1, _OPEN if follow else _OPEN | os.O_NOFOLLOW)
    if len(content) > most_bytes:
        raise FileError(str(path), None, f"larger than {_size(most_bytes)}", hint="Split it, or leave the data out.")
    return content


def _start_of(path: Path, size_bytes: int, flags: int) -> bytes:
    try:
        descriptor = os.open(path, flags)
        try:
            # What was opened is looked at, and not what stood there a moment before.
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise FileError(str(path), None, "is not a plain file", hint=_INSTEAD)
            with open(descriptor, "rb", closefd=False) as file:
                return file.read(size_bytes)
        finally:
            os.close(descriptor)
    except FileNotFoundError:
        raise
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise FileError(str(path), None, f"cannot be read: {reason}", hint="Check its owner and mode.") from None


def _size(most_bytes: int) -> str:
    return f"{most_bytes >> 20} MB" if most_bytes >= 1 << 20 else f"{most_bytes >> 10} KB"
