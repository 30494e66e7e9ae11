"""agentsh as a process group of its own, that can be waited for and killed, in a home of its own."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.cli.process import DEADLINE_S, Ended, Shell

SESSION = "wc"


@dataclass
class Running:
    """One process under way; what it prints is collected."""

    process: asyncio.subprocess.Process
    printed: "asyncio.Task[tuple[bytes, bytes]]"

    def send(self, number: signal.Signals) -> None:
        """Signal the whole group, as a terminal or a power cut would."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, number)

    async def ended(self) -> Ended:
        """Wait for the end. A hang is a failure: TimeoutError."""
        async with asyncio.timeout(DEADLINE_S):
            out, err = await asyncio.shield(self.printed)
            code = await self.process.wait()
        return Ended(code, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))

    async def ended_within(self, delay_s: float) -> bool:
        """Return whether it ends by itself before `delay_s` have passed."""
        try:
            async with asyncio.timeout(delay_s):
                await self.process.wait()
        except TimeoutError:
            return False
        return True


@dataclass
class Agent:
    """Runs agentsh against one model server, on one session."""

    root: Path
    host: str
    session: str = SESSION
    environ: Mapping[str, str] = field(default_factory=dict)

    @property
    def shell(self) -> Shell:
        """The same home for commands that are no runs."""
        return Shell(self.root)

    @property
    def sessions(self) -> Path:
        """The folder of the session's file and workspace."""
        return self.shell.home / "sessions"

    @property
    def file(self) -> Path:
        """The session's file."""
        return self.sessions / f"{self.session}.db"

    @property
    def workspace(self) -> Path:
        """What the team writes."""
        return self.sessions / self.session

    @property
    def temporary(self) -> Path:
        """Where whatever is temporary goes."""
        return self.root / "tmp"

    def run(self, idea: str, *more: str) -> list[str]:
        """Return the words of a new run; the seed makes it the same each time."""
        return ["run", idea, "--session", self.session, "--host", self.host, "--seed", "7", "--yes", *more]

    def resume(self, *more: str) -> list[str]:
        """Return the words that go on."""
        return ["resume", self.session, "--headless", "--yes", *more]

    @asynccontextmanager
    async def start(self, *words: str) -> AsyncIterator[Running]:
        """Start the process; whatever is left of it in the end is killed."""
        self.temporary.mkdir(parents=True, exist_ok=True)
        process = await asyncio.create_subprocess_exec(
            *self.shell.command(*words),
            env={**self.shell.environ(self.environ), "TMPDIR": str(self.temporary)},
            cwd=self.root,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        running = Running(process, asyncio.create_task(process.communicate()))
        try:
            yield running
        finally:
            running.send(signal.SIGKILL)
            await running.printed

    async def ended(self, *words: str) -> Ended:
        """Run it to its end."""
        async with self.start(*words) as running:
            return await running.ended()

    async def told(self, *words: str) -> str:
        """Run a command that has to succeed; return what it printed."""
        ended = await self.ended(*words)
        assert ended.code == 0, ended
        return ended.out


def crashed(ended: Ended) -> bool:
    """Return whether agentsh told of a bug; a program's traceback that is quoted is none."""
    lines = (ended.out + ended.err).splitlines()
    return ended.code == 1 or any(line.startswith("Traceback") or "a bug in agentsh" in line for line in lines)
