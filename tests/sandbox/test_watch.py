"""A run that fills the disk is ended; a run is not ended for what others write."""

import asyncio
import time
from pathlib import Path

import pytest

from agentsh.core.code import Limits
from agentsh.sandbox.watch import Place, watch, wrote_more
from tests.support.patience import HANG_S

LIMITS = Limits(disk_bytes=1 << 20, files=50)


def _fill(folder: Path, files: int, size_bytes: int) -> None:
    folder.mkdir(exist_ok=True)
    for number in range(files):
        (folder / str(number)).write_bytes(bytes(size_bytes))


def test_what_was_there_before_does_not_count(tmp_path: Path) -> None:
    _fill(tmp_path / "old", 60, 40_000)
    later_ns = time.time_ns() + 10**9
    assert wrote_more(tmp_path, 0, LIMITS)
    assert not wrote_more(tmp_path, later_ns, LIMITS)


def test_many_small_files_count_as_files(tmp_path: Path) -> None:
    _fill(tmp_path / "a", 45, 0)
    assert not wrote_more(tmp_path, 0, LIMITS)
    _fill(tmp_path / "b", 45, 0)
    assert wrote_more(tmp_path, 0, LIMITS)


def test_links_are_not_followed(tmp_path: Path) -> None:
    _fill(tmp_path / "outside", 60, 100)
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "link").symlink_to(tmp_path / "outside")
    assert not wrote_more(workspace, 0, LIMITS)


async def test_what_others_write_beside_the_workspace_ends_nothing(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    watching = asyncio.create_task(watch(lambda: [Place(workspace)], lambda: False, LIMITS))
    await asyncio.sleep(0)
    _fill(tmp_path / "others", 100, 40_000)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(watching, 0.3)


async def test_what_the_run_writes_ends_it(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    watching = asyncio.create_task(watch(lambda: [Place(workspace)], lambda: False, LIMITS))
    await asyncio.sleep(0)
    _fill(workspace / "run", 100, 40_000)
    assert await asyncio.wait_for(watching, HANG_S) == "disk"


async def test_a_place_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    crowded = iter([False, False, True])
    assert await watch(lambda: [Place(tmp_path / "gone")], lambda: next(crowded), LIMITS) == "processes"
