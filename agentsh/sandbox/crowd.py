"""Counts a run's processes where the kernel does not: root's are beyond RLIMIT_NPROC."""

import os
from pathlib import Path
from typing import Final

_OWN_PROCESSES: Final = 1
"""bubblewrap's own pid 1."""


class Crowd:
    """Tells whether a bubble has more processes than it may."""

    def __init__(self, most: int) -> None:
        self._most = most + _OWN_PROCESSES
        self._counts = os.geteuid() == 0
        self._before = _threads_of_the_machine() if self._counts else 0

    def over(self, root: Path | None) -> bool:
        """Return whether there are too many in the bubble with this root; always False where the kernel limits them.

        One small file says whether the whole machine has more threads than at the start; only then is counted.
        """
        if not self._counts or root is None or _threads_of_the_machine() - self._before <= self._most:
            return False
        processes = root / "proc"
        try:
            if processes.stat().st_dev == Path("/proc").stat().st_dev:
                return False  # a bubble being set up has not left the machine's root yet
            return sum(process.name.isdigit() for process in processes.iterdir()) > self._most
        except OSError:
            return False  # it has ended meanwhile


def _threads_of_the_machine() -> int:
    return int(Path("/proc/loadavg").read_text().split()[3].partition("/")[2])
