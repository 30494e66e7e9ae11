"""A Sandbox that holds nothing: a plain process with a deadline and an output cap. For code that the tests wrote."""

import asyncio
import os
import signal
import subprocess
import sys
import time
import venv
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from agentsh.core.code import Command, EndedBy, RunResult, SandboxStatus


def bare_python(folder: Path) -> str:
    """Return an interpreter that has nothing but the standard library, in a venv made in `folder`."""
    venv.create(folder, with_pip=False, symlinks=True)
    return str(folder / "bin" / "python")


@dataclass
class PlainSandbox:
    """Runs commands in `root` with `python`; keeps what it was asked to run."""

    root: Path
    python: str = sys.executable
    ran: list[Command] = field(default_factory=list)

    @property
    def status(self) -> SandboxStatus:
        return SandboxStatus(tier="none", line="sandbox: none")

    async def run(self, command: Command) -> RunResult:
        self.ran.append(command)
        return await asyncio.to_thread(self._run, command)

    def _run(self, command: Command) -> RunResult:
        argv = [self.python if command.argv[0] in {"python", "python3"} else command.argv[0], *command.argv[1:]]
        with TemporaryFile() as stdin, TemporaryFile() as out, TemporaryFile() as err, TemporaryDirectory() as home:
            stdin.write(command.stdin.encode())
            stdin.seek(0)
            environment = {"PATH": os.defpath, "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": home}
            environment |= command.env
            with subprocess.Popen(
                argv, cwd=self.root / command.cwd, env=environment, stdin=stdin, stdout=out, stderr=err, process_group=0
            ) as process:
                ended_by = _watch(process, (out, err), command)
            return RunResult(
                exit_code=process.returncode if process.returncode >= 0 else None,
                signal=-process.returncode if process.returncode < 0 else None,
                stdout=_text(out, command.limits.output_bytes),
                stderr=_text(err, command.limits.output_bytes),
                ended_by="signal" if process.returncode < 0 and ended_by == "itself" else ended_by,
            )


def _watch(process: subprocess.Popen[bytes], files: tuple[IO[bytes], ...], command: Command) -> EndedBy:
    deadline = time.monotonic() + command.limits.wall_s
    ended_by: EndedBy = "itself"
    while process.poll() is None:
        if time.monotonic() > deadline:
            ended_by = "deadline"
        elif any(os.fstat(file.fileno()).st_size > command.limits.output_bytes for file in files):
            ended_by = "output"
        if ended_by != "itself":
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.01)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    return ended_by


def _text(file: IO[bytes], most: int) -> str:
    file.seek(0)
    return file.read(most).decode("utf-8", "replace")
