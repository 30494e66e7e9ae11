"""A disk that fills up fails the appends it has no room for, all of them, and none before."""

import asyncio
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agentsh.core.errors import ExitCode, StoreError, StoreFull
from agentsh.core.events import MessagePublished, Recorded, TickFinished
from agentsh.core.ids import ActionName, MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.store.check import check
from agentsh.store.journal import SqliteJournal


@contextmanager
def room_for(size_bytes: int) -> Iterator[None]:
    """Let no file grow beyond this size: writes fail as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def batch(call: int) -> list[MessagePublished | TickFinished]:
    message = Message(
        id=MessageId(f"m:{call}"),
        content="".join(chr(33 + (n * n * call + n) % 90) for n in range(3_000)),
        cause_by=ActionName("speak"),
        sent_from=RoleName("r"),
    )
    return [TickFinished(tick=call), MessagePublished(message=message)]


async def fill(journal: SqliteJournal) -> tuple[list[Recorded], list[StoreError]]:
    """Submit 400 calls at once; return what was acknowledged and what failed."""
    results = await asyncio.gather(*(journal.append(batch(call)) for call in range(400)), return_exceptions=True)
    failed = [result for result in results if isinstance(result, StoreError)]
    done = [recorded for result in results if not isinstance(result, BaseException) for recorded in result]
    assert len(done) == 2 * (400 - len(failed)), results
    return done, failed


@pytest.mark.parametrize("room_bytes", [120_000, 160_000, 333_333, 700_000])
async def test_what_was_acknowledged_before_is_intact_and_the_session_goes_on(tmp_path: Path, room_bytes: int) -> None:
    path = tmp_path / "full.db"
    journal = await SqliteJournal.open(path, create=True)
    try:
        kept = list(await journal.append(batch(1_000)))
        with room_for(room_bytes):
            for call in range(20):
                try:
                    kept += await journal.append(batch(2_000 + call))
                except StoreFull:
                    break
            done, failed = await fill(journal)
            kept += done
            assert failed
            assert all(isinstance(error, StoreFull) for error in failed)
            assert failed[0].exit_code is ExitCode.STORE
            assert "space" in failed[0].hint
            assert len({id(error) for error in failed}) == len(failed)
        assert journal.last_seq == len(kept)
        assert await journal.read() == kept
    finally:
        await journal.aclose()
    await assert_reopens(path, kept)


async def test_after_a_failure_nothing_is_taken_until_the_session_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "full.db"
    journal = await SqliteJournal.open(path, create=True)
    try:
        kept = list(await journal.append(batch(1_000)))
        with room_for(100_000):
            done, failed = await fill(journal)
        assert failed
        # There is room again, but what failed must not be followed by what does not.
        with pytest.raises(StoreFull):
            await journal.append([TickFinished(tick=1)])
        with pytest.raises(StoreFull):
            await journal.save_snapshot(1, {})
        assert await journal.read() == [*kept, *done]
    finally:
        await journal.aclose()
    await assert_reopens(path, [*kept, *done])


async def test_a_new_session_that_finds_no_room_says_so_and_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "sessions" / "new.db"
    with room_for(20_000), pytest.raises(StoreFull):
        await SqliteJournal.open(path, create=True)
    assert list(path.parent.iterdir()) == []
    journal = await SqliteJournal.open(path, create=True)
    await journal.aclose()


async def assert_reopens(path: Path, kept: list[Recorded]) -> None:
    journal = await SqliteJournal.open(path, create=False)
    try:
        assert await journal.read() == kept
        (recorded,) = await journal.append([TickFinished(tick=1)])
        assert recorded.seq == len(kept) + 1
    finally:
        await journal.aclose()
    assert check(path).ok
