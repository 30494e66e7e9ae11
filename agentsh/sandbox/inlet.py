"""Reads what a process writes, up to a cap, without ever holding up the event loop."""

import asyncio
import codecs
import os
from collections.abc import Callable
from typing import Final

_CHUNK_BYTES: Final = 1 << 16
_PIPE_CHUNKS: Final = 2
_FLOOD_FACTOR: Final = 16
_FLOOD_BYTES: Final = 1 << 20
"""A process that writes this much, and this many times the cap, is ended for it; until then the rest is dropped."""


class Inlet:
    """The reading end of one pipe. It owns the descriptor."""

    def __init__(self, fd: int, keep_bytes: int, flooded: Callable[[], None]) -> None:
        """Start reading `fd`; `flooded` is called once if far more than `keep_bytes` comes."""
        self._fd = fd
        self._keep_bytes = keep_bytes
        self._flood_bytes = max(_FLOOD_BYTES, keep_bytes * _FLOOD_FACTOR)
        self._flooded = flooded
        self._kept = bytearray()
        self._seen_bytes = 0
        self._loop = asyncio.get_running_loop()
        self.closed = False
        """Whether nothing more will come."""
        os.set_blocking(fd, False)
        self._loop.add_reader(fd, self._read)

    @property
    def cut(self) -> bool:
        """Whether more came than was kept."""
        return self._seen_bytes > self._keep_bytes

    @property
    def text(self) -> str:
        """What was kept, as UTF-8 with replacements; a character cut in two at the cap is left out."""
        decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
        return decoder.decode(bytes(self._kept), final=not self.cut)

    def renew(self, keep_bytes: int) -> None:
        """Forget what was read, and keep up to `keep_bytes` of what comes from now on."""
        self.drain()
        self._keep_bytes = keep_bytes
        self._flood_bytes = max(_FLOOD_BYTES, keep_bytes * _FLOOD_FACTOR)
        self._kept.clear()
        self._seen_bytes = 0

    def drain(self) -> None:
        """Take in all that has been written up to now: no more than a pipe holds, whoever goes on writing."""
        for _ in range(_PIPE_CHUNKS):
            if not self.closed:
                self._read()

    def close(self) -> None:
        """Stop reading and close the descriptor; again is harmless."""
        if not self.closed:
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self.closed = True

    def _read(self) -> None:
        try:
            data = os.read(self._fd, _CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self.close()
            return
        self._seen_bytes += len(data)
        self._kept += data[: max(0, self._keep_bytes - len(self._kept))]
        if self._seen_bytes > self._flood_bytes:
            self._flooded()


class Lines:
    """The reading end of a channel on which a line at a time is told. It owns the descriptor."""

    def __init__(self, fd: int, hear: Callable[[bytes], None], closed: Callable[[], None]) -> None:
        """Call `hear` with each line, without its end, and `closed` when there will be no more."""
        self._fd = fd
        self._hear = hear
        self._closed = closed
        self._rest = b""
        self._open = True
        self._loop = asyncio.get_running_loop()
        os.set_blocking(fd, False)
        self._loop.add_reader(fd, self._read)

    def close(self) -> None:
        """Stop listening and close the descriptor; again is harmless."""
        if self._open:
            self._open = False
            self._loop.remove_reader(self._fd)
            os.close(self._fd)
            self._closed()

    def _read(self) -> None:
        try:
            data = os.read(self._fd, _CHUNK_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._hear(line)
        if not data:
            self.close()
