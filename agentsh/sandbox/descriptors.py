"""File descriptors that are closed at the end of a block unless they were taken out of it."""

import os
import stat
from pathlib import Path
from types import TracebackType
from typing import Self

from agentsh.core.errors import UnsafePath


class Descriptors:
    """Opens what one start of a process needs; whatever was not taken is closed at the end."""

    def __init__(self) -> None:
        self._open: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for fd in self._open:
            os.close(fd)

    def pipe(self) -> tuple[int, int]:
        """Return the reading and the writing end of a pipe."""
        ends = os.pipe()
        self._open.update(ends)
        return ends

    def memory(self, name: str, data: bytes) -> int:
        """Return a descriptor from which `data` can be read; `name` is for people who look at /proc."""
        fd = os.memfd_create(name)
        self._open.add(fd)
        with open(fd, "wb", closefd=False) as file:
            file.write(data)
        os.lseek(fd, 0, os.SEEK_SET)
        return fd

    def reading(self, path: Path) -> int | None:
        """Return a descriptor from which the file at `path` can be read; None when it is not there any more."""
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return None
        self._open.add(fd)
        return fd

    def place(self, path: Path) -> int:
        """Return a descriptor that stands for the file or folder at `path`; raises UnsafePath when it is none now."""
        try:
            fd = os.open(path, os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError as error:
            raise UnsafePath(f"{str(path)!r} went away meanwhile", hint="Try again") from error
        self._open.add(fd)
        if stat.S_ISLNK(os.fstat(fd).st_mode):
            raise UnsafePath(f"{str(path)!r} became a link meanwhile", hint="Remove it, and look at where it leads")
        return fd

    def take(self, fd: int) -> int:
        """Return `fd`, which from now on is the caller's to close."""
        self._open.remove(fd)
        return fd
