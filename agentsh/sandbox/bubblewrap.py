"""Tier 1: bubblewrap and a seccomp filter. New namespaces for everything; the machine read-only or not there."""

import json
import os
import resource
import select
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from agentsh.core.code import Command, Limits, RunResult, SandboxStatus
from agentsh.core.errors import SandboxUnavailable
from agentsh.sandbox import seccomp
from agentsh.sandbox.crowd import Crowd
from agentsh.sandbox.descriptors import Descriptors
from agentsh.sandbox.environment import clean_environment, interpreter, resolve_argv
from agentsh.sandbox.rlimits import process_limit, resource_limits
from agentsh.sandbox.supervision import Ending, Run, Started, supervise
from agentsh.sandbox.view import SYSTEM, View
from agentsh.sandbox.watch import Place

_FOLDERS: Final = "/usr/bin:/usr/local/bin:/bin:/run/current-system/sw/bin"
_HOME: Final = "/tmp"  # noqa: S108 (the sandbox's own)
_SHARED_MEMORY: Final = "/dev/shm"  # noqa: S108
_USER: Final = "1000"
"""Who model code is inside; outside it is who runs agentsh."""
_NOT_FOUND: Final = 127
_NO_PROGRAM: Final = "bwrap: execvp "


def find() -> Path | None:
    """Return where bubblewrap is: in the system's folders only, since PATH may lead into a workspace."""
    found = (Path(folder, "bwrap") for folder in _FOLDERS.split(":"))
    return next((path for path in found if os.access(path, os.X_OK)), None)


class BubblewrapSandbox:
    """Runs each command in a bubble of its own."""

    def __init__(self, program: Path, view: View, status: SandboxStatus, *, sized: bool) -> None:
        """Take bubblewrap's path; `sized` says whether it can limit the size of a tmpfs (since 0.7)."""
        self._program = program
        self._view = view
        self._status = status
        self._sized = sized

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
        python = interpreter(self._view.workspace)
        argv = [str(self._program), *resolve_argv(command.argv, python)]
        run = _BubblewrapRun(argv, self._options(command, python), self._view.workspace, command)
        try:
            return _clarified(await supervise(run, command), command)
        except OSError as error:
            raise SandboxUnavailable(
                f"bubblewrap at {str(self._program)!r} cannot be started any more: {error.strerror}",
                hint="Install bubblewrap again, or start agentsh again to use what this machine still has",
            ) from error

    def _options(self, command: Command, python: Path) -> list[str]:
        """Return bubblewrap's options but for the descriptors. Order matters: later mounts lie over earlier ones."""
        environment = clean_environment(python, _HOME, command.env)
        return [
            *("--unshare-all", "--unshare-user", "--die-with-parent", "--new-session", "--cap-drop", "ALL"),
            *("--uid", _USER, "--gid", _USER, "--hostname", "sandbox"),
            *(["--share-net"] if command.network else []),
            *_system(),
            *("--proc", "/proc", "--dev", "/dev"),
            *self._tmpfs(_SHARED_MEMORY, command.limits),
            *self._tmpfs(_HOME, command.limits),
            *_binds("--ro-bind", self._view.read_only(network=command.network)),
            # A folder that is a mount of its own cannot be renamed, with what is protected in it.
            *_binds("--bind", [self._view.workspace, *self._view.anchors()]),
            *_binds("--ro-bind", self._view.kept()),
            *("--remount-ro", "/dev", "--remount-ro", "/"),
            *("--chdir", str(self._view.folder(command.cwd))),
            *(part for name, value in environment.items() for part in ("--setenv", name, value)),
        ]

    def _tmpfs(self, path: str, limits: Limits) -> list[str]:
        size = ["--size", str(max(1, limits.disk_bytes))] if self._sized else []
        return [*size, "--tmpfs", path]


def _system() -> Iterator[str]:
    """Yield options that show the system's programs and libraries as they lie on this machine."""
    for path in map(Path, SYSTEM):
        if path.is_symlink():
            yield from ("--symlink", str(path.readlink()), str(path))
        elif path.is_dir():
            yield from ("--ro-bind", str(path), str(path))


def _binds(option: str, paths: Sequence[Path]) -> Iterator[str]:
    for path in paths:
        yield from (option, str(path), str(path))


def _clarified(result: RunResult, command: Command) -> RunResult:
    """Return `result` with bubblewrap's own words for a program that is not there put as a shell puts them."""
    if result.exit_code == _NOT_FOUND and result.stderr.startswith(_NO_PROGRAM):
        return result.model_copy(update={"stderr": f"{command.argv[0]}: not found\n"})
    return result


class _BubblewrapRun(Run):
    """One bubble, from `bwrap` to the end of its pid 1, with which the kernel ends all else in it."""

    def __init__(self, argv: list[str], options: list[str], workspace: Path, command: Command) -> None:
        super().__init__()
        self._argv = argv
        self._options = options
        self._workspace = workspace
        self._limits = command.limits
        self._filter = seccomp.assemble("bubblewrap", network=command.network)
        self._crowd = Crowd(command.limits.processes)
        self._process: subprocess.Popen[bytes] | None = None
        self._go: int | None = None
        """Writing to it lets the program start."""
        self._root: Path | None = None
        """The bubble's root as seen from outside."""
        self._first: int | None = None
        """A pidfd of the bubble's pid 1."""

    def start(self, stdio: tuple[int, int, int]) -> Started:
        """Start bubblewrap; it waits for the limits to be set before it starts the program."""
        with Descriptors() as fds:
            (wait, go), (control, tell) = fds.pipe(), fds.pipe()
            code = fds.memory("seccomp", self._filter)
            told = ("--seccomp", str(code), "--json-status-fd", str(tell), "--block-fd", str(wait))
            options = fds.memory("options", b"".join(os.fsencode(part) + b"\0" for part in (*self._options, *told)))
            self._process = subprocess.Popen(
                [self._argv[0], "--args", str(options), "--", *self._argv[1:]],
                stdin=stdio[0],
                stdout=stdio[1],
                stderr=stdio[2],
                pass_fds=(wait, tell, code, options),
                env={},
                cwd="/",
                start_new_session=True,
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
        self._root = Path(f"/proc/{pid}/root")
        try:
            self._first = os.pidfd_open(pid)
            for kind, soft, hard in resource_limits(self._limits):
                resource.prlimit(pid, kind, (soft, hard))
            most = process_limit(self._limits)
            resource.prlimit(pid, resource.RLIMIT_NPROC, (most, most))
        except ProcessLookupError:
            return  # it failed already; it will say why
        except OSError as error:
            self.failure = f"limits cannot be set: {error}"
            self.kill()
            return
        self._let_go()

    def _let_go(self) -> None:
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
        own = [self._root / path.lstrip("/") for path in (_HOME, _SHARED_MEMORY)] if self._root else []
        return [Place(self._workspace), *(Place(path, private=True) for path in own)]

    def crowded(self) -> bool:
        """Whether root has started more processes than it may."""
        return self._crowd.over(self._root)

    def kill(self) -> None:
        """Kill the bubble's first process, and with it all others; before there is one, bubblewrap."""
        if self._first is not None:
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._first, signal.SIGKILL)
        elif self._process is not None:
            self._process.kill()

    def gone(self) -> bool:
        """Whether the bubble's first process has ended: it is the last to."""
        if self._first is None:
            return True
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
