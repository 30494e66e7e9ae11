"""Says what went wrong with a session file in the words of `core.errors`: one clear error each, with the next step."""

import errno
import sqlite3
from pathlib import Path

from agentsh.core.errors import SessionDamaged, StoreError, StoreFull

_FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE}
"""A write that fails by quota or by a limit on file sizes is IOERR_WRITE; a bad disk shows at fsync or at read."""
_FULL_ERRNOS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def store_full(path: Path) -> StoreFull:
    """Return the error for a disk, a quota or a limit on file sizes that leaves no room."""
    return StoreFull(
        f"no room to write {str(path)!r}: the disk is full, or a quota or a limit on file sizes is reached",
        hint="everything shown as done is stored; free some space and resume the session",
    )


def session_damaged(path: Path, last_good_seq: int, what: str) -> SessionDamaged:
    """Return the error for bytes that changed behind the journal's back."""
    return SessionDamaged(
        f"the session file {str(path)!r} is damaged: {what}; events 1 to {last_good_seq} are good"
        if last_good_seq
        else f"the session file {str(path)!r} is damaged: {what}; no event could be read",
        last_good_seq=last_good_seq,
        hint="keep a copy of the file; `agentsh sessions export` saves what is good",
    )


def store_error(error: sqlite3.Error | OSError, path: Path, last_good_seq: int = 0) -> StoreError:
    """Return what a person can use instead of what SQLite or the system said."""
    if isinstance(error, OSError):
        return _of_system(error, path)
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
    primary = code & 0xFF
    if code in _FULL or primary == sqlite3.SQLITE_FULL:
        return store_full(path)
    if primary == sqlite3.SQLITE_NOTADB:
        return not_a_session(path, "it is not an SQLite database")
    if primary == sqlite3.SQLITE_CORRUPT:
        return session_damaged(path, last_good_seq, str(error))
    return StoreError(
        f"the session file {str(path)!r} cannot be used: {error}", hint="check the disk and the file's owner and mode"
    )


def not_a_session(path: Path, why: str) -> StoreError:
    """Return the error for a file that is something else."""
    return StoreError(
        f"{str(path)!r} is not a session file: {why}",
        hint="see `agentsh sessions list` for the sessions that there are",
    )


def _of_system(error: OSError, path: Path) -> StoreError:
    if error.errno in _FULL_ERRNOS:
        return store_full(path)
    return StoreError(
        f"the session file {str(path)!r} cannot be used: {error.strerror or error}",
        hint="check that the folder is there, and its owner and mode",
    )
