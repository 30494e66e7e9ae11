"""Tier 1: bubblewrap and a seccomp filter. New namespaces for everything; the machine read-only or not there."""

import json
import os
import resource
import select
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from agentsh.core.code import Command, Limits, RunResult, SandboxStatus
from agentsh.core.errors import SandboxUnavailable
from agentsh.sandbox import seccomp
from agentsh.sandbox.bubble import HOME, SHARED_MEMORY, Abilities, Bubble
from agentsh.sandbox.crowd import Crowd, parent_of
from agentsh.sandbox.descriptors import Descriptors
from agentsh.sandbox.interpreters import SandboxedInterpreter
from agentsh.sandbox.rlimits import process_limit, resource_limits
from agentsh.sandbox.supervision import Ending, Run, Started, supervise
from agentsh.sandbox.view import View
from agentsh.sandbox.warden import VARIABLE, Warden
from agentsh.sandbox.watch import Place

_FOLDERS: Final = "/usr/bin:/usr/local/bin:/bin:/run/current-system/sw/bin"
_NOT_FOUND: Final = 127
_NO_PROGRAM: Final = "bwrap: execvp "


def find() -> Path | None:
    """Return where bubblewrap is: in the system's folders only, since PATH may lead into a workspace."""
    found = (Path(folder, "bwrap") for folder in _FOLDERS.split(":"))
    return next((path for path in found if os.access(path, os.X_OK)), None)


class BubblewrapSandbox:
    """Runs each command in a bubble of its own."""

    def __init__(
        self, program: Path, view: View, status: SandboxStatus, abilities: Abilities, warden: Warden | None = None
    ) -> None:
        """Take bubblewrap's path, what it can do, and who ends its bubbles when this process is killed."""
        self._program = program
        self._warden = warden or Warden()
        self._view = view
        self._status = status
        self._abilities = abilities

    @property
    def status(self) -> SandboxStatus:
        """What it was measured to hold."""
        return self._status

    async def run(self, command: Command) -> RunResult:
        """Run to the end, or to a limit. Cancelling kills everything it started.

        Raises:
            SandboxUnavailable: bubblewrap is gone or can no longer set up; nothing was run.
            UnsafePath: the command's folder is not in the workspace, or a protected path became a link.
        """
        with self._begun(command) as run:
            return _clarified(await supervise(run, command), command)

    def interpreter(self, limits: Limits) -> SandboxedInterpreter:
        """Return a Python that keeps its state; it starts with its first cell. `limits` are of its whole life."""
        return SandboxedInterpreter(self._begun, limits, self._view.workspace)

    @contextmanager
    def _begun(self, command: Command) -> Iterator[Run]:
        """Prepare one run."""
        try:
            yield _BubblewrapRun(self._program, Bubble(self._view, command, self._abilities), self._warden)
        except OSError as error:
            raise SandboxUnavailable(
                f"bubblewrap at {str(self._program)!r} cannot be started any more: {error.strerror}",
                hint="Install bubblewrap again, or start agentsh again to use what this machine still has",
            ) from error


def _clarified(result: RunResult, command: Command) -> RunResult:
    """Return `result` with bubblewrap's own words for a program that is not there put as a shell puts them."""
    if result.exit_code == _NOT_FOUND and result.stderr.startswith(_NO_PROGRAM):
        return result.model_copy(update={"stderr": f"{command.argv[0]}: not found\n"})
    return result


class _BubblewrapRun(Run):
    """One bubble, from `bwrap` to the end of its pid 1, with which the kernel ends all else in it."""

    def __init__(self, program: Path, bubble: Bubble, warden: Warden) -> None:
        super().__init__()
        self._program = program
        self._warden = warden
        self._bubble = bubble
        self._limits = bubble.command.limits
        self._crowd = Crowd(self._limits.processes)
        self._process: subprocess.Popen[bytes] | None = None
        self._go: int | None = None
        """Writing to it lets the program start."""
        self._root: Path | None = None
        """The bubble's root as seen from outside."""
        self._first: int | None = None
        """A pidfd of the bubble's pid 1."""
        self._doomed = False

    def start(self, stdio: tuple[int, int, int]) -> Started:
        """Start bubblewrap; it waits for the limits to be set before it starts the program."""
        with Descriptors() as fds:
            (wait, go), (control, tell) = fds.pipe(), fds.pipe()
            code = fds.memory("seccomp", seccomp.assemble("bubblewrap", network=self._bubble.command.network))
            # It holds the other end of what it waits for as well: that this process is killed does not let it go.
            waits = ("--block-fd", str(wait), "--sync-fd", str(go), "--unsetenv", VARIABLE)
            told = ("--seccomp", str(code), "--json-status-fd", str(tell), *waits)
            options, bound = self._bubble.options(fds)
            listed = fds.memory("options", b"".join(os.fsencode(part) + b"\0" for part in (*options, *told)))
            self._process = subprocess.Popen(
                [str(self._program), "--args", str(listed), "--", *self._bubble.argv()],
                stdin=stdio[0],
                stdout=stdio[1],
                stderr=stdio[2],
                pass_fds=(wait, go, tell, code, listed, *bound),
                env=self._warden.environment(),
                cwd="/",
                process_group=0,  # what runs in the bubble gets a session of its own, from bubblewrap
            )
            self._go = fds.take(go)
            return Started(self._process, fds.take(control))

    def hear(self, line: bytes) -> None:
        """Take bubblewrap's two words: which process is its first, and how the program ended."""
        try:
            status = json.loads(line)
        except ValueError:
            return  # not bubblewrap's word; without one the run counts as failed
        if "exit-code" in status:
            self.ending = _ending(status["exit-code"])
        elif "child-pid" in status:
            self._limit(status["child-pid"])

    def _limit(self, pid: int) -> None:
        """Set the limits on the bubble's first process, from which all others have them, and let it go on."""
        try:
            self._first = os.pidfd_open(pid)
            if not self._is_ours(pid):
                return  # it failed already, and its number is somebody else's
            self._root = Path(f"/proc/{pid}/root")
            for kind, soft, hard in resource_limits(self._limits):
                resource.prlimit(pid, kind, (soft, hard))
            most = process_limit(self._limits)
            resource.prlimit(pid, resource.RLIMIT_NPROC, (most, most))
        except ProcessLookupError:
            return  # it failed already; it will say why
        except OSError as error:
            self.failure = f"limits cannot be set: {error}"
            self._doomed = True
        if self._doomed:
            self.kill()
        else:
            self._let_go()

    def _is_ours(self, pid: int) -> bool:
        """Whether a process that cannot change any more, since it is held open, is bubblewrap's own child."""
        if self._process is not None and parent_of(pid) == self._process.pid:
            return True
        if self._first is not None:
            os.close(self._first)
            self._first = None
        return False

    def _let_go(self) -> None:
        self.let_go_at = time.monotonic()
        if self._go is not None:
            with suppress(BrokenPipeError):
                os.write(self._go, b"\0")
            os.close(self._go)
            self._go = None

    def explain(self, last_words: str) -> Ending | None:
        """Return the ending that stands for a program that is not there."""
        return Ending(exit_code=_NOT_FOUND) if last_words.startswith(_NO_PROGRAM) else None

    def places(self) -> Sequence[Place]:
        """Return the workspace and the bubble's own file systems."""
        root = None if self.gone() else self._root  # its number may be another's by now
        own = [root / path.lstrip("/") for path in (HOME, SHARED_MEMORY)] if root else []
        return [Place(self._bubble.view.workspace), *(Place(path, private=True) for path in own)]

    def crowded(self) -> bool:
        """Whether root has started more processes than it may."""
        return self._crowd.over(self._root) and not self.gone()

    def kill(self) -> None:
        """Kill the bubble's first process, and with it all others.

        Before that is known it waits to be let go. Killing bubblewrap then would leave it waiting, so it is killed as
        soon as it is told of.
        """
        self._doomed = True
        if self._first is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first, signal.SIGKILL)

    def gone(self) -> bool:
        """Whether the bubble's first process has ended: it is the last to."""
        if self._first is None:
            return self._process is None or self._process.poll() is not None
        poll = select.poll()
        poll.register(self._first, select.POLLIN)
        return bool(poll.poll(0))

    def close(self) -> None:
        """Close the two descriptors."""
        for fd in (self._go, self._first):
            if fd is not None:
                os.close(fd)
        self._go = self._first = None


def _ending(code: int) -> Ending:
    """Return how the program ended; as a shell does, bubblewrap tells of signal n with 128 + n."""
    return Ending(signal=code - 128) if 128 < code <= 128 + signal.NSIG else Ending(exit_code=code)
