"""A Python that lives in the sandbox from cell to cell: each with a deadline, ended for good when it does not stop."""

import asyncio
import json
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from functools import cache
from pathlib import Path
from typing import Final, Literal

from agentsh.core.code import Cell, CellResult, Command, EndedBy, Limits
from agentsh.core.errors import SandboxUnavailable
from agentsh.core.model import JsonObject
from agentsh.sandbox.descriptors import Descriptors
from agentsh.sandbox.inlet import Inlet, Lines
from agentsh.sandbox.supervision import Ending, Run, undisturbed, until
from agentsh.sandbox.watch import PERIOD_S, changed_since, watch

Begin = Callable[[Command], AbstractContextManager[Run]]
"""Prepares one run of a command, and cleans up after it."""
End = EndedBy | Literal["interrupt"]

_READY: Final = 0
"""The id of its first answer, which is to no cell."""
_BEGINS_WITHIN_S: Final = 30.0
"""How long it may take until it can run its first cell; no cell's time."""
_STOPS_WITHIN_S: Final = 5.0
"""How long a cell may take to stop when it is interrupted; what it defined is lost when the machine is too busy."""
_GONE_WITHIN_S: Final = 10.0
_PERIOD_NS: Final = int(PERIOD_S * 1e9)
_MOST_ANSWER_BYTES: Final = 1 << 20


class SandboxedInterpreter:
    """Fulfils ports.Interpreter with runs of one sandbox."""

    def __init__(self, begin: Begin, limits: Limits, workspace: Path) -> None:
        """Take what prepares a run, the limits of the whole life, and where cells may write."""
        self._begin = begin
        self._command = Command(argv=("python", "-c", _source()), limits=limits)
        self._workspace = workspace
        self._life: _Life | None = None
        self._forgot = False
        self._turn = asyncio.Lock()

    async def run(self, cell: Cell) -> CellResult:
        """Run a cell; when it does not stop at its deadline, nothing of the interpreter is left. Cancelling does too.

        Raises:
            SandboxUnavailable: the interpreter cannot be started.
        """
        async with self._turn:
            await self._settle()
            since_ns = time.time_ns() - _PERIOD_NS
            if self._life is not None and self._life.is_over:
                await self._end()
            forgot, self._forgot = self._forgot, False
            try:
                self._life = self._life or _Life(self._begin, self._command)
                result = await self._life.run(cell)
            except BaseException:
                await self._end()
                raise
            if result.lost:
                await self._end()
            wrote = await asyncio.to_thread(changed_since, self._workspace, since_ns)
            return result.model_copy(update={"forgot": forgot, "wrote": wrote})

    async def _settle(self) -> None:
        """Let what was written just now, by agentsh itself perhaps, grow older than what a cell is blamed for.

        Times of files are coarse, so a cell is blamed for a little more than its own time.
        """
        if await asyncio.to_thread(changed_since, self._workspace, time.time_ns() - _PERIOD_NS):
            await asyncio.sleep(2 * PERIOD_S)

    def interrupt(self) -> None:
        """Stop the cell under way, as Ctrl-C would; without one nothing happens."""
        if self._life is not None:
            self._life.stop("interrupt")

    async def aclose(self) -> None:
        """End it, and all that it started; again is harmless."""
        await self._end()

    async def _end(self) -> None:
        life, self._life = self._life, None
        if life is not None:
            self._forgot = True
            await undisturbed(life.end())


class _Life:
    """One process, from its start to its last child."""

    def __init__(self, begin: Begin, command: Command) -> None:
        self._command = command
        self._loop = asyncio.get_running_loop()
        self._over: asyncio.Future[End] = self._loop.create_future()
        """Resolves when the process has ended, or has to."""
        self._ready: asyncio.Future[None] = self._loop.create_future()
        self._asked_to_stop: asyncio.Future[End] | None = None
        self._answer: asyncio.Future[JsonObject] | None = None
        self._number = 0
        self._stack = ExitStack()
        try:
            self._run = self._stack.enter_context(begin(command))
            self._process = self._open()
        except BaseException:
            self._stack.close()
            raise
        watching = watch(self._run.places, self._run.crowded, command.limits)
        self._watcher = self._loop.create_task(watching, name="interpreter-watch")
        self._watcher.add_done_callback(self._beyond)

    def _open(self) -> subprocess.Popen[bytes]:
        ours, its = socket.socketpair()
        with Descriptors() as fds, its:
            (from_stdout, stdout), (from_stderr, stderr) = fds.pipe(), fds.pipe()
            try:
                started = self._run.start((its.fileno(), stdout, stderr))
            except BaseException:
                ours.close()
                raise
            fds.take(from_stdout)
            fds.take(from_stderr)
        keep_bytes = self._command.limits.output_bytes
        self._out = Inlet(from_stdout, keep_bytes, lambda: self.stop("output"))
        self._err = Inlet(from_stderr, keep_bytes, lambda: self.stop("output"))
        self._lines = Lines(started.control_fd, self._run.hear, lambda: self._is_over("itself"))
        self._channel = ours
        self._channel.setblocking(False)
        self._answers = _Answers(ours, self._hear, lambda: self._is_over("itself"))
        return started.process

    @property
    def is_over(self) -> bool:
        """Whether no more cells can be run in it."""
        return self._over.done()

    async def run(self, cell: Cell) -> CellResult:
        """Run one cell to its end, or to the end of everything."""
        began = time.monotonic()
        self._number += 1
        self._answer, self._asked_to_stop = self._loop.create_future(), self._loop.create_future()
        for inlet in (self._out, self._err):
            inlet.renew(cell.output_bytes)
        first: set[asyncio.Future[None] | asyncio.Future[End]] = {self._ready, self._over, self._asked_to_stop}
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED, timeout=_BEGINS_WITHIN_S)
        deadline = self._loop.call_later(cell.wall_s, self.stop, "deadline")
        try:
            ended_by = await self._through(cell)
        finally:
            deadline.cancel()
        lost = not self._answer.done()
        if lost:
            self._run.kill()
            await until(lambda: self._out.closed and self._err.closed, _STOPS_WITHIN_S)
        for inlet in (self._out, self._err):
            inlet.drain()
        self._fail_if_it_never_began()
        answer = {} if lost else self._answer.result()
        return CellResult(
            stdout=self._out.text,
            stderr=self._err.text,
            stdout_cut=self._out.cut,
            stderr_cut=self._err.cut,
            value=_text(answer.get("value")),
            error=_text(answer.get("error")) if not lost else _why_lost(ended_by, self._run.ending),
            ended_by=ended_by,
            seconds=round(time.monotonic() - began, 4),
            lost=lost,
        )

    def stop(self, why: End) -> None:
        """Ask the cell under way to stop."""
        if self._asked_to_stop is not None and not self._asked_to_stop.done():
            self._asked_to_stop.set_result(why)

    async def _through(self, cell: Cell) -> End:
        """Return what ended a cell: itself, or what asked it to stop; if it does not, it is over."""
        assert self._answer is not None  # noqa: S101
        assert self._asked_to_stop is not None  # noqa: S101
        telling = self._loop.create_task(self._tell({"id": self._number, "code": cell.code}), name="tell-cell")
        try:
            waited: set[asyncio.Future[End] | asyncio.Future[JsonObject]] = {self._answer, self._over}
            await asyncio.wait({*waited, self._asked_to_stop}, return_when=asyncio.FIRST_COMPLETED)
            if not (self._answer.done() or self._over.done()):
                telling.cancel()
                await self._tell({"interrupt": self._number})
                await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED, timeout=_STOPS_WITHIN_S)
        finally:
            telling.cancel()
        if self._asked_to_stop.done():
            return self._asked_to_stop.result()
        return "itself" if self._answer.done() else self._run.ended_by or self._over.result()

    async def _tell(self, told: JsonObject) -> None:
        try:
            async with asyncio.timeout(_STOPS_WITHIN_S + self._command.limits.wall_s):
                await self._loop.sock_sendall(self._channel, json.dumps(told).encode() + b"\n")
        except (OSError, TimeoutError):
            return  # it has ended, or does not listen: that is seen elsewhere

    def _hear(self, answer: JsonObject) -> None:
        if answer.get("id") == _READY and not self._ready.done():
            self._ready.set_result(None)
        if self._answer is not None and not self._answer.done() and answer.get("id") == self._number:
            self._answer.set_result(answer)

    def _is_over(self, why: End) -> None:
        if not self._over.done():
            self._over.set_result(why)

    def _beyond(self, watcher: "asyncio.Task[EndedBy]") -> None:
        """Take in that it has gone beyond a limit of its whole life."""
        if not watcher.cancelled():
            self._is_over("disk" if watcher.exception() is not None else watcher.result())

    def _fail_if_it_never_began(self) -> None:
        """Raise SandboxUnavailable when the process could not be confined, or could not be started."""
        words = self._err.text.strip().rpartition("\n")[2]
        unexplained = self._over.done() and self._run.ending is None and self._process.poll() not in (None, 0)
        if self._run.failure or (unexplained and self._number == 1 and words.startswith("bwrap:")):
            reason = self._run.failure or words
            raise SandboxUnavailable(f"the sandbox cannot be set up: {reason}", hint="Type: agentsh doctor")

    async def end(self) -> None:
        """Kill what is left, wait until it is gone, close everything."""
        self._watcher.cancel()
        self._run.kill()
        try:
            await until(lambda: self._run.gone() and self._process.poll() is not None, _GONE_WITHIN_S)
        finally:
            if self._process.poll() is None:
                self._process.kill()
            for end in (self._out, self._err, self._lines, self._answers, self._run):
                end.close()
            self._stack.close()


class _Answers:
    """Reads what the process answers, a JSON object a line; one that answers too much has no more to say."""

    def __init__(self, channel: socket.socket, hear: Callable[[JsonObject], None], closed: Callable[[], None]) -> None:
        self._channel = channel
        self._hear = hear
        self._closed = closed
        self._rest = b""
        self._open = True
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(channel.fileno(), self._read)

    def close(self) -> None:
        """Stop listening and close the channel; again is harmless."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._channel.fileno())
            self._channel.close()
            self._closed()

    def _read(self) -> None:
        try:
            data = self._channel.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            if (answer := _object(line)) is not None:
                self._hear(answer)
        if not data or len(self._rest) > _MOST_ANSWER_BYTES:
            self.close()


def _object(line: bytes) -> JsonObject | None:
    """Return the object of a line; None when it is none: whoever writes it may be anybody's code."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _why_lost(ended_by: End, ending: Ending | None) -> str:
    if ended_by in ("deadline", "interrupt", "output"):
        return f"it did not stop ({ended_by}), so the interpreter was ended"
    if ended_by != "itself":
        return f"the interpreter was ended: {ended_by}"
    how = f" with {ending.exit_code}" if ending is not None and ending.exit_code is not None else ""
    return f"the interpreter ended itself{how}"


@cache
def _source() -> str:
    return Path(__file__).with_name("cell_runner.py").read_text(encoding="utf-8")
