"""What is done to a session's file as a whole, while nobody has it open: another name, less room, its end."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from agentsh.core.errors import StoreError, UsageError
from agentsh.core.events import SessionRenamed
from agentsh.core.ids import SessionName
from agentsh.store.clock import utc_now
from agentsh.store.failures import store_error
from agentsh.store.ledger import Ledger, entry
from agentsh.store.lock import SessionLock

T = TypeVar("T")


def rename(path: Path, target: Path, *, now: Callable[[], str] = utc_now) -> None:
    """Give a session another name; its workspace stays where it is.

    Raises:
        UsageError: there is something of that name.
        SessionLocked: a live process has it.
        StoreError: it is as it was.
    """
    if os.path.lexists(target):
        raise UsageError(f"session {target.stem!r} is there already", hint="choose another name")
    with closing(Ledger.open(path, create=False)) as ledger:
        renamed = SessionRenamed(name=SessionName(target.stem))
        _told(path, lambda: ledger.commit([entry(ledger.last_seq + 1, now(), renamed)]))
    lock = SessionLock.acquire(path)
    try:
        _told(path, lambda: path.rename(target))
    finally:
        lock.release()


def compact(path: Path) -> None:
    """Give back the room in a session's file that nothing needs: no event goes.

    Raises:
        SessionLocked: a live process has it.
        StoreError: it is as it was.
    """
    with closing(Ledger.open(path, create=False)) as ledger:
        _told(path, ledger.squeeze)


def delete(path: Path, workspace: Path | None) -> None:
    """Remove a session, and the folder that its team wrote when one is given; the file last, so it can be repeated.

    Raises:
        SessionLocked: a live process has it.
        StoreError: something could not be removed.
    """
    lock = SessionLock.acquire(path)
    try:
        if workspace is not None and workspace.is_dir() and not workspace.is_symlink():
            _told(path, lambda: shutil.rmtree(workspace))
        for end in ("-wal", "-shm", ""):
            Path(f"{path}{end}").unlink(missing_ok=True)
    finally:
        lock.release()


def _told(path: Path, work: Callable[[], T]) -> T:
    try:
        return work()
    except OSError as error:
        raise StoreError(f"{str(path)!r}: {error.strerror or error}") from error
    except sqlite3.Error as error:
        raise store_error(error, path) from error
