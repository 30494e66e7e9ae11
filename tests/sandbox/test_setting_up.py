"""While a bubble is set up, for seconds on a busy machine, no time is the program's and no stranger is touched."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from agentsh.core.code import Command, Limits, SandboxStatus
from agentsh.core.errors import SandboxUnavailable
from agentsh.sandbox import bubblewrap
from agentsh.sandbox.bubble import abilities
from agentsh.sandbox.view import View
from tests.sandbox.arena import Arena

BWRAP = bubblewrap.find()
pytestmark = pytest.mark.skipif(BWRAP is None, reason="bubblewrap is not installed")

MISTAKEN = """#!{python}
import json, os, sys
words = os.fsdecode(os.read(int(sys.argv[2]), 1 << 20)).split("\\0")
tell = int(words[words.index("--json-status-fd") + 1])
os.write(tell, json.dumps({{"child-pid": {stranger}}}).encode() + b"\\n")
sys.exit("bwrap: gave up")
"""
"""Names a process that it did not start, as one would whose own has ended and whose number was given away since."""


def sandbox_of(arena: Arena, script: str) -> bubblewrap.BubblewrapSandbox:
    """Return a sandbox whose bubblewrap is this script."""
    assert BWRAP is not None
    program = Path(arena.workspace.parent, "bwrap")
    program.write_text(script)
    program.chmod(0o755)
    return bubblewrap.BubblewrapSandbox(
        program, View(arena.workspace), SandboxStatus(tier="bubblewrap", line=""), abilities(BWRAP)
    )


async def test_the_time_in_which_a_bubble_is_set_up_is_not_the_program_s(arena: Arena) -> None:
    slow = sandbox_of(arena, f'#!/bin/sh\nsleep 2\nexec {BWRAP} "$@"\n')
    result = await slow.run(Command(argv=("true",), limits=Limits(wall_s=1.5)))
    assert (result.ended_by, result.exit_code) == ("itself", 0)
    assert result.seconds > 1.5


async def test_a_process_that_bubblewrap_did_not_start_is_neither_limited_nor_killed(arena: Arena) -> None:
    stranger = subprocess.Popen(
        [sys.executable, "-I", "-S", "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE
    )
    try:
        before = resource.prlimit(stranger.pid, resource.RLIMIT_FSIZE)
        mistaken = sandbox_of(arena, MISTAKEN.format(python=sys.executable, stranger=stranger.pid))
        with pytest.raises(SandboxUnavailable, match="gave up"):
            await mistaken.run(Command(argv=("true",), limits=Limits(file_bytes=7)))
        assert resource.prlimit(stranger.pid, resource.RLIMIT_FSIZE) == before
        assert stranger.poll() is None
    finally:
        stranger.communicate()
