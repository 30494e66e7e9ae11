"""Writes a text into a pipe and closes it, without ever holding up the event loop."""

import asyncio
import os


class Outlet:
    """The writing end of one pipe. It owns the descriptor."""

    def __init__(self, fd: int, data: bytes) -> None:
        """Start writing `data`; the pipe is closed at its end, or when nobody reads any more."""
        self._fd = fd
        self._left = memoryview(data)
        self._open = True
        self._loop = asyncio.get_running_loop()
        os.set_blocking(fd, False)
        self._loop.add_writer(fd, self._write)
        self._write()

    def close(self) -> None:
        """Stop writing and close the descriptor; again is harmless."""
        if self._open:
            self._open = False
            self._loop.remove_writer(self._fd)
            os.close(self._fd)

    def _write(self) -> None:
        try:
            self._left = self._left[os.write(self._fd, self._left) :] if self._left else self._left
        except BlockingIOError:
            return
        except OSError:
            self.close()
            return
        if not self._left:
            self.close()
