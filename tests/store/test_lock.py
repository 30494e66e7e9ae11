"""The lock of a session: one holder, named, and gone with its process."""

import os
import signal
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from agentsh.core.errors import ExitCode, SessionLocked
from agentsh.store import lock as locking
from agentsh.store.lock import SessionLock, holder


def test_the_second_hears_who_has_it(tmp_path: Path) -> None:
    session = tmp_path / "game.db"
    lock = SessionLock.acquire(session)
    with pytest.raises(SessionLocked, match=f"process {os.getpid()}") as caught:
        SessionLock.acquire(session)
    assert caught.value.exit_code is ExitCode.STORE
    assert str(os.getpid()) in caught.value.hint
    lock.release()
    SessionLock.acquire(session).release()


def test_a_released_lock_leaves_nothing(tmp_path: Path) -> None:
    lock = SessionLock.acquire(tmp_path / "game.db")
    assert [stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()] == [0o600]
    lock.release()
    assert list(tmp_path.iterdir()) == []


def test_the_holder_is_known_without_taking_the_lock(tmp_path: Path) -> None:
    session = tmp_path / "game.db"
    assert holder(session) is None
    lock = SessionLock.acquire(session)
    assert holder(session) == os.getpid()
    lock.release()
    assert holder(session) is None


def test_a_file_left_by_a_dead_process_is_no_lock(tmp_path: Path) -> None:
    session = tmp_path / "game.db"
    dead = os.posix_spawn("/bin/true", ["true"], {})
    os.waitpid(dead, 0)
    (tmp_path / "game.db.lock").write_text(str(dead))
    assert holder(session) is None
    lock = SessionLock.acquire(session)
    assert holder(session) == os.getpid()
    lock.release()


_KILLED = """
import os, signal, sys
from pathlib import Path
from agentsh.store import lock as locking
from agentsh.store.lock import SessionLock

lock = SessionLock.acquire(Path(sys.argv[1]))
if os.fork() == 0:
    sys.stdin.read()
    os._exit(0)
print("forked", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""
"""Leaves a child that has the lock, as one has it between fork and exec."""


def test_a_child_that_was_just_forked_when_its_parent_was_killed_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locking, "_HOLDER_WAIT_S", 100.0)
    session = tmp_path / "game.db"
    words = [sys.executable, "-c", _KILLED, str(session)]
    with (
        subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as killed,
        ThreadPoolExecutor() as aside,
    ):
        assert killed.stdout is not None
        assert killed.stdin is not None
        assert killed.stdout.readline() == b"forked\n"
        assert killed.wait() == -signal.SIGKILL
        opened = aside.submit(SessionLock.acquire, session)
        killed.stdin.close()
        opened.result().release()


def test_a_lock_file_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("keep")
    (tmp_path / "game.db.lock").symlink_to(target)
    with pytest.raises(OSError, match="symbolic"):
        SessionLock.acquire(tmp_path / "game.db")
    assert target.read_text() == "keep"
