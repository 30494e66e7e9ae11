"""One run from its start to its last process: pipes, deadline, watch, kill, result. The same for every tier."""

import asyncio
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from signal import SIGXCPU
from typing import Final

from agentsh.core.code import Command, EndedBy, RunResult
from agentsh.core.errors import SandboxUnavailable
from agentsh.sandbox.descriptors import Descriptors
from agentsh.sandbox.inlet import Inlet, Lines
from agentsh.sandbox.outlet import Outlet
from agentsh.sandbox.watch import Place, watch

_GONE_WITHIN_S: Final = 10.0
"""How long a kill may take before it is given up."""
_LAST_OUTPUT_S: Final = 1.0
_SET_UP_WITHIN_S: Final = 30.0
"""How long it may take to set up what the program runs in; on a busy machine that is seconds."""
_POLL_S: Final = 0.0002

_OUT_OF_MEMORY: Final = ("MemoryError", "std::bad_alloc", "Cannot allocate memory", "heap out of memory")


@dataclass(frozen=True)
class Ending:
    """How the program itself ended: by a code or by a signal."""

    exit_code: int | None = None
    signal: int | None = None


@dataclass(frozen=True)
class Started:
    """A run that has been started."""

    process: subprocess.Popen[bytes]
    control_fd: int
    """Our end of the channel on which it tells how it goes; closed by its reader."""


class Run(ABC):
    """What differs between the tiers: how one run is started, listened to, killed, and known to be over."""

    def __init__(self) -> None:
        self.ending: Ending | None = None
        """How the program ended, once that was told."""
        self.ended_by: EndedBy | None = None
        """Set when what supervises it inside ended it."""
        self.failure: str = ""
        """Why the program could not be confined, and so was not started."""
        self.let_go_at: float | None = None
        """When the program was let go, by the monotonic clock; None: what it runs in is still set up."""

    @abstractmethod
    def start(self, stdio: tuple[int, int, int]) -> Started:
        """Start it on these descriptors for stdin, stdout and stderr; raises OSError."""

    @abstractmethod
    def hear(self, line: bytes) -> None:
        """Take note of a line that it told."""

    def explain(self, last_words: str) -> Ending | None:  # noqa: ARG002 (for those that can)
        """Return the ending that the last line of stderr stands for, when nothing was told; None: it failed."""
        return None

    @abstractmethod
    def places(self) -> Sequence[Place]:
        """Return where it can write."""

    @abstractmethod
    def crowded(self) -> bool:
        """Whether it has more processes than it may, where neither kernel nor launcher sees to that."""

    @abstractmethod
    def kill(self) -> None:
        """Kill all of it without waiting. Again is harmless, also when it is over."""

    @abstractmethod
    def gone(self) -> bool:
        """Whether nothing of it is left."""

    @abstractmethod
    def close(self) -> None:
        """Close what it holds."""


async def supervise(run: Run, command: Command) -> RunResult:
    """Run to the end or to a limit; whatever happens, nothing is left running.

    Raises:
        SandboxUnavailable: it could not be confined, so it was not started.
        OSError: the program that confines is not there.
    """
    return await _Supervision(run, command).result()


class _Supervision:
    """Watches over one run."""

    def __init__(self, run: Run, command: Command) -> None:
        self._run = run
        self._command = command
        self._over: asyncio.Future[EndedBy] = asyncio.get_running_loop().create_future()

    async def result(self) -> RunResult:
        began = self._began = time.monotonic()
        process = self._open()
        try:
            ended_by = await self._end()
        finally:
            self._run.kill()
            self._outlet.close()
            await undisturbed(self._finish(process))
        return self._told(ended_by, process.returncode, time.monotonic() - began)

    def _open(self) -> subprocess.Popen[bytes]:
        """Start the process and connect to it."""
        keep_bytes = self._command.limits.output_bytes
        with Descriptors() as fds:
            (stdin, to_stdin), (from_stdout, stdout), (from_stderr, stderr) = fds.pipe(), fds.pipe(), fds.pipe()
            started = self._run.start((stdin, stdout, stderr))
            for fd in (to_stdin, from_stdout, from_stderr):
                fds.take(fd)
        self._out = Inlet(from_stdout, keep_bytes, lambda: self._stop("output"))
        self._err = Inlet(from_stderr, keep_bytes, lambda: self._stop("output"))
        self._lines = Lines(started.control_fd, self._run.hear, lambda: self._stop("itself"))
        self._outlet = Outlet(to_stdin, self._command.stdin.encode(errors="replace"))
        return started.process

    async def _end(self) -> EndedBy:
        """Wait for the first thing that ends the run, and return it."""
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(self._command.limits.wall_s, self._out_of_time)
        watching = watch(self._run.places, self._run.crowded, self._command.limits)
        watcher = loop.create_task(watching, name="sandbox-watch")
        try:
            await asyncio.wait({self._over, watcher}, return_when=asyncio.FIRST_COMPLETED)
            return self._over.result() if self._over.done() else watcher.result()
        finally:
            self._deadline.cancel()
            watcher.cancel()

    def _out_of_time(self) -> None:
        """Stop the run, or look again: the time in which it was set up is not the program's."""
        wall_s, let_go_at = self._command.limits.wall_s, self._run.let_go_at
        end = self._began + _SET_UP_WITHIN_S if let_go_at is None else let_go_at + wall_s
        left_s = min(end - time.monotonic(), wall_s)
        if left_s > 0:
            self._deadline = asyncio.get_running_loop().call_later(left_s, self._out_of_time)
        else:
            self._stop("deadline")

    def _stop(self, reason: EndedBy) -> None:
        if not self._over.done():
            self._over.set_result(reason)

    async def _finish(self, process: subprocess.Popen[bytes]) -> None:
        """Wait until nothing of it is left, take in its last output, close everything."""
        try:
            await until(lambda: self._run.gone() and process.poll() is not None, _GONE_WITHIN_S)
            await until(lambda: self._out.closed and self._err.closed, _LAST_OUTPUT_S)
            for inlet in (self._out, self._err):
                inlet.drain()  # the loop may have been held up for longer than that
        finally:
            if process.poll() is None:
                process.kill()
            for end in (self._out, self._err, self._lines, self._run):
                end.close()

    def _told(self, ended_by: EndedBy, code: int | None, seconds: float) -> RunResult:
        """Return the result of a run that is over; `code` is what the program that confines returned."""
        ended_by = self._run.ended_by or ended_by
        ending = Ending()
        if ended_by == "itself":
            ending = self._run.ending or self._without_a_word(code)
        if self._run.failure:
            raise SandboxUnavailable(f"the sandbox cannot be set up: {self._run.failure}", hint="Type: agentsh doctor")
        return RunResult(
            exit_code=ending.exit_code,
            signal=ending.signal,
            ended_by=_cause(ending, self._err.text) if ended_by == "itself" else ended_by,
            stdout=self._out.text,
            stderr=self._err.text,
            stdout_cut=self._out.cut,
            stderr_cut=self._err.cut,
            seconds=seconds,
        )

    def _without_a_word(self, code: int | None) -> Ending:
        """Return the ending of a run whose supervisor was killed; one that gave up has failed."""
        if code is not None and code < 0:
            return Ending(signal=-code)
        last_words = self._err.text.strip().rpartition("\n")[2]
        if (explained := self._run.explain(last_words)) is not None:
            return explained
        self._run.failure = self._run.failure or last_words or f"it ended with {code} and without a word"
        return Ending()


def _cause(ending: Ending, stderr: str) -> EndedBy:
    """Return what ended a program that nobody here ended: perhaps it ran into a limit."""
    if ending.signal == SIGXCPU:
        return "deadline"
    last = stderr.rstrip().rpartition("\n")[2]
    if ending.exit_code != 0 and any(mark in last for mark in _OUT_OF_MEMORY):
        return "memory"
    return "itself" if ending.signal is None else "signal"


async def until(true: Callable[[], bool], within_s: float) -> None:
    """Wait until something is so, at most `within_s` seconds. It is nearly so when this is called."""
    give_up = time.monotonic() + within_s
    while not true() and time.monotonic() < give_up:  # noqa: ASYNC110 (the kernel sends no event for all of these)
        await asyncio.sleep(_POLL_S)


async def undisturbed(work: Awaitable[None]) -> None:
    """Finish `work` even when cancelled meanwhile; the cancellation passes afterwards."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task})
        raise
