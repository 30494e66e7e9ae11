"""Law 3 for the journal: kill -9 at any instant loses nothing that was acknowledged, and leaves nothing half done."""

import os
import random
import select
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentsh.core.events import MessagePublished, Recorded, TickFinished
from agentsh.store.catalogue import read_session
from agentsh.store.check import check
from agentsh.store.journal import SqliteJournal
from tests.support.patience import HANG_S

SESSIONS = 15
KILLS = 4


@pytest.fixture
def appender() -> Iterator[subprocess.Popen[bytes]]:
    command = [sys.executable, "-m", "tests.support.appending"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0) as process:
        try:
            yield process
        finally:
            process.kill()


async def test_what_was_acknowledged_survives_kill_nine_whole_and_in_order(
    tmp_path: Path, appender: subprocess.Popen[bytes]
) -> None:
    chance = random.Random(20260301)
    written = 0
    for session in range(SESSIONS):
        path = tmp_path / f"killed-{session}.db"
        durable: list[Recorded] = []
        for kill in range(KILLS):
            acknowledged = killed_at_random(appender, path, chance)
            events = read_session(path) if path.exists() else []
            assert len(events) >= acknowledged, f"session {session}, kill {kill}"
            assert events[: len(durable)] == durable, f"session {session}, kill {kill}"
            assert_whole_calls(events)
            durable = events
        await assert_it_goes_on(path, durable)
        assert check(path).faults == ()
        written += len(durable)
    assert written > 10 * SESSIONS * KILLS, "too little was written for anything to be lost"


def killed_at_random(appender: subprocess.Popen[bytes], path: Path, chance: random.Random) -> int:
    """Let a process append for a while, kill it, and return the highest number that it was acknowledged.

    Some are killed after a moment, so while they open and recover the file; the others once so many calls are
    acknowledged, so in full course on a slow disk too.
    """
    assert appender.stdin is not None
    assert appender.stdout is not None
    appender.stdin.write(f"{path}\n".encode())
    output = b""
    wait_s, calls = chance.choice([(0.005, None), (0.05, None), (60.0, 5), (60.0, 40), (60.0, 150)])
    deadline = time.monotonic() + (wait_s * chance.random() if calls is None else wait_s)
    child = child_of(appender)
    while (left_s := deadline - time.monotonic()) > 0 and (calls is None or output.count(b"\n") <= calls):
        if select.select([appender.stdout], [], [], left_s)[0]:
            output += os.read(appender.stdout.fileno(), 65536)
    os.kill(child, signal.SIGKILL)
    while not output.endswith(b"dead\n"):
        output += os.read(appender.stdout.fileno(), 65536)
    return max((int(line) for line in output.split(b"\n") if line.isdigit()), default=0)


def child_of(appender: subprocess.Popen[bytes]) -> int:
    """Return the process that appends, as soon as there is one."""
    children = Path(f"/proc/{appender.pid}/task/{appender.pid}/children")
    deadline = time.monotonic() + HANG_S
    while time.monotonic() < deadline:
        if pids := children.read_text().split():
            return int(pids[0])
    raise TimeoutError("nobody appends")


def assert_whole_calls(events: list[Recorded]) -> None:
    """Each call wrote 1 to 5 ticks of its number and then its message: all of it is there, side by side."""
    assert [r.seq for r in events] == list(range(1, len(events) + 1))
    ticks: Counter[int] = Counter()
    for recorded in events:
        if isinstance(recorded.event, TickFinished):
            ticks[recorded.event.tick] += 1
            continue
        assert isinstance(recorded.event, MessagePublished)
        call = int(recorded.event.message.id.removeprefix("m:"))
        assert ticks.pop(call) == 1 + call % 5
    assert not ticks


async def assert_it_goes_on(path: Path, durable: list[Recorded]) -> None:
    journal = await SqliteJournal.open(path, create=not path.exists())
    try:
        assert await journal.read() == durable
        (recorded,) = await journal.append([TickFinished(tick=0)])
        assert recorded.seq == len(durable) + 1
    finally:
        await journal.aclose()
