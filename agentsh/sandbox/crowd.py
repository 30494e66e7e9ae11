"""Counts a run's processes where the kernel does not: root's are beyond RLIMIT_NPROC."""

import os
from pathlib import Path
from typing import Final

_OWN_PROCESSES: Final = 1
"""bubblewrap's own pid 1."""
_COUNTED_EVERY: Final = 10
"""Times of being asked after which is counted anyway: what ends elsewhere meanwhile hides what begins here."""
_PARENT: Final = 1
"""Where a process's stat names its parent, after the name of its program."""


class Crowd:
    """Tells whether a bubble has more processes than it may."""

    def __init__(self, most: int) -> None:
        self._most = most + _OWN_PROCESSES
        self._counts = os.geteuid() == 0
        self._asked = 0
        self._before = _threads_of_the_machine() if self._counts else 0

    def over(self, root: Path | None) -> bool:
        """Return whether there are too many in the bubble with this root; always False where the kernel limits them.

        One small file says whether the whole machine has more threads than at the start; only then is counted, and
        now and then.
        """
        if not self._counts or root is None:
            return False
        self._asked += 1
        if self._asked % _COUNTED_EVERY and _threads_of_the_machine() - self._before <= self._most:
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


def parent_of(pid: int) -> int:
    """Return the id of a process's parent; 0 when it is not there any more."""
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[_PARENT])
    except (OSError, IndexError):
        return 0
