"""A check finds every byte that changed, and is silent about a whole session."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agentsh.core.errors import StoreError
from agentsh.store.check import check
from tests.store.conftest import Opener
from tests.store.facts import asked, said, session_started, step_finished, tick


@pytest.fixture
async def whole(path: Path, opened: Opener) -> Path:
    journal = await opened(path)
    await journal.append([session_started(), said("boss:1"), asked("qa:1:0"), step_finished("qa:1", 1, "r" * 2_000)])
    await journal.append([said(f"m:{n}", f"long {n} " * 100, to=("qa",)) for n in range(20)])
    await journal.save_snapshot(5, {"a": 1})
    await journal.search("long")
    await journal.aclose()
    return path


async def test_a_whole_session_has_no_faults(whole: Path) -> None:
    found = check(whole)
    assert found.ok
    assert (found.events, found.last_good_seq, found.faults) == (24, 24, ())
    assert [file.name for file in whole.parent.iterdir()] == [whole.name]


async def test_a_session_under_way_can_be_checked(whole: Path, opened: Opener) -> None:
    journal = await opened(whole, create=False)
    number = 0
    async with asyncio.TaskGroup() as group:
        checking = group.create_task(asyncio.to_thread(lambda: [check(whole).faults for _ in range(5)]))
        while not checking.done():
            await journal.append([tick(number), said(f"n:{number}")])
            number += 1
    assert checking.result() == [()] * 5
    assert number > 0


@pytest.mark.parametrize(
    ("damage", "says", "last_good_seq"),
    [
        ("UPDATE events SET payload = replace(payload, 'hello', 'jello') WHERE seq = 2", "event 2", 1),
        ("UPDATE events SET kind = 'tick.finished' WHERE seq = 2", "event 2", 1),
        ("UPDATE events SET at = '1999' WHERE seq = 9", "event 9", 8),
        ("UPDATE events SET packed = 1 - packed WHERE seq = 3", "event 3", 2),
        ("UPDATE events SET payload = CAST(payload AS BLOB) WHERE seq = 3", "event 3", 2),
        ("UPDATE events SET payload = CAST(x'7bff00' AS TEXT) WHERE seq = 3", "event 3", 2),
        ("UPDATE events SET checksum = zeroblob(16) WHERE seq = 24", "event 24", 23),
        ("DELETE FROM events WHERE seq = 7", "events 7 to 7", 6),
        ("UPDATE events SET seq = 100 WHERE seq = 24", "events 24 to 99", 23),
        ("UPDATE texts SET body = x'00' WHERE rowid = 3", "text", None),
        ("UPDATE snapshots SET state = x'00'", "snapshot at 5", 24),
        ("DELETE FROM audience WHERE seq = 9", "readers", 24),
        ("UPDATE recent_keys SET message = 'ghost' WHERE seq = 9", "message ids", 24),
        ("UPDATE recent_keys SET reaction = NULL", "steps", 24),
        ("UPDATE summary SET tally = replace(tally, '21', '22')", "summary", 24),
    ],
)
async def test_any_change_is_found(whole: Path, damage: str, says: str, last_good_seq: int | None) -> None:
    with closing(sqlite3.connect(whole)) as connection, connection:
        assert connection.execute(damage).rowcount > 0
    found = check(whole)
    assert any(says in fault for fault in found.faults), found.faults
    assert last_good_seq in (None, found.last_good_seq)


async def test_all_damaged_events_are_named(whole: Path) -> None:
    with closing(sqlite3.connect(whole)) as connection, connection:
        connection.execute("UPDATE events SET at = 'never' WHERE seq IN (3, 9)")
    assert ["event 3" in fault or "event 9" in fault for fault in check(whole).faults] == [True, True]


async def test_pages_that_do_not_hold_together_are_a_fault(whole: Path) -> None:
    data = bytearray(whole.read_bytes())
    data[4096 * 8 : 4096 * 24] = b"\xa5" * 4096 * 16
    whole.write_bytes(data)
    assert not check(whole).ok


async def test_what_is_no_session_cannot_be_checked(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("hello" * 1_000)
    for name in ("text.db", "missing.db"):
        with pytest.raises(StoreError):
            check(tmp_path / name)
