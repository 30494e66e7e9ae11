"""A launcher waits for the next run: one that died meanwhile is replaced, and none outlives agentsh."""

import asyncio
import os
import select
import signal
import sys
from pathlib import Path

from agentsh.core.code import Command
from agentsh.sandbox import open_sandbox

WITHIN_S = 100.0
_KILLED = """
import asyncio, os, sys
from pathlib import Path
from agentsh.core.code import Command
from agentsh.sandbox import open_sandbox
from tests.sandbox.test_launchers import waiting

async def main():
    sandbox = await open_sandbox(Path(sys.argv[1]), tier="none")
    await sandbox.run(Command(argv=("true",)))
    print(*await waiting(set()), flush=True)
    sys.stdin.read()

asyncio.run(main())
"""


def children() -> set[int]:
    """Return the processes that this one has started."""
    return {int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()}


async def waiting(others: set[int]) -> set[int]:
    """Return the launchers that wait, as soon as there is one; `others` are somebody else's."""
    async with asyncio.timeout(WITHIN_S):
        while not (found := children() - others):
            await asyncio.sleep(0.01)
    return found


def over(pidfd: int) -> bool:
    """Wait until a process has ended, and close what stands for it; False when it goes on."""
    try:
        return bool(select.select([pidfd], [], [], WITHIN_S)[0])
    finally:
        os.close(pidfd)


async def test_one_that_died_while_it_waited_is_replaced(tmp_path: Path) -> None:
    sandbox = await open_sandbox(tmp_path, tier="none")
    others = children()
    await sandbox.run(Command(argv=("true",)))
    for pid in await waiting(others):
        launcher = os.pidfd_open(pid)
        signal.pidfd_send_signal(launcher, signal.SIGKILL)
        assert over(launcher)
    assert (await sandbox.run(Command(argv=("echo", "told")))).stdout == "told\n"


async def test_none_outlives_an_agentsh_that_is_killed(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _KILLED, str(tmp_path)), stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    launchers = [os.pidfd_open(int(pid)) for pid in (await process.stdout.readline()).split()]
    assert launchers
    process.kill()
    await process.wait()
    assert all(over(launcher) for launcher in launchers)
