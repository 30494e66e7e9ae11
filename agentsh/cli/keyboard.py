"""Lines that a person types at the terminal, without blocking anything else."""

import asyncio
import os
import sys
from collections import deque
from typing import Protocol

READ_BYTES = 1 << 16


class Lines(Protocol):
    """Where answers come from."""

    async def line(self) -> str | None:
        """Return the next line without its newline; None at the end of input."""


class Keyboard:
    """Reads a terminal by lines. Only while a line is awaited is anything read."""

    def __init__(self, descriptor: int | None = None) -> None:
        self._descriptor = sys.stdin.fileno() if descriptor is None else descriptor
        self._ready: deque[str] = deque()
        self._rest = b""
        self._ended = False

    async def line(self) -> str | None:
        """Return the next line without its newline; None at the end of input."""
        while not self._ready and not self._ended:
            await self._readable()
            self._take(os.read(self._descriptor, READ_BYTES))
        return self._ready.popleft() if self._ready else None

    async def _readable(self) -> None:
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        try:
            loop.add_reader(self._descriptor, readable.set)
        except PermissionError:  # a file that the input was taken from: it is always there
            return
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._descriptor)

    def _take(self, data: bytes) -> None:
        *whole, self._rest = (self._rest + data).split(b"\n")
        if not data:
            self._ended = True
            whole, self._rest = ([self._rest] if self._rest else []), b""
        self._ready.extend(line.decode("utf-8", "replace").rstrip("\r") for line in whole)
