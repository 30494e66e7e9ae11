"""The journal through its port: what is acknowledged is there, whole and in order."""

import asyncio
import re
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import JsonValue

from agentsh.core.errors import StoreError
from agentsh.core.events import Event
from agentsh.core.ids import ReactionId
from agentsh.ports import Journal
from agentsh.store.journal import SqliteJournal
from tests.store.conftest import Opener
from tests.store.facts import asked, events, said, session_started, step_finished, step_started, tick


async def test_events_come_back_as_they_were(journal: Journal) -> None:
    told: list[Event] = [
        session_started(),
        said("boss:1"),
        asked("qa:1:0"),
        step_finished("qa:1", 1, {"a": [1, 2.5, None, "é"]}),
    ]
    recorded = await journal.append(told)
    assert [r.event for r in recorded] == told
    assert await journal.read() == list(recorded)


async def test_numbers_are_given_at_the_call_in_the_order_of_the_calls(journal: Journal) -> None:
    first = journal.append([tick(1), tick(2)])
    second = journal.append([tick(3)])
    assert journal.last_seq == 3
    assert [r.seq for r in await second] == [3]
    assert [r.seq for r in await first] == [1, 2]


async def test_appends_resolve_in_the_order_of_the_calls(journal: Journal) -> None:
    landed: list[int] = []

    async def append(number: int) -> None:
        await journal.append([tick(number)])
        landed.append(number)

    await asyncio.gather(*(append(number) for number in range(200)))
    assert landed == list(range(200))
    assert [r.event for r in await journal.read()] == [tick(number) for number in range(200)]


async def test_an_empty_batch_is_acknowledged_and_stores_nothing(journal: Journal) -> None:
    assert await journal.append([]) == ()
    assert journal.last_seq == 0
    assert await journal.read() == []


async def test_read_begins_behind_a_number_and_stops_at_a_limit(journal: Journal) -> None:
    await journal.append([tick(number) for number in range(1, 11)])
    assert [r.seq for r in await journal.read(after=3, limit=4)] == [4, 5, 6, 7]
    assert await journal.read(after=10) == []
    assert await journal.read(limit=0) == []


async def test_a_read_sees_everything_that_was_acknowledged_before_it(journal: Journal) -> None:
    for number in range(1, 60):
        (recorded,) = await journal.append([tick(number)])
        assert await journal.read(after=number - 1) == [recorded]


async def test_a_session_opened_again_goes_on_where_it_was(path: Path, opened: Opener) -> None:
    journal = await opened(path)
    before = await journal.append([tick(1), tick(2)])
    await journal.aclose()
    again = await opened(path, create=False)
    assert again.last_seq == 2
    after = await again.append([tick(3)])
    assert await again.read() == [*before, *after]
    assert after[0].seq == 3


async def test_steps_are_what_a_reaction_recorded_and_nothing_else(journal: Journal) -> None:
    mine: list[Event] = [
        step_started("qa:1", 0),
        step_finished("qa:1", 0),
        said("qa:1:1", ordinal=1, by="qa", reaction="qa:1"),
    ]
    others: list[Event] = [step_started("qa:11", 0), said("boss:1"), said("qa:1:9", reaction="qa:1"), tick(1)]
    await journal.append([*mine[:1], *others, *mine[1:]])
    assert [r.event for r in await journal.steps(ReactionId("qa:1"))] == mine


async def test_steps_and_messages_are_found_however_many_came_after(journal: Journal) -> None:
    for reaction in range(40):
        events = [step_finished(f"qa:{reaction}", ordinal, ordinal) for ordinal in range(99)]
        await journal.append([*events, said(f"qa:{reaction}:99", ordinal=99, reaction=f"qa:{reaction}")])
    for reaction in (0, 17, 39):
        steps = await journal.steps(step_started(f"qa:{reaction}", 0).reaction)
        assert [r.seq for r in steps] == list(range(reaction * 100 + 1, reaction * 100 + 101))
        message = await journal.message(said(f"qa:{reaction}:99").message.id)
        assert message is not None
        assert message.reaction == f"qa:{reaction}"


async def test_an_event_is_stored_as_it_was_when_it_was_submitted(journal: Journal) -> None:
    result: JsonValue = {"lines": ["a"] * 300}
    event = step_finished("qa:1", 0, result)
    appended = journal.append([event])
    event.result["lines"].clear()  # type: ignore[index, union-attr, call-overload]
    await appended
    (recorded,) = await journal.read()
    assert recorded.event.result == {"lines": ["a"] * 300}  # type: ignore[union-attr]


async def test_a_caller_that_stops_waiting_does_not_stop_the_append(journal: Journal) -> None:
    waiting = asyncio.ensure_future(journal.append([tick(1)]))
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await journal.append([tick(2)])
    assert [r.event for r in await journal.read()] == [tick(1), tick(2)]


async def test_events_are_stamped_with_the_time_of_the_call(path: Path, opened: Opener) -> None:
    times = iter(["2026-01-01T00:00:00.000Z", "2026-01-01T00:00:01.500Z"])
    journal = await opened(path, now=lambda: next(times))
    await journal.append([tick(1), tick(2)])
    await journal.append([tick(3)])
    assert [r.at for r in await journal.read()] == [
        "2026-01-01T00:00:00.000Z",
        "2026-01-01T00:00:00.000Z",
        "2026-01-01T00:00:01.500Z",
    ]


async def test_stamps_are_utc_with_milliseconds(journal: Journal) -> None:
    (recorded,) = await journal.append([tick(1)])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", recorded.at)


async def test_a_closed_session_leaves_one_file(path: Path, opened: Opener) -> None:
    journal = await opened(path)
    await journal.append([tick(1)])
    await journal.read()
    assert {p.name for p in path.parent.iterdir()} >= {"game.db", "game.db-wal", "game.db.lock"}
    await journal.aclose()
    assert [p.name for p in path.parent.iterdir()] == ["game.db"]


async def test_closing_finishes_what_was_submitted(path: Path, opened: Opener) -> None:
    journal = await opened(path)
    appended = [asyncio.ensure_future(journal.append([tick(number)])) for number in range(50)]
    await asyncio.gather(journal.aclose(), journal.aclose())
    assert [r.seq for batch in await asyncio.gather(*appended) for r in batch] == list(range(1, 51))
    again = await opened(path, create=False)
    assert again.last_seq == 50


async def test_a_closed_journal_says_so(path: Path, opened: Opener) -> None:
    journal = await opened(path)
    await journal.aclose()
    for call in (journal.append([tick(1)]), journal.read(), journal.save_snapshot(0, {}), journal.load_snapshot()):
        with pytest.raises(StoreError, match="closed"):
            await call


async def test_an_opening_that_was_given_up_leaves_the_session_free(path: Path, opened: Opener) -> None:
    await (await opened(path)).aclose()
    opening = asyncio.ensure_future(SqliteJournal.open(path, create=False))
    await asyncio.sleep(0)
    opening.cancel()
    with pytest.raises(asyncio.CancelledError):
        await opening
    assert [p.name for p in path.parent.iterdir()] == ["game.db"]
    journal = await opened(path, create=False)
    assert journal.last_seq == 0


def test_making_and_opening_a_session_of_this_version_loads_no_migrations(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path; from agentsh.store.journal import SqliteJournal\n"
        "async def main(create):\n"
        "    await (await SqliteJournal.open(Path(sys.argv[1]), create=create)).aclose()\n"
        "asyncio.run(main(sys.argv[2] == 'create')); print('sqlite_utils' in sys.modules)"
    )
    path = str(tmp_path / "game.db")
    for manner in ("create", "open"):
        run = subprocess.run([sys.executable, "-c", program, path, manner], capture_output=True, text=True, check=True)
        assert run.stdout.strip() == "False"


async def test_files_are_for_their_owner_only(path: Path, opened: Opener) -> None:
    journal = await opened(path)
    await journal.append([tick(1)])
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()} == {0o600}


async def test_a_file_that_others_could_read_is_closed_to_them(path: Path, opened: Opener) -> None:
    await (await opened(path)).aclose()
    path.chmod(0o644)
    await opened(path, create=False)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_a_disk_that_hangs_does_not_hang_the_event_loop(journal: SqliteJournal) -> None:
    await journal.append([tick(1)])
    slow = sqlite3.connect(journal.path, isolation_level=None)
    try:
        slow.execute("BEGIN IMMEDIATE")
        appended = asyncio.ensure_future(journal.append([tick(2)]))
        _, waiting = await asyncio.wait([appended], timeout=0.1)
        assert waiting
        assert [r.seq for r in await journal.read()] == [1]
        slow.execute("ROLLBACK")
    finally:
        slow.close()
    assert (await appended)[0].seq == 2


async def test_paths_with_odd_characters_are_just_names(tmp_path: Path, opened: Opener) -> None:
    for name in ("a b?mode=memory#x%20.db", "写一个游戏.db", "quote'\".db"):
        journal = await opened(tmp_path / name)
        await journal.append([tick(1)])
        assert (tmp_path / name).is_file()
        assert len(await journal.read()) == 1


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(events(), max_size=4), max_size=5))
def test_any_event_comes_back_as_it_was(batches: list[list[Event]]) -> None:
    async def round_trip(path: Path) -> list[Event]:
        journal = await SqliteJournal.open(path, create=True)
        try:
            await asyncio.gather(*(journal.append(batch) for batch in batches))
            first = await journal.read()
        finally:
            await journal.aclose()
        journal = await SqliteJournal.open(path, create=False)
        try:
            again = await journal.read()
            await journal.messages()
        finally:
            await journal.aclose()
        assert repr(first) == repr(again)
        return [r.event for r in again]

    with TemporaryDirectory() as folder:
        back = asyncio.run(round_trip(Path(folder) / "any.db"))
    # By their spelling: NaN is not equal to itself.
    assert [repr(event) for event in back] == [repr(event) for batch in batches for event in batch]
