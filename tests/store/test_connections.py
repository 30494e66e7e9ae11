"""A session is read as it is at one moment, whether it is at rest, under way, or comes to life meanwhile."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agentsh.store.connections import connect, make_durable, peek, transaction


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "numbers.db"
    with closing(sqlite3.connect(path)) as connection:
        make_durable(connection)
        connection.execute("CREATE TABLE numbers (n INTEGER NOT NULL)")
        connection.execute("INSERT INTO numbers VALUES (1)")
        connection.commit()
    return path


def total(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT sum(n) FROM numbers").fetchone()[0])


def test_a_file_at_rest_is_read_without_a_trace(file: Path) -> None:
    assert peek(file, total) == 1
    assert [found.name for found in file.parent.iterdir()] == [file.name]


def test_a_file_that_changes_while_it_is_read_is_read_again(file: Path) -> None:
    seen: list[int] = []

    def query(connection: sqlite3.Connection) -> int:
        if not seen:
            with closing(connect(file, "rw")) as writer:
                writer.execute("INSERT INTO numbers VALUES (10)")
        seen.append(total(connection))
        return seen[-1]

    assert peek(file, query) == 11
    assert len(seen) == 2


def test_an_error_is_believed_only_of_a_file_that_stayed_as_it_was(file: Path) -> None:
    calls: list[str] = []

    def query(connection: sqlite3.Connection) -> int:
        calls.append("call")
        if len(calls) == 1:
            with closing(connect(file, "rw")) as writer:
                writer.execute("INSERT INTO numbers VALUES (10)")
            raise sqlite3.DatabaseError("torn")
        return total(connection)

    assert peek(file, query) == 11

    def failing(connection: sqlite3.Connection) -> int:
        raise sqlite3.DatabaseError("always")

    with pytest.raises(sqlite3.DatabaseError, match="always"):
        peek(file, failing)


def test_all_of_a_query_sees_one_moment(file: Path) -> None:
    with closing(connect(file, "rw")) as writer:
        writer.execute("INSERT INTO numbers VALUES (2)")

        def query(connection: sqlite3.Connection) -> tuple[int, int]:
            before = total(connection)
            writer.execute("INSERT INTO numbers VALUES (4)")
            return before, total(connection)

        assert peek(file, query) == (3, 3)
        assert peek(file, total) == 7


def test_a_look_cannot_write(file: Path) -> None:
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        peek(file, lambda connection: connection.execute("DELETE FROM numbers"))


def test_a_transaction_is_all_or_nothing(file: Path) -> None:
    with closing(connect(file, "rw")) as connection:
        with pytest.raises(sqlite3.IntegrityError), transaction(connection):
            connection.executemany("INSERT INTO numbers VALUES (?)", [(5,), (None,)])
        assert total(connection) == 1
        with transaction(connection):
            connection.execute("INSERT INTO numbers VALUES (5)")
        assert total(connection) == 6


def test_a_commit_is_durable(file: Path) -> None:
    with closing(connect(file, "rw")) as connection:
        make_durable(connection)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert connection.execute("PRAGMA synchronous").fetchone() == (2,)


def test_what_cannot_hold_a_log_is_refused() -> None:
    memory = closing(sqlite3.connect(":memory:"))
    with memory as connection, pytest.raises(sqlite3.OperationalError, match="write-ahead log"):
        make_durable(connection)
