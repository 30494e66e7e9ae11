"""Starts, watches and ends the child process of the embedded model. What it prints is kept, capped, and not shown."""

import asyncio
import json
import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path

from agentsh.core.errors import ProviderError

SCRIPT = Path(__file__).with_name("local_server.py")
SLOTS = 2
SLOT_TOKENS = 4096
"""Context window of each slot."""
READY_S = 120.0
"""Loading takes 1 to 3 s from a warm disk."""
TERM_S = 3.0
LOG_BYTES = 16_384
INSTALL_HINT = 'Type: pip install "agentsh[local]"'


class ModelChild(asyncio.SubprocessProtocol):
    """One running model server. Make it with `start`; it dies with this process, however that ends."""

    def __init__(self) -> None:
        loop = asyncio.get_running_loop()
        self.api_key = secrets.token_urlsafe(24)
        self.url = ""
        self._first_line: asyncio.Future[bytes] = loop.create_future()
        self._exited: asyncio.Future[int] = loop.create_future()
        self._stdout = b""
        self._log = b""
        self._transport: asyncio.SubprocessTransport | None = None

    @classmethod
    async def start(cls, model: Path, alias: str) -> "ModelChild":
        """Start a server on the weights at `model` and wait until it is ready.

        Raises:
            ProviderError: xllamacpp is not installed, or the model could not be loaded, or not in time.
        """
        child = cls()
        try:
            await child._spawn(model, alias)
            async with asyncio.timeout(READY_S):
                child.url = _ready_url(await child._first_line)
        except BaseException as error:
            why = str(error) or f"not ready within {READY_S:g} s"
            failure = child.error(f"did not start with {str(model)!r}: {why}")
            await child.stop()
            if isinstance(error, TimeoutError | ValueError | OSError):
                raise failure from error
            raise
        return child

    @property
    def alive(self) -> bool:
        """Whether the process is there."""
        return not self._exited.done()

    @property
    def pid(self) -> int | None:
        """Its process id."""
        return self._transport.get_pid() if self._transport else None

    @property
    def log(self) -> str:
        """The last of what it printed, at most 16 KiB."""
        return self._log.decode("utf-8", "replace")

    def error(self, what: str) -> ProviderError:
        """Return the error that says `what` became of the child, with the end of its log."""
        ended = f", exit code {self._exited.result()}" if self._exited.done() else ""
        tail = "\n".join(self.log.splitlines()[-4:])
        return ProviderError(
            f"the embedded model {what}{ended}" + (f"; its log ends with:\n{tail}" if tail else ""),
            hint="Free some memory (it needs 400 MB), or start Ollama, or name a server with --host",
            kind="server",
        )

    async def exited(self, within_s: float) -> bool:
        """Wait for its end at most `within_s` seconds; return whether it came."""
        with suppress(TimeoutError):
            async with asyncio.timeout(within_s):
                await asyncio.shield(self._exited)
        return not self.alive

    async def stop(self) -> None:
        """End it: asked first, then killed; it is reaped when this returns."""
        if self._transport is None:
            return
        with suppress(ProcessLookupError):
            self._transport.terminate()
        try:
            if not await self.exited(TERM_S):
                with suppress(ProcessLookupError):
                    self._transport.kill()
                await self.exited(TERM_S)
        finally:
            self._transport.close()

    async def _spawn(self, model: Path, alias: str) -> None:
        config = {
            "model": str(model),
            "alias": alias,
            "api_key": self.api_key,
            "slots": SLOTS,
            "context_tokens": SLOT_TOKENS,
            "threads": max(1, (os.cpu_count() or 1) - 1),
            "parent_pid": os.getpid(),
        }
        # A session of its own: a Ctrl-C in the terminal is for the shell to handle.
        transport, _ = await asyncio.get_running_loop().subprocess_exec(
            lambda: self, sys.executable, "-P", str(SCRIPT), start_new_session=True
        )
        stdin = transport.get_pipe_transport(0)
        if isinstance(stdin, asyncio.WriteTransport):
            stdin.write(json.dumps(config).encode() + b"\n")

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Note the running process."""
        if isinstance(transport, asyncio.SubprocessTransport):
            self._transport = transport

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        """Take what the child wrote: its answer on 1, llama.cpp's noise on 2."""
        if fd == 1 and not self._first_line.done():
            self._stdout += data
            if b"\n" in self._stdout:
                self._first_line.set_result(self._stdout)
        elif fd == 2:
            self._log = (self._log + data)[-LOG_BYTES:]

    def pipe_connection_lost(self, fd: int, _error: Exception | None) -> None:
        """Without an answer by now there will be none: whoever waits for READY waits no longer."""
        if fd == 1 and not self._first_line.done():
            self._first_line.set_result(b'{"failed": "it ended before it was ready"}')

    def process_exited(self) -> None:
        """Note the end."""
        code = self._transport.get_returncode() if self._transport else None
        if not self._exited.done():
            self._exited.set_result(-1 if code is None else code)


def _ready_url(line: bytes) -> str:
    """Return the server's address; raises ValueError with its reason, or ProviderError when xllamacpp is missing."""
    answer: dict[str, str] = json.loads(line)
    if "No module named" in answer.get("failed", ""):
        raise ProviderError("the embedded model needs the package xllamacpp", hint=INSTALL_HINT, kind="missing")
    if "ready" not in answer:
        raise ValueError(answer.get("failed", f"{line!r}"))
    return answer["ready"]
