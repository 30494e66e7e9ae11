"""A session is read beside whoever writes it, and nothing can be written that way."""

from pathlib import Path

import pytest

from agentsh.core.errors import StoreError
from agentsh.core.ids import MessageId
from agentsh.store.journal import SqliteJournal
from agentsh.store.reading import SessionReader
from tests.cli import stories as s


async def test_what_is_acknowledged_is_there_while_somebody_has_the_session_open(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "a.db", create=True)
    reader = SessionReader(tmp_path / "a.db")
    try:
        await journal.append([s.session_started(), s.boss_says("Hello")])
        assert [item.seq for item in await reader.read()] == [1, 2]
        await journal.append([s.published("Done")])
        assert [item.event.kind for item in await reader.read(1)] == ["message.published"] * 2
        assert [item.seq for item in await reader.read(kinds=("session.started",))] == [1]
        assert [item.seq for item in await reader.read(0, 1)] == [1]
        found = await reader.message(MessageId("engineer:1:3"))
        assert found is not None
        assert found.content == "Done"
        assert await reader.message(MessageId("nobody:1")) is None
    finally:
        reader.close()
        await journal.aclose()


async def test_a_file_that_is_not_there_or_no_session_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no session file"):
        SessionReader(tmp_path / "b.db")
    (tmp_path / "c.db").write_text("not a database, but long enough to look at " * 40)
    reader = SessionReader(tmp_path / "c.db")
    try:
        with pytest.raises(StoreError):
            await reader.read()
    finally:
        reader.close()
