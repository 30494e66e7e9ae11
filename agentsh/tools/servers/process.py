"""A server that is a program: messages are lines on its stdin and stdout, bounded; it ends with us, whatever happens.

The client's own transport keeps lines of any length, writes what the program complains of onto our terminal, and leaves
the program behind when we are killed.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentsh.core.servers import ServerSettings

if TYPE_CHECKING:
    import anyio
    from mcp.shared.message import SessionMessage

    Streams = tuple[Any, Any]

LONGEST_LINE = 4 * 1024 * 1024
"""Bytes of one message."""
GRACE_S = 2.0
"""How long it may take to end by itself once nobody listens any more."""
KEPT = 2_000
"""Characters of the end of what it complained of."""
_KEPT_VARIABLES = ("PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "LANG", "LC_ALL", "TMPDIR", "TZ")
_LEASH = Path(__file__).with_name("leash.py")


class ServerProcess:
    """The program of one server; enter `opened` to speak with it."""

    def __init__(self, settings: ServerSettings, cwd: Path) -> None:
        self._settings = settings
        self._cwd = cwd
        self._process: asyncio.subprocess.Process | None = None
        self._fault = ""
        self._complained = ""

    @property
    def trouble(self) -> str:
        """What is known of why it does not answer: what it sent, how it ended, and its last words."""
        code = None if self._process is None else self._process.returncode
        ended = "" if code is None else f"it ended with exit code {code}"
        last = self._complained.strip().splitlines()[-1:]
        return "; ".join(part for part in (self._fault, ended, *last) if part)

    @asynccontextmanager
    async def opened(self) -> AsyncIterator["Streams"]:
        """Start it, and yield what it says and what it is told. Raises OSError."""
        import anyio

        says, heard = anyio.create_memory_object_stream["SessionMessage | Exception"](0)
        told, telling = anyio.create_memory_object_stream["SessionMessage"](0)
        process = await self._started()
        tasks = [
            asyncio.create_task(self._listen(process, says)),
            asyncio.create_task(_tell(process, telling)),
            asyncio.create_task(self._hear_complaints(process)),
        ]
        try:
            yield heard, told
        finally:
            for stream in (says, heard, told, telling):
                await stream.aclose()
            for task in tasks[:2]:
                task.cancel()
            await asyncio.shield(_ended(process))
            tasks[2].cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _started(self) -> asyncio.subprocess.Process:
        self._fault = self._complained = ""
        own = {name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ}
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            str(_LEASH),
            str(os.getpid()),
            *self._settings.command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=self._cwd,
            env=own | filled(self._settings.env),
            limit=LONGEST_LINE,
            start_new_session=True,
        )
        return self._process

    async def _listen(
        self, process: asyncio.subprocess.Process, says: "anyio.abc.ObjectSendStream[SessionMessage | Exception]"
    ) -> None:
        import anyio

        stdout = process.stdout
        try:
            while stdout is not None and (line := await stdout.readline()):
                if line.strip():
                    await says.send(_read(line))
            await process.wait()
        except ValueError:
            self._fault = f"it sent a message of more than {LONGEST_LINE // 1024**2} MB"
        except (anyio.BrokenResourceError, anyio.ClosedResourceError):
            return
        finally:
            await says.aclose()

    async def _hear_complaints(self, process: asyncio.subprocess.Process) -> None:
        while process.stderr is not None and (piece := await process.stderr.read(4096)):
            self._complained = (self._complained + piece.decode("utf-8", "replace"))[-KEPT:]


def filled(values: Mapping[str, str]) -> dict[str, str]:
    """Return values in which `$NAME` is what the environment says; a name that it does not know stays as it is."""
    return {name: os.path.expandvars(value) for name, value in values.items()}


async def _tell(process: asyncio.subprocess.Process, telling: "anyio.abc.ObjectReceiveStream[SessionMessage]") -> None:
    with suppress(ConnectionError):
        async for message in telling:
            if process.stdin is not None:
                text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
                process.stdin.write(text.encode("utf-8", "surrogatepass") + b"\n")
                await process.stdin.drain()


def _read(line: bytes) -> "SessionMessage | Exception":
    from mcp.shared.message import SessionMessage
    from mcp_types import jsonrpc_message_adapter

    try:
        return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError as error:
        return error


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Let it end: asked, then told, then made to, with all that it started."""
    if process.stdin is not None:
        process.stdin.close()
    for number in (None, signal.SIGTERM, signal.SIGKILL):
        if number is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)
        with suppress(TimeoutError):
            await asyncio.wait_for(_gone(process), GRACE_S)
            break
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


async def _gone(process: asyncio.subprocess.Process) -> None:
    """Wait for its end; what it still says is read, so that a full pipe does not hold it up."""
    while process.stdout is not None and await process.stdout.read(65536):
        pass
    await process.wait()
