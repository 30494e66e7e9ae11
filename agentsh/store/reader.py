"""Reads a session on a thread of its own, beside the writer: it sees everything acknowledged before it was asked."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from agentsh.core.errors import StoreError
from agentsh.store.connections import connect
from agentsh.store.failures import store_error
from agentsh.store.records import Records

T = TypeVar("T")


class Reader:
    """One read-only connection and the thread that owns it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix=f"journal reader {path.name}")
        self._records: Records | None = None
        self._is_closed = False

    async def run(self, query: Callable[[Records], T]) -> T:
        """Return what `query` reads, off the event loop.

        Raises:
            SessionDamaged, StoreError: as `query` does, or when it is closed.
        """
        if self._is_closed:
            raise StoreError(f"the session file {str(self._path)!r} is closed")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._ask, query)

    def close(self) -> None:
        """Finish what was asked and close the connection; blocks, so it is not for the event loop."""
        if not self._is_closed:
            self._is_closed = True
            self._thread.submit(self._disconnect).result()
            self._thread.shutdown()

    def _ask(self, query: Callable[[Records], T]) -> T:
        try:
            if self._records is None:
                self._records = Records(connect(self._path, "ro"), self._path)
            return query(self._records)
        except sqlite3.Error as error:
            raise store_error(error, self._path) from error

    def _disconnect(self) -> None:
        if self._records is not None:
            self._records.connection.close()
