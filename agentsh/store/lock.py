"""One process at a time has a session open: a lock that dies with its holder and says who that is."""

import fcntl
import os
import time
from pathlib import Path

from agentsh.core.errors import SessionLocked

_PID_BYTES = 20
"""More digits than any pid has."""
_HOLDER_WAIT_S = 1.0
"""How long a holder may take to write its pid once it has the lock.

So long a child may have it too that a process which was killed had just forked: the lock goes when the child becomes
another program.
"""


class SessionLock:
    """An exclusive flock on `NAME.db.lock`.

    Not on the database itself: closing any descriptor of that file would drop SQLite's own locks on it.
    """

    def __init__(self, path: Path, descriptor: int) -> None:
        self._path = path
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, session: Path) -> "SessionLock":
        """Take the lock of the session file `session`.

        Raises:
            SessionLocked: a live process has it; its pid is named.
            OSError: the lock file cannot be written.
        """
        path = _lock_path(session)
        deadline = time.monotonic() + _HOLDER_WAIT_S
        while True:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if _is_still(path, descriptor):
                    _write_pid(descriptor)
                    return cls(path, descriptor)
            except BlockingIOError:
                os.close(descriptor)
                pid = holder(session)
                if pid is not None or time.monotonic() > deadline:
                    raise _locked(session, pid) from None
                time.sleep(0.01)
                continue
            except OSError:
                os.close(descriptor)
                raise
            # A holder removed the file between our open and our lock: it guards nothing.
            os.close(descriptor)

    def release(self) -> None:
        """Let go. The file is removed while it is still locked, so nobody holds a lock on a name that is gone."""
        self._path.unlink(missing_ok=True)
        os.close(self._descriptor)


def holder(session: Path) -> int | None:
    """Return the pid of the live process that has the session file open; takes no lock."""
    try:
        # A folder from elsewhere may hold a pipe of that name.
        descriptor = os.open(_lock_path(session), os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        with open(descriptor, "rb") as file:  # noqa: PTH123  only open() takes a descriptor
            pid = int(file.read(_PID_BYTES) or b"")
    except (OSError, ValueError):
        return None
    return pid if _alive(pid) else None


def _lock_path(session: Path) -> Path:
    return session.with_name(f"{session.name}.lock")


def _is_still(path: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(descriptor))
    except FileNotFoundError:
        return False


def _write_pid(descriptor: int) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _locked(session: Path, pid: int | None) -> SessionLocked:
    who = f"process {pid}" if pid else "another process"
    return SessionLocked(
        f"the session file {str(session)!r} is open in {who}",
        hint=f"go on there, or end it first{f': kill {pid}' if pid else ''}",
    )
