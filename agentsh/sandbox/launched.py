"""Tiers 2 and 3: a launcher that confines by Landlock and seccomp, or at least limits, watches and ends."""

import marshal
import os
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from agentsh.core.code import Command, Limits, RunResult, SandboxStatus
from agentsh.core.errors import SandboxUnavailable
from agentsh.core.model import Frozen
from agentsh.sandbox import landlock, seccomp
from agentsh.sandbox.descriptors import Descriptors
from agentsh.sandbox.environment import clean_environment, interpreter, resolve_argv
from agentsh.sandbox.interpreters import SandboxedInterpreter
from agentsh.sandbox.launchers import Launcher, Launchers
from agentsh.sandbox.rlimits import resource_limits
from agentsh.sandbox.supervision import Ending, Run, Started, supervise
from agentsh.sandbox.view import SYSTEM, View, shown
from agentsh.sandbox.watch import Place

_DEVICES: Final = ("null", "zero", "full", "random", "urandom")
_PROC_FILES: Final = ("self", "cpuinfo", "meminfo", "stat", "version", "filesystems")
"""What programs read in /proc. `self` is the program's own process, not those it starts."""


class Confinement(Frozen):
    """What the launcher applies besides limits: the arguments of Landlock and of seccomp."""

    ruleset: tuple[int, int, int]
    rules: tuple[tuple[str, int], ...]
    filter: bytes


class LaunchedSandbox:
    """Runs each command under a launcher."""

    def __init__(self, view: View, status: SandboxStatus, *, confine: bool, launchers: Launchers | None = None) -> None:
        """Confine by Landlock and seccomp, or only limit."""
        self._launchers = launchers or Launchers()
        self._view = view
        self._status = status
        self._confine = confine

    @property
    def status(self) -> SandboxStatus:
        """What it was measured to hold."""
        return self._status

    async def run(self, command: Command) -> RunResult:
        """Run to the end, or to a limit. Cancelling kills everything it started.

        Raises:
            SandboxUnavailable: the launcher is gone or cannot confine any more; nothing was run.
            UnsafePath: the command's folder is not in the workspace, or a protected path became a link.
        """
        with self._begun(command) as run:
            return await supervise(run, command)

    def interpreter(self, limits: Limits) -> SandboxedInterpreter:
        """Return a Python that keeps its state; it starts with its first cell. `limits` are of its whole life."""
        return SandboxedInterpreter(self._begun, limits, self._view.workspace)

    @contextmanager
    def _begun(self, command: Command) -> Iterator[Run]:
        """Prepare one run, with a folder for its temporary files."""
        self._view.kept()
        folder = self._view.folder(command.cwd)
        scratch = Path(tempfile.mkdtemp(prefix="agentsh-run-"))
        try:
            spec = self._spec(command, folder, scratch)
            yield _LaunchedRun(self._launchers, spec, self._view.workspace, scratch)
        except OSError as error:
            raise SandboxUnavailable(
                f"the sandbox's launcher cannot be started any more: {error}",
                hint="Start agentsh again; its Python may have been moved",
            ) from error
        finally:
            # The launcher has removed it, unless it was itself killed.
            shutil.rmtree(scratch, ignore_errors=True)

    def _spec(self, command: Command, folder: Path, scratch: Path) -> dict[str, object]:
        """Return what the launcher is to do."""
        python = interpreter(self._view.workspace)
        confinement = self._confinement(command, scratch) if self._confine else None
        return {
            "argv": resolve_argv(command.argv, python),
            "env": clean_environment(python, str(scratch), command.env),
            "cwd": str(folder),
            "scratch": str(scratch),
            "limits": resource_limits(command.limits),
            "processes": command.limits.processes,
            "ruleset": confinement.ruleset if confinement else None,
            "rules": confinement.rules if confinement else (),
            "filter": confinement.filter if confinement else b"",
        }

    def _confinement(self, command: Command, scratch: Path) -> Confinement:
        version = landlock.abi()
        machine = [*map(Path, SYSTEM), *shown(network=command.network)]
        proc = [Path("/proc", name) for name in _PROC_FILES]
        grants = [(path, landlock.READ) for path in (*machine, *proc)]
        grants += [(Path("/dev", name), landlock.DEVICE) for name in _DEVICES]
        grants += [(self._view.workspace, landlock.READ if command.read_only else landlock.WRITE)]
        grants += [(scratch, landlock.WRITE)]
        return Confinement(
            ruleset=landlock.handled(version, network=command.network),
            rules=tuple(landlock.rules(version, grants)),
            filter=seccomp.assemble("landlock", network=command.network),
        )


class _LaunchedRun(Run):
    """One launcher, from its start to its own end, before which it ends all that it started."""

    def __init__(self, launchers: Launchers, spec: dict[str, object], workspace: Path, scratch: Path) -> None:
        super().__init__()
        self._launchers = launchers
        self._spec = spec
        self._places = (Place(workspace), Place(scratch))
        self._launcher: Launcher | None = None

    def start(self, stdio: tuple[int, int, int]) -> Started:
        """Tell a launcher what to start."""
        self._launcher = self._launchers.take()
        with Descriptors() as fds:
            self._launcher.tell(fds.memory("task", marshal.dumps(self._spec)), stdio)
        return Started(self._launcher.process, os.dup(self._launcher.channel.fileno()))

    def hear(self, line: bytes) -> None:
        """Take the launcher's words: that it starts, or why it cannot, and how it ended."""
        word, _, rest = line.decode(errors="replace").partition(" ")
        if word == "began":
            self.let_go_at = time.monotonic()
        elif word == "ended":
            self.ending = _ending(int(rest))
        elif word == "failed":
            self.failure = rest
        elif word == "processes":
            self.ended_by = "processes"

    def places(self) -> Sequence[Place]:
        """Return the workspace and the folder for temporary files."""
        return self._places

    def crowded(self) -> bool:
        """Leave the count to the launcher, which knows what it started."""
        return False

    def kill(self) -> None:
        """Tell the launcher to kill all: it takes the closed channel for that, also if agentsh itself is killed."""
        if self._launcher is not None:
            with suppress(OSError):
                self._launcher.channel.shutdown(socket.SHUT_WR)

    def gone(self) -> bool:
        """Whether the launcher has ended."""
        return self._launcher is None or self._launcher.process.poll() is not None

    def close(self) -> None:
        """Close the channel; the next launcher starts now, when it is in nobody's way."""
        if self._launcher is not None:
            self._launcher.channel.close()
            self._launchers.prepare()


def _ending(status: int) -> Ending:
    code = os.waitstatus_to_exitcode(status)
    return Ending(signal=-code) if code < 0 else Ending(exit_code=code)
