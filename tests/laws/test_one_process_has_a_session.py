"""A session is written by one process at a time: the second hears which one has it, and a dead one has nothing."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentsh.core.errors import SessionLocked
from agentsh.core.events import TickFinished
from agentsh.store.catalogue import SessionFiles, read_session
from agentsh.store.journal import SqliteJournal

HOLD = """
import asyncio, sys
from pathlib import Path
from agentsh.core.events import TickFinished
from agentsh.store.journal import SqliteJournal

async def hold():
    journal = await SqliteJournal.open(Path(sys.argv[1]), create=True)
    await journal.append([TickFinished(tick=1)])
    print("held", flush=True)
    await asyncio.Event().wait()

asyncio.run(hold())
"""


@pytest.fixture
def held(tmp_path: Path) -> Iterator[tuple[Path, subprocess.Popen[str]]]:
    path = tmp_path / "held.db"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield path, process
        finally:
            process.kill()


async def test_the_second_process_hears_the_pid_of_the_first(held: tuple[Path, subprocess.Popen[str]]) -> None:
    path, process = held
    for _ in range(3):
        with pytest.raises(SessionLocked, match=f"process {process.pid}"):
            await SqliteJournal.open(path, create=False)
    with pytest.raises(SessionLocked):
        await SqliteJournal.open(path, create=True)
    assert len(read_session(path)) == 1
    assert SessionFiles(path.parent).summary("held").status == "running"


async def test_the_lock_dies_with_its_process(held: tuple[Path, subprocess.Popen[str]]) -> None:
    path, process = held
    process.kill()
    process.wait()
    assert SessionFiles(path.parent).summary("held").status == "interrupted"
    journal = await SqliteJournal.open(path, create=False)
    try:
        assert [r.seq for r in await journal.append([TickFinished(tick=2)])] == [2]
    finally:
        await journal.aclose()


async def test_one_process_cannot_open_a_session_twice(tmp_path: Path) -> None:
    path = tmp_path / "twice.db"
    journal = await SqliteJournal.open(path, create=True)
    try:
        with pytest.raises(SessionLocked):
            await SqliteJournal.open(path, create=False)
        await journal.append([TickFinished(tick=1)])
    finally:
        await journal.aclose()
