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
        fresh.unlink(missing_ok=True)
        # Neither it nor `path` is followed where it is a link: a project could lead it elsewhere.
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "w", encoding="utf-8") as file:  # noqa: PTH123  only open() takes a descriptor
            file.write(f"{text}\n")
        fresh.replace(path)
    except OSError as error:
        with suppress(OSError):
            fresh.unlink()
        raise UsageError(f"{str(path)!r} cannot be written: {error.strerror}") from error
