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
_SUSPECT_PERIOD_S: Final = 0.05
_LOOK_PERIOD_S: Final = 1.0
_RESERVE_BYTES: Final = 256 << 20
"""Left on a disk whoever fills it; a quarter of what was free when that is less."""
_MACHINE: Final = ("/", "/tmp", "/dev/shm")  # noqa: S108 (only asked what they are)


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
    """How much of one place has been used since the run began.

    What the file system says is cheap to ask, but speaks of everybody who writes there. So it only decides when to
    look at the files themselves; that is done now and then anyway, since somebody else may free what the run fills.
    """

    def __init__(self, place: Place) -> None:
        self._place = place
        self._since_ns = time.time_ns() - int(PERIOD_S * 1e9)
        self._start: os.statvfs_result | None = None
        self._looked_at = time.monotonic()
        self._look_took_s = 0.0

    async def over(self, limits: Limits) -> bool:
        """Return whether the run has used more than it may, or the disk is nearly full."""
        try:
            now = os.statvfs(self._place.path)
        except OSError:
            return False  # a tmpfs of a sandbox that is just starting or ending
        if self._place.private:
            used = _used_bytes(now) > limits.disk_bytes or now.f_files - now.f_ffree > limits.files
            return used and not _is_the_machine_s(self._place.path)
        start = self._start = self._start or now
        if _free_bytes(now) < min(_RESERVE_BYTES, _free_bytes(start) // 4):
            return True
        grown_bytes, made = _used_bytes(now) - _used_bytes(start), start.f_ffree - now.f_ffree
        suspect = grown_bytes > limits.disk_bytes // 2 or made > limits.files // 2
        return self._due(_SUSPECT_PERIOD_S if suspect else _LOOK_PERIOD_S) and await self._look(limits)

    def _due(self, period_s: float) -> bool:
        """Return whether to look at the files again; a large workspace is looked at less often."""
        return time.monotonic() - self._looked_at > max(period_s, 10 * self._look_took_s)

    async def _look(self, limits: Limits) -> bool:
        began = time.monotonic()
        over = await asyncio.to_thread(wrote_more, self._place.path, self._since_ns, limits)
        self._looked_at = time.monotonic()
        self._look_took_s = self._looked_at - began
        return over


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


def changed_since(root: Path, since_ns: int) -> bool:
    """Return whether anything below `root` was made, changed or removed since a time."""
    folders = [str(root)]
    while folders:
        folder = folders.pop()
        try:
            if Path(folder).stat().st_ctime_ns >= since_ns:
                return True
            for entry in _entries(folder):
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif entry.stat(follow_symlinks=False).st_ctime_ns >= since_ns:
                    return True
        except OSError:
            return True
    return False


def _entries(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:
        return []


def _is_the_machine_s(path: Path) -> bool:
    """Return whether `path` is still a file system of the machine: a bubble being set up has not left it yet."""
    try:
        device = path.stat().st_dev
        return device in {Path(shared).stat().st_dev for shared in _MACHINE}
    except OSError:
        return True  # gone, or not there yet


def _used_bytes(found: os.statvfs_result) -> int:
    return (found.f_blocks - found.f_bfree) * found.f_frsize


def _free_bytes(found: os.statvfs_result) -> int:
    return found.f_bavail * found.f_frsize
