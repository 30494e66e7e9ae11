"""Law 3 meets law 11: a run that is being set up when agentsh is killed is neither set free nor left waiting."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from agentsh.sandbox import bubblewrap
from tests.sandbox.arena import Arena
from tests.support.patience import HANG_S

pytestmark = pytest.mark.skipif(bubblewrap.find() is None, reason="bubblewrap is not installed")

KILLED = """
import asyncio, os, sys
from pathlib import Path
from agentsh.core.code import Command
from agentsh.sandbox import bubblewrap, open_sandbox

async def main(workspace, token, when):
    sandbox = await open_sandbox(workspace, tier="bubblewrap")
    die = lambda *_: os.kill(os.getpid(), 9)
    if when == "told":
        bubblewrap._BubblewrapRun.hear = die
    else:
        asyncio.get_running_loop().call_later(float(when), die)
    source = f"# {token}\\nopen('ran', 'w').close()\\nimport time; time.sleep(600)"
    await sandbox.run(Command(argv=("python", "-I", "-S", "-c", source)))

asyncio.run(main(Path(sys.argv[1]), sys.argv[2], sys.argv[3]))
"""
"""Kills itself when it hears of the bubble's first process, or after so many seconds."""


async def killed(arena: Arena, when: str) -> None:
    """Run a program in the sandbox, by a process that kills itself meanwhile."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, str(arena.workspace), arena.token, when, env={"PATH": os.environ["PATH"]}
    )
    assert await process.wait() == -signal.SIGKILL


async def all_gone(arena: Arena) -> None:
    """Wait until no process has this arena's token in its command line or is bubblewrap of a dead agentsh."""
    async with asyncio.timeout(HANG_S):
        while arena.processes():
            await asyncio.sleep(0.02)  # the kernel sends no event for processes that are not ours


async def test_a_bubble_that_is_being_set_up_ends_with_agentsh_and_runs_nothing(arena: Arena) -> None:
    await killed(arena, "told")
    await all_gone(arena)
    assert not Path(arena.workspace, "ran").exists()


async def test_whenever_agentsh_is_killed_nothing_of_its_bubbles_is_left(arena: Arena) -> None:
    async with asyncio.TaskGroup() as tasks:
        for number in range(8):
            tasks.create_task(killed(arena, str(number * 0.002)))
    await all_gone(arena)
