"""Watches what the kernel does not limit: how much a run writes in all, and how many processes root starts."""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from agentsh.core.code import EndedBy, Limits

PERIOD_S: Final = 0.02
_RESERVE_BYTES: Final = 256 << 20
"""Left on a disk whoever fills it; a quarter of what was free when that is less."""


@dataclass(frozen=True)
class Place:
    """A file system that a run can write to."""

    path: Path
    private: bool = False
    """Whether all that is in it is this run's."""


async def watch(places: Callable[[], Sequence[Place]], crowded: Callable[[], bool], limits: Limits) -> EndedBy:
    """Return which limit the run has gone beyond; for as long as it keeps them, do not return."""
    gauges: dict[Path, _Gauge] = {}
    while True:
        for place in places():
            gauge = gauges.setdefault(place.path, _Gauge(place))
            if await gauge.over(limits):
                return "disk"
        if crowded():
            return "processes"
        await asyncio.sleep(PERIOD_S)


class _Gauge:
    """How much of one place has been used since the run began."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._since_ns = time.time_ns() - int(PERIOD_S * 1e9)
        self._start: os.statvfs_result | None = None

    async def over(self, limits: Limits) -> bool:
        try:
            now = os.statvfs(self._place.path)
        except OSError:
            return False  # a tmpfs of a sandbox that is just starting or ending
        if self._place.private:
            return _used_bytes(now) > limits.disk_bytes or now.f_files - now.f_ffree > limits.files
        start = self._start = self._start or now
        if _free_bytes(now) < min(_RESERVE_BYTES, _free_bytes(start) // 4):
            return True
        grown_bytes = _used_bytes(now) - _used_bytes(start)
        if grown_bytes <= limits.disk_bytes and start.f_ffree - now.f_ffree <= limits.files:
            return False
        # Somebody wrote much to this disk. Was it the run?
        if await asyncio.to_thread(wrote_more, self._place.path, self._since_ns, limits):
            return True
        self._start = now
        return False


def wrote_more(root: Path, since_ns: int, limits: Limits) -> bool:
    """Return whether what was written below `root` since a time is more than the limits allow."""
    count, size_bytes, folders = 0, 0, [str(root)]
    while folders:
        for entry in _entries(folders.pop()):
            try:
                found = entry.stat(follow_symlinks=False)
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
            except OSError:
                continue
            if found.st_ctime_ns >= since_ns:
                count += 1
                size_bytes += found.st_blocks * 512
            if count > limits.files or size_bytes > limits.disk_bytes:
                return True
    return False


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _used_bytes(found: os.statvfs_result) -> int:
    return (found.f_blocks - found.f_bfree) * found.f_frsize


def _free_bytes(found: os.statvfs_result) -> int:
    return found.f_bavail * found.f_frsize
