"""A program at a pseudo terminal, and how long it takes until it shows something."""

import fcntl
import os
import pty
import select
import signal
import struct
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

DEADLINE_S = 60.0


def resident_mb(process: int | str = "self") -> float:
    """Return the resident memory of a process now."""
    with open(f"/proc/{process}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


class Terminal:
    """Runs Python with `arguments`; enter it to start. What is written by the program is read all the time."""

    def __init__(
        self, arguments: Sequence[str], environ: Mapping[str, str] | None = None, size: tuple[int, int] = (120, 40)
    ) -> None:
        self._arguments = arguments
        self._environ = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor", **(environ or {})}
        self._size = size
        self.pid = 0
        self._descriptor = -1

    def __enter__(self) -> Self:
        self.pid, self._descriptor = pty.fork()
        if self.pid == 0:
            os.execve(sys.executable, [sys.executable, *self._arguments], self._environ)
        columns, rows = self._size
        fcntl.ioctl(self._descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        os.close(self._descriptor)

    def until(self, needle: str, deadline_s: float = DEADLINE_S) -> float:
        """Return the seconds until `needle` is written; raises TimeoutError with what was written instead."""
        wanted, seen, began = needle.encode(), b"", time.monotonic()
        while wanted not in seen:
            left_s = began + deadline_s - time.monotonic()
            if left_s <= 0 or not select.select([self._descriptor], [], [], left_s)[0]:
                raise TimeoutError(seen[-2000:].decode(errors="replace"))
            seen = seen[-len(wanted) :] + os.read(self._descriptor, 1 << 16)
        return time.monotonic() - began

    def quiet(self, for_s: float) -> None:
        """Read on until nothing has been written for so long, or three times as long has passed."""
        end = time.monotonic() + 3 * for_s
        while time.monotonic() < end and select.select([self._descriptor], [], [], for_s)[0]:
            os.read(self._descriptor, 1 << 16)

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._descriptor, text.encode())

    @property
    def cpu_s(self) -> float:
        """CPU seconds that it has used."""
        with open(f"/proc/{self.pid}/stat") as stat:
            fields = stat.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_mb(self) -> float:
        """Resident memory now."""
        return resident_mb(self.pid)
