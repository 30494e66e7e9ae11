"""Bytes that change on disk are found when they are read, with the number up to which all is well."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from agentsh.core.errors import ExitCode, SessionDamaged, StoreError
from agentsh.core.events import MessagePublished, Recorded
from agentsh.core.ids import ActionName, MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.store.catalogue import read_session
from agentsh.store.check import check
from agentsh.store.journal import SqliteJournal

COUNT = 120


async def written(path: Path) -> list[Recorded]:
    journal = await SqliteJournal.open(path, create=True)
    for number in range(COUNT):
        message = Message(
            id=MessageId(f"m:{number}"),
            content=f"content {number} " * (5 + number % 40),
            cause_by=ActionName("speak"),
            sent_from=RoleName("r"),
        )
        await journal.append([MessagePublished(message=message)])
    events = await journal.read()
    await journal.aclose()
    return events


@pytest.mark.parametrize("seq", [1, 2, 60, COUNT])
async def test_an_event_that_changed_is_named_and_what_is_before_it_is_read(tmp_path: Path, seq: int) -> None:
    path = tmp_path / "flipped.db"
    events = await written(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE events SET payload = replace(payload, 'm:', 'n:') WHERE seq = ?", (seq,))
    journal = await SqliteJournal.open(path, create=False)
    try:
        with pytest.raises(SessionDamaged, match=f"event {seq} ") as caught:
            await journal.read()
        assert caught.value.last_good_seq == seq - 1
        assert caught.value.exit_code is ExitCode.STORE
        with pytest.raises(SessionDamaged) as caught:
            await journal.message(MessageId(f"m:{seq - 1}"))
        assert caught.value.last_good_seq == seq - 1
        assert await journal.read(limit=seq - 1) == events[: seq - 1]
        assert await journal.read(after=seq) == events[seq:]
    finally:
        await journal.aclose()


async def test_a_byte_flipped_anywhere_never_gives_another_event(tmp_path: Path) -> None:
    path = tmp_path / "flipped.db"
    events = await written(path)
    whole = path.read_bytes()
    chance = random.Random(7)
    found = 0
    for _ in range(150):
        place = chance.randrange(len(whole))
        damaged = bytearray(whole)
        damaged[place] ^= 1 << chance.randrange(8)
        path.write_bytes(damaged)
        try:
            assert read_session(path) == events, place
        except SessionDamaged as error:
            found += 1
            good = error.last_good_seq
            assert good < COUNT
            assert read_session(path, limit=good) == events[:good], place
        except StoreError:
            # The header no longer says that it is a session.
            found += 1
    assert found > 30


async def test_a_file_that_was_cut_gives_what_is_left(tmp_path: Path) -> None:
    path = tmp_path / "cut.db"
    events = await written(path)
    whole = path.read_bytes()
    for size in range(4096, len(whole), 8192):
        path.write_bytes(whole[:size])
        assert not check(path).ok
        with pytest.raises(SessionDamaged) as caught:
            read_session(path)
        good = caught.value.last_good_seq
        assert read_session(path, limit=good) == events[:good]
