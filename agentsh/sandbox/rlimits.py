"""The resource limits that the kernel keeps for each process of a run."""

import os
import resource
from pathlib import Path

from agentsh.core.code import Limits

_CPU_GRACE_S = 1
"""Between the signal that a program may answer and the kill."""

_COUNTS_BY_NAMESPACE = (5, 14)
"""The kernel from which a user's processes are counted for each user namespace by itself."""


def resource_limits(limits: Limits) -> list[tuple[int, int, int]]:
    """Return (resource, soft, hard) for all but the number of processes."""
    return [
        (resource.RLIMIT_CPU, limits.cpu_s, limits.cpu_s + _CPU_GRACE_S),
        (resource.RLIMIT_AS, limits.memory_bytes, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes, limits.file_bytes),
        (resource.RLIMIT_NOFILE, limits.open_files, limits.open_files),
        (resource.RLIMIT_CORE, 0, 0),
    ]


def process_limit(limits: Limits) -> int:
    """Return RLIMIT_NPROC for the inside of a new user namespace: bubblewrap's first process counts too."""
    release = os.uname().release.split(".")
    others = 0 if (int(release[0]), int(release[1].split("-")[0])) >= _COUNTS_BY_NAMESPACE else _threads_of_user()
    return limits.processes + 1 + others


def _threads_of_user() -> int:
    """Return how many threads this user runs."""
    count = 0
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdigit() and process.stat().st_uid == os.getuid():
                count += (process / "task").stat().st_nlink - 2
        except OSError:
            continue
    return count
