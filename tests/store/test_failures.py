"""What SQLite and the system say becomes one clear error with a next step."""

import errno
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agentsh.core.errors import ExitCode, SessionDamaged, StoreError, StoreFull
from agentsh.store.failures import session_damaged, store_error

PATH = Path("/sessions/game.db")


def said_by_sqlite(code: int) -> sqlite3.Error:
    error = sqlite3.OperationalError("something went wrong")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize("code", [sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE])
def test_no_room_is_a_full_disk(code: int) -> None:
    assert isinstance(store_error(said_by_sqlite(code), PATH), StoreFull)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_no_room_for_the_system_is_a_full_disk_too(number: int) -> None:
    assert isinstance(store_error(OSError(number, os.strerror(number)), PATH), StoreFull)


@pytest.mark.parametrize("code", [sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_CORRUPT_INDEX, sqlite3.SQLITE_CORRUPT_VTAB])
def test_pages_that_do_not_hold_together_are_damage(code: int) -> None:
    error = store_error(said_by_sqlite(code), PATH, last_good_seq=7)
    assert isinstance(error, SessionDamaged)
    assert error.last_good_seq == 7


@pytest.mark.parametrize(
    "error",
    [
        said_by_sqlite(sqlite3.SQLITE_IOERR_FSYNC),
        said_by_sqlite(sqlite3.SQLITE_READONLY),
        said_by_sqlite(sqlite3.SQLITE_CANTOPEN),
        sqlite3.ProgrammingError("no code at all"),
        PermissionError(errno.EACCES, "Permission denied"),
    ],
)
def test_anything_else_is_told_as_it_is_with_the_file_and_a_next_step(error: sqlite3.Error | OSError) -> None:
    told = store_error(error, PATH)
    assert type(told) is StoreError
    assert repr(str(PATH)) in str(told)
    assert told.hint
    assert told.exit_code is ExitCode.STORE


def test_damage_says_what_is_good() -> None:
    assert "events 1 to 12 are good" in str(session_damaged(PATH, 12, "event 13"))
    assert "no event could be read" in str(session_damaged(PATH, 0, "event 1"))


def test_a_file_of_something_else_is_named() -> None:
    with closing(sqlite3.connect(":memory:")) as connection, pytest.raises(sqlite3.Error) as caught:
        connection.execute("nonsense")
    assert "cannot be used" in str(store_error(caught.value, PATH))
    assert "not an SQLite database" in str(store_error(said_by_sqlite(sqlite3.SQLITE_NOTADB), PATH))
