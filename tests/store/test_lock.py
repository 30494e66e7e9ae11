"""The lock of a session: one holder, named, and gone with its process."""

import os
import stat
from pathlib import Path

import pytest

from agentsh.core.errors import ExitCode, SessionLocked
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


def test_a_lock_file_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("keep")
    (tmp_path / "game.db.lock").symlink_to(target)
    with pytest.raises(OSError, match="symbolic"):
        SessionLock.acquire(tmp_path / "game.db")
    assert target.read_text() == "keep"
