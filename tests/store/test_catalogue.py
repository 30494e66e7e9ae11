"""The sessions of a folder, seen from outside while others write."""

import os
import shutil
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from agentsh.core import events as e
from agentsh.core.errors import SessionDamaged, StoreError, UsageError
from agentsh.core.ids import SessionName
from agentsh.store.catalogue import SessionFiles, read_session
from agentsh.store.journal import SqliteJournal
from tests.store.conftest import Opener
from tests.store.facts import said, session_started, tick

FINISHED = e.SessionFinished(status="finished", exit_code=0, summary="")


@pytest.fixture
def files(tmp_path: Path) -> SessionFiles:
    return SessionFiles(tmp_path / "sessions")


async def kept(files: SessionFiles, name: str, *events: e.Event, at: str = "2026-01-01T00:00:00.000Z") -> None:
    journal = await SqliteJournal.open(files.path(name), create=True, now=lambda: at)
    await journal.append([session_started(f"idea of {name}"), *events])
    await journal.aclose()


async def test_a_folder_that_is_not_there_holds_no_sessions(files: SessionFiles) -> None:
    assert files.names() == []
    assert files.summaries() == []
    assert files.latest() is None
    assert not files.folder.exists()


async def test_sessions_are_listed_newest_first(files: SessionFiles) -> None:
    await kept(files, "b", at="2026-01-02T00:00:00.000Z")
    await kept(files, "a", at="2026-01-03T00:00:00.000Z")
    await kept(files, "c", FINISHED, at="2026-01-01T00:00:00.000Z")
    assert files.names() == ["a", "b", "c"]
    assert [(summary.name, summary.status) for summary in files.summaries()] == [
        ("a", "interrupted"),
        ("b", "interrupted"),
        ("c", "finished"),
    ]
    latest = files.latest()
    assert latest is not None
    assert latest.name == "a"


async def test_a_summary_shows_the_session_as_it_is(files: SessionFiles) -> None:
    await kept(files, "game", said("boss:1"), FINISHED)
    summary = files.summary("game")
    assert (summary.idea, summary.messages, summary.roles) == ("idea of game", 1, ("architect",))
    assert summary.size_bytes == files.path("game").stat().st_size


async def test_a_session_under_way_is_seen_and_not_disturbed(files: SessionFiles, opened: Opener) -> None:
    journal = await opened(files.path("game"))
    for number in range(5):
        await journal.append([session_started() if number == 0 else said(f"boss:{number}")])
        assert files.summary("game").messages == number
        assert files.summary("game").status == "running"
        assert [r.seq for r in read_session(files.path("game"))] == list(range(1, number + 2))


async def test_looking_leaves_no_files_behind(files: SessionFiles) -> None:
    await kept(files, "game")
    files.summaries()
    read_session(files.path("game"))
    assert [file.name for file in files.folder.iterdir()] == ["game.db"]


async def test_what_a_dead_process_had_not_moved_into_the_file_is_seen(files: SessionFiles, opened: Opener) -> None:
    journal = await opened(files.path("live"))
    await journal.append([session_started(), said("boss:1")])
    for suffix in ("", "-wal"):
        shutil.copy(f"{files.path('live')}{suffix}", f"{files.path('dead')}{suffix}")
    assert files.summary("dead").messages == 1
    assert files.summary("dead").status == "interrupted"
    assert len(read_session(files.path("dead"))) == 2


async def test_a_session_in_a_folder_nobody_may_write_can_be_read(files: SessionFiles) -> None:
    await kept(files, "game")
    files.path("game").chmod(0o400)
    files.folder.chmod(0o500)
    try:
        assert files.summary("game").idea == "idea of game"
        assert len(read_session(files.path("game"))) == 1
    finally:
        files.folder.chmod(0o700)


async def test_a_broken_file_is_named_and_does_not_hide_the_others(files: SessionFiles) -> None:
    await kept(files, "good")
    await kept(files, "cut")
    os.truncate(files.path("cut"), 5_000)
    files.path("empty").touch()
    files.path("text").write_text("not a session")
    (files.folder / "folder.db").mkdir()
    (files.folder / "notes.txt").touch()
    with closing(sqlite3.connect(files.path("foreign"))) as connection:
        connection.execute("CREATE TABLE x (y)")
    assert [summary.name for summary in files.summaries()] == ["good"]
    assert sorted(files.broken) == ["cut", "empty", "folder", "foreign", "text"]
    assert isinstance(files.broken[SessionName("cut")], SessionDamaged)
    assert all(error.hint for error in files.broken.values())
    latest = files.latest()
    assert latest is not None
    assert latest.name == "good"


async def test_a_summary_that_cannot_be_read_is_damage(files: SessionFiles) -> None:
    await kept(files, "game", said("boss:1"))
    for tally in ("{", '{"steps": "many"}', "\x00"):
        with closing(sqlite3.connect(files.path("game"))) as connection, connection:
            connection.execute("UPDATE summary SET tally = ?", (tally,))
        with pytest.raises(SessionDamaged, match="summary") as caught:
            files.summary("game")
        assert caught.value.last_good_seq == 2


async def test_a_session_that_is_not_there_is_a_slip_of_the_user(files: SessionFiles) -> None:
    with pytest.raises(UsageError, match="no session 'nothing'"):
        files.summary("nothing")
    with pytest.raises(UsageError, match="cannot name"):
        files.summary("../etc/passwd")
    with pytest.raises(StoreError):
        read_session(files.folder / "nothing.db")


async def test_new_names_are_unique_among_sessions_and_their_folders(files: SessionFiles) -> None:
    assert files.new_name("Write a game") == "write-a-game"
    await kept(files, "write-a-game")
    assert files.new_name("Write a game") == "write-a-game-2"
    (files.folder / "write-a-game-2").mkdir()
    assert files.new_name("Write a game!") == "write-a-game-3"


async def test_reading_begins_behind_a_number_and_stops_at_a_limit(files: SessionFiles) -> None:
    await kept(files, "game", *map(tick, range(9)))
    assert [r.seq for r in read_session(files.path("game"), after=4, limit=3)] == [5, 6, 7]


async def test_a_session_that_comes_to_life_while_it_is_read_is_read_again(files: SessionFiles, opened: Opener) -> None:
    await kept(files, "game", *map(tick, range(200)))
    journal = await opened(files.path("game"), create=False)
    for number in range(30):
        await journal.append([tick(number)])
        assert [r.seq for r in read_session(files.path("game"))] == list(range(1, 203 + number))


async def test_a_thousand_sessions_are_listed_quickly(files: SessionFiles) -> None:
    await kept(files, "s0", *[said(f"boss:{n}", "x" * 1_000) for n in range(100)])
    for number in range(1, 1_000):
        # Links would do for reading, but not for what a list costs.
        shutil.copy(files.path("s0"), files.path(f"s{number}"))
    began = time.process_time()
    assert len(files.summaries()) == 1_000
    assert time.process_time() - began < 10
