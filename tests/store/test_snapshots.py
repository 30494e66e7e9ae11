"""A snapshot is used only when it can be trusted; without one, nothing is lost but time."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agentsh.core.model import JsonObject
from agentsh.ports import Journal
from agentsh.store.journal import SqliteJournal
from tests.store.conftest import Opener
from tests.store.facts import tick


async def test_the_newest_snapshot_comes_back(journal: Journal) -> None:
    assert await journal.load_snapshot() is None
    await journal.append([tick(number) for number in range(5)])
    for seq in (2, 4, 5):
        await journal.save_snapshot(seq, {"seq": seq, "odd": ["\ud800", "\0", float("inf")]})
    assert await journal.load_snapshot() == (5, {"seq": 5, "odd": ["\ud800", "\0", float("inf")]})


async def test_two_snapshots_are_kept(path: Path, opened: Opener) -> None:
    await filled(await opened(path), seqs=[1, 2, 3])
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT seq FROM snapshots ORDER BY seq").fetchall() == [(2,), (3,)]


async def test_a_snapshot_is_the_state_as_it_was_handed_over(journal: Journal) -> None:
    await journal.append([tick(1)])
    state: JsonObject = {"seen": [1]}
    saving = asyncio.ensure_future(journal.save_snapshot(1, state))
    await asyncio.sleep(0)
    state["seen"] = "changed"
    await saving
    assert await journal.load_snapshot() == (1, {"seen": [1]})


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE snapshots SET state = zeroblob(length(state)) WHERE seq = 3",
        "UPDATE snapshots SET state = 'text' WHERE seq = 3",
        "UPDATE snapshots SET checksum = zeroblob(16) WHERE seq = 3",
        "UPDATE snapshots SET format = 99 WHERE seq = 3",
        "UPDATE snapshots SET seq = 7 WHERE seq = 3",
        "UPDATE snapshots SET seq = 1 WHERE seq = 3",
    ],
)
async def test_one_that_is_damaged_or_too_new_is_passed_over(path: Path, opened: Opener, damage: str) -> None:
    await filled(await opened(path), seqs=[2, 3])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(damage)
    journal = await opened(path, create=False)
    assert await journal.load_snapshot() == (2, {"seq": 2})


async def test_none_that_can_be_trusted_is_none(path: Path, opened: Opener) -> None:
    await filled(await opened(path), seqs=[2, 3])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE snapshots SET checksum = x'00'")
    journal = await opened(path, create=False)
    assert await journal.load_snapshot() is None
    assert len(await journal.read()) == 5


async def test_one_from_the_future_does_not_crowd_out_the_true_ones(path: Path, opened: Opener) -> None:
    await filled(await opened(path), seqs=[2, 3])
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE snapshots SET seq = 100 + seq")
    journal = await opened(path, create=False)
    await journal.save_snapshot(4, {"seq": 4})
    await journal.save_snapshot(5, {"seq": 5})
    assert await journal.load_snapshot() == (5, {"seq": 5})


async def filled(journal: SqliteJournal, seqs: list[int]) -> None:
    await journal.append([tick(number) for number in range(5)])
    for seq in seqs:
        await journal.save_snapshot(seq, {"seq": seq})
    await journal.aclose()
