"""A small file that agentsh keeps for itself: the user's alone, and replaced as a whole."""

import os
from contextlib import suppress
from pathlib import Path

from agentsh.core.errors import UsageError


def keep(path: Path, text: str) -> None:
    """Write `text` to `path`, in a folder that is made when it is not there. Raises UsageError when that cannot be."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh.touch(mode=0o600)
        fresh.write_text(f"{text}\n", encoding="utf-8")
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise UsageError(f"{str(path)!r} cannot be written: {error.strerror}") from error
