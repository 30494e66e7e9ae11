"""Old sessions open in newer versions; what is no session, or newer, is one clear error."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from agentsh.core.errors import ExitCode, SessionDamaged, StoreError
from agentsh.core.ids import ActionName, MessageId, ReactionId, RoleName
from agentsh.store.catalogue import read_session, summary_of
from agentsh.store.check import check
from agentsh.store.journal import SqliteJournal
from agentsh.store.schema import FORMAT, create, migrate
from tests.store.conftest import Opener
from tests.store.facts import tick

FORMAT_1 = Path(__file__).parent / "fixtures" / "format_1.sql"


@pytest.fixture
def old(path: Path) -> Path:
    """A session of format 1: events only, no projections."""
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FORMAT_1.read_text(encoding="utf-8"))
    return path


async def test_a_session_of_format_1_opens_with_all_it_held(old: Path, opened: Opener) -> None:
    before = read_session(old)
    assert len(before) == 7
    journal = await opened(old, create=False)
    assert await journal.read() == before
    await journal.append([tick(1)])
    assert journal.last_seq == 8


async def test_what_format_1_did_not_have_is_made_from_its_events(old: Path, opened: Opener) -> None:
    journal = await opened(old, create=False)
    message = await journal.message(MessageId("architect:1:2"))
    assert message is not None
    assert message.content == "\x01s looks like a reference"
    seen = await journal.messages(visible_to=RoleName("engineer"), causes=[ActionName("write_design")])
    assert [m.id for m in seen] == ["architect:1:1"]
    assert [r.seq for r in await journal.steps(ReactionId("architect:1"))] == [3, 4, 5, 6]
    assert [m.id for m in await journal.search("grid moves")] == ["architect:1:1"]
    await journal.save_snapshot(7, {})
    await journal.aclose()
    assert check(old).faults == ()


async def test_looking_at_a_session_of_format_1_does_not_change_it(old: Path) -> None:
    before = old.read_bytes()
    summary = summary_of(old)
    assert (summary.idea, summary.status, summary.messages, summary.steps) == (
        "Write a cli snake game",
        "paused",
        3,
        1,
    )
    assert (summary.tokens.prompt, summary.tokens.completion, summary.seconds) == (120, 40, 1.5)
    assert check(old).ok
    assert old.read_bytes() == before
    assert [file.name for file in old.parent.iterdir()] == [old.name]


async def test_migrations_are_recorded_by_name(old: Path, opened: Opener) -> None:
    await (await opened(old, create=False)).aclose()
    with closing(sqlite3.connect(old)) as connection:
        names = connection.execute("SELECT name FROM _sqlite_migrations ORDER BY id").fetchall()
        assert connection.execute("PRAGMA user_version").fetchone() == (FORMAT,)
    assert names == [("m001_events",), ("m002_projections",)]


def test_a_new_file_is_laid_out_as_an_empty_one_that_was_migrated(path: Path) -> None:
    path.parent.mkdir()
    create(path)
    with closing(sqlite3.connect(path)) as new, closing(sqlite3.connect(":memory:")) as migrated:
        migrate(migrated)
        assert layout(new) == layout(migrated)
        migrate(new)
        assert layout(new) == layout(migrated)


def layout(connection: sqlite3.Connection) -> dict[str, list[object]]:
    """Return each table's columns and indexes, which migrations have been applied, and the file's marks."""
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")]
    said: dict[str, list[object]] = {}
    for table in tables:
        said[table] = connection.execute(f"PRAGMA table_info({table})").fetchall()
        said[f"indexes of {table}"] = connection.execute(f"PRAGMA index_list({table})").fetchall()
    for mark in ("application_id", "user_version"):
        said[mark] = connection.execute(f"PRAGMA {mark}").fetchall()
    said["migrations"] = connection.execute("SELECT id, migration_set, name FROM _sqlite_migrations").fetchall()
    return said


async def test_a_damaged_session_of_format_1_stays_as_it_is(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection, connection:
        connection.execute("UPDATE events SET at = 'never' WHERE seq = 5")
    with pytest.raises(SessionDamaged, match="event 5") as caught:
        await SqliteJournal.open(old, create=False)
    assert caught.value.last_good_seq == 4
    assert len(read_session(old, limit=4)) == 4


async def test_projections_of_another_meaning_are_made_anew(path: Path, opened: Opener) -> None:
    journal = await opened(path)
    await journal.append([tick(1)])
    await journal.aclose()
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE progress SET value = value + 1 WHERE name = 'projections'")
        connection.execute("UPDATE summary SET tally = '{}'")
        connection.execute("INSERT INTO messages VALUES ('ghost', 1)")
    await (await opened(path, create=False)).aclose()
    assert check(path).ok


def empty(path: Path) -> None:
    path.touch()


def text(path: Path) -> None:
    path.write_text("not a database, but longer than the header of one " * 40)


def foreign(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE events (seq INTEGER)")


def folder(path: Path) -> None:
    path.mkdir()


def missing(path: Path) -> None:
    """There is nothing."""


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (empty, "it is empty"),
        (text, "it is not an SQLite database"),
        (foreign, "SQLite database of something else"),
        (folder, "it is not a file"),
        (missing, "there is no session file"),
    ],
)
async def test_what_is_no_session_is_named_and_left_alone(path: Path, make: Callable[[Path], None], says: str) -> None:
    path.parent.mkdir()
    make(path)
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(StoreError, match=says) as caught:
        await SqliteJournal.open(path, create=False)
    assert repr(str(path)) in str(caught.value)
    assert caught.value.hint
    assert caught.value.exit_code is ExitCode.STORE
    assert (path.read_bytes() if path.is_file() else None) == before
    assert [file.name for file in path.parent.iterdir()] in ([path.name], [])


async def test_a_session_of_a_newer_version_is_left_alone(path: Path, opened: Opener) -> None:
    await (await opened(path)).aclose()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    with pytest.raises(StoreError, match=f"format {FORMAT + 1}.*up to {FORMAT}") as caught:
        await SqliteJournal.open(path, create=False)
    assert "upgrade" in caught.value.hint
    with pytest.raises(StoreError, match="format"):
        read_session(path)


async def test_an_event_of_a_newer_version_is_not_taken_for_damage(path: Path, opened: Opener) -> None:
    journal = await opened(path)
    await journal.append([tick(1)])
    await journal.aclose()
    from agentsh.store.payload import sealed

    row = sealed(2, "2026-01-01T00:00:00.000Z", "moon.landed", '{"kind":"moon.landed"}', 0)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            "INSERT INTO events (seq, at, kind, payload, packed, checksum) VALUES (?, ?, ?, ?, ?, ?)", row
        )
    journal = await opened(path, create=False)
    with pytest.raises(StoreError, match=r"event 2 of kind 'moon\.landed'") as caught:
        await journal.read()
    assert not isinstance(caught.value, SessionDamaged)


async def test_a_new_session_does_not_overwrite_one_that_is_there(path: Path, opened: Opener) -> None:
    journal = await opened(path)
    await journal.append([tick(1)])
    await journal.aclose()
    with pytest.raises(StoreError, match="is there already"):
        await SqliteJournal.open(path, create=True)
    again = await opened(path, create=False)
    assert again.last_seq == 1


async def test_a_session_that_died_while_it_was_made_is_made_anew(path: Path, opened: Opener) -> None:
    path.parent.mkdir()
    path.with_name(f".{path.name}.new").write_bytes(b"half of a file")
    await opened(path)
    assert not path.with_name(f".{path.name}.new").exists()
