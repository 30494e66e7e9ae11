"""Runs scripts and programs for tests, as the sandbox would, within a deadline."""

import asyncio
import sys
from pathlib import Path

from agentsh.core.code import RunResult
from tests.support.patience import HANG_S


async def run_script(script: str, words: str = "") -> RunResult:
    """Run a Python script; `words` are what a person would have read before it."""
    return await run_python("-I", "-c", script)


async def run_python(*arguments: str, cwd: Path | None = None) -> RunResult:
    """Run Python with `arguments`."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *arguments),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=cwd,
    )
    async with asyncio.timeout(HANG_S):
        stdout, stderr = await process.communicate()
    return RunResult(exit_code=process.returncode, stdout=stdout.decode(), stderr=stderr.decode())
