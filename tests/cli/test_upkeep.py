"""`agentsh sessions rename`, `delete`, `compact`, `check`, `diff`, and `agentsh replay`."""

import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

from agentsh.store.catalogue import read_session
from agentsh.store.check import check
from agentsh.store.lock import SessionLock
from tests.cli.process import Shell


def sessions(shell: Shell) -> list[str]:
    return sorted(found.name for found in (shell.home / "sessions").iterdir())


def test_a_renamed_session_is_the_same_under_another_name(shell: Shell, recorded_session: str) -> None:
    before = read_session(shell.home / "sessions" / "a-tool.db")
    ended = shell.run("sessions", "rename", recorded_session, "tool")
    assert (ended.code, ended.out) == (0, "a-tool is called tool now.\n")
    assert sessions(shell) == ["tool.db"]
    after = read_session(shell.home / "sessions" / "tool.db")
    assert after[:-1] == before
    assert after[-1].event.kind == "session.renamed"
    assert check(shell.home / "sessions" / "tool.db").ok


def test_a_name_that_is_taken_or_none_is_refused(shell: Shell, recorded_session: str) -> None:
    assert shell.run("sessions", "rename", recorded_session, "a-tool").code == 2
    assert shell.run("sessions", "rename", recorded_session, "../x").code == 2
    assert len(read_session(shell.home / "sessions" / "a-tool.db")) == 9


def test_a_deleted_session_is_gone_with_its_own_files_and_nothing_else(shell: Shell, recorded_session: str) -> None:
    assert shell.run("sessions", "fork", recorded_session, "--as", "other").code == 0
    folder = shell.home / "sessions" / "other"
    (folder / "main.py").write_text("print(1)")
    ended = shell.run("sessions", "delete", "other")
    assert ended.code == 2
    assert "--yes" in ended.err
    assert (folder / "main.py").exists()
    assert shell.run("sessions", "delete", "other", "--yes").code == 0
    assert sessions(shell) == ["a-tool.db"]


def test_files_stay_when_they_are_to_be_kept_or_are_the_user_s(shell: Shell, recorded_session: str) -> None:
    assert shell.run("sessions", "fork", recorded_session, "--as", "other").code == 0
    assert shell.run("sessions", "delete", "other", "--yes", "--keep-files").code == 0
    assert sessions(shell) == ["a-tool.db", "other"]
    shown = json.loads(shell.run("sessions", "show", recorded_session, "--json").out)
    theirs = Path(shown["workspace"])
    existed = theirs.exists()
    assert shell.run("sessions", "delete", recorded_session, "--yes").code == 0
    assert theirs.exists() == existed
    assert sessions(shell) == ["other"]


def test_a_session_that_is_open_is_neither_renamed_nor_deleted(shell: Shell, recorded_session: str) -> None:
    lock = SessionLock.acquire(shell.home / "sessions" / "a-tool.db")
    for words in (("rename", "a-tool", "b"), ("delete", "a-tool", "--yes"), ("compact", "a-tool")):
        ended = shell.run("sessions", *words)
        assert ended.code == 7, ended
        assert str(os.getpid()) in ended.err
    lock.release()
    assert sessions(shell) == ["a-tool.db"]


def test_a_flipped_byte_is_told_with_what_can_be_kept(shell: Shell, recorded_session: str) -> None:
    ended = shell.run("sessions", "check", recorded_session)
    assert (ended.code, ended.out) == (0, "a-tool: 9 events, all as they were written\n")
    with closing(sqlite3.connect(shell.home / "sessions" / "a-tool.db")) as damaged, damaged:
        damaged.execute("UPDATE events SET payload = replace(payload, 'engineer', 'engineex') WHERE seq = 6")
    ended = shell.run("sessions", "check", recorded_session, "--json")
    assert ended.code == 7
    found = json.loads(ended.out)
    assert (found["ok"], found["last_good_seq"]) == (False, 5)
    told = shell.run("sessions", "check", recorded_session).err
    assert "agentsh sessions fork a-tool --at 5" in told
    assert shell.run("sessions", "fork", recorded_session, "--at", "5", "--as", "saved").code == 0
    assert shell.run("sessions", "check", "saved").code == 0


def test_compacting_loses_no_event(shell: Shell, recorded_session: str) -> None:
    path = shell.home / "sessions" / "a-tool.db"
    before = read_session(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("CREATE TABLE heap (body BLOB)")
        connection.execute("INSERT INTO heap VALUES (zeroblob(2000000))")
        connection.execute("DROP TABLE heap")
    large = path.stat().st_size
    ended = shell.run("sessions", "compact", recorded_session)
    assert ended.code == 0, ended
    assert path.stat().st_size < large / 2
    assert read_session(path) == before
    assert check(path).ok


def test_two_sessions_differ_from_where_they_part(shell: Shell, recorded_session: str) -> None:
    assert shell.run("sessions", "fork", recorded_session, "--at", "4", "--as", "other").code == 0
    (shell.home / "sessions" / "other" / "new.py").write_text("print('new')\n")
    found = json.loads(shell.run("sessions", "diff", recorded_session, "other", "--json").out)
    assert found["common"] == 4
    assert found["a"]["tokens"] == {"prompt": 1000, "completion": 50}
    assert [message["cause_by"] for message in found["a"]["messages"]] == ["write_code"]
    assert found["b"]["messages"] == []
    assert [(file["path"], file["change"]) for file in found["files"]] == [("new.py", "added")]
    told = shell.run("sessions", "diff", recorded_session, "other").out
    assert "the same up to event 4" in told
    assert "+print('new')" in told
    assert "\x1b" not in told


def test_a_replay_shows_what_happened_at_any_pace(shell: Shell, recorded_session: str) -> None:
    told = shell.run("replay", recorded_session, "--speed", "1000")
    assert told.code == 0, told
    assert "A tool" in told.out
    assert "I wrote" in told.out
    assert "\x1b" not in told.out
    lines = [
        json.loads(line) for line in shell.run("replay", recorded_session, "--speed", "0", "--jsonl").out.splitlines()
    ]
    assert [line["seq"] for line in lines] == list(range(1, 10))
    assert shell.run("replay", "a-tole").code == 2
    assert shell.run("replay", recorded_session, "--speed", "-1").code == 2
