"""Law 1: state changes only by events, events never change, and sessions of older versions open.

The layout of the file and its migrations: tests/store/test_schema.py. Who may import what: `make lint`.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from agentsh.core import events as e
from agentsh.core.controls import Pause, Say
from agentsh.engine.fold import Fold
from agentsh.store.catalogue import read_session
from agentsh.store.journal import SqliteJournal
from tests.support.stage import asks_and_says, card, stage

KINDS = get_args(get_args(e.Event)[0])
OLD_SESSION = Path(__file__).parents[1] / "store" / "fixtures" / "format_1.sql"
TEAM = [(card("ann"), asks_and_says("plan", "what")), (card("bob", "plan"), asks_and_says("code", "how", "why"))]


async def test_what_the_journal_folds_to_is_all_there_is_to_the_state(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", TEAM) as on:
        await on.session.run()
        await on.session.send(Say(text="once more"))
        await on.session.run()
        await on.session.send(Pause(why="enough"))
        fold = Fold()
        for recorded in await on.events():
            fold.apply(recorded)
        assert fold.state == on.desk.log.state
        assert fold.state.messages == 6


async def test_nothing_is_shown_or_changed_before_it_is_durable(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    seen: list[tuple[int, int]] = []
    async with stage(path, TEAM) as on:

        def listen(item: e.Recorded | e.Delta) -> None:
            if isinstance(item, e.Recorded):
                seen.append((item.seq, read_session(path)[-1].seq))

        on.desk.log.listen(listen)
        await on.session.run()
    assert len(seen) > 10
    assert all(durable >= shown for shown, durable in seen)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_event_has_a_stored_kind_and_is_frozen(kind: type[e.SessionPaused]) -> None:
    assert kind.model_fields["kind"].default in str(kind.model_fields["kind"].annotation)
    assert kind.model_config["frozen"]
    assert kind.model_config["extra"] == "forbid"


def test_an_event_cannot_be_changed() -> None:
    event = e.SessionPaused(why="because")
    with pytest.raises(ValidationError, match="frozen"):
        event.why = "for no reason"  # type: ignore[misc]


async def test_a_session_of_an_older_version_opens_with_everything_in_it(tmp_path: Path) -> None:
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(OLD_SESSION.read_text())
    before = read_session(path)
    journal = await SqliteJournal.open(path, create=False)
    try:
        assert await journal.read() == before
        assert before
        await journal.append([e.SessionPaused(why="opened by a newer version")])
    finally:
        await journal.aclose()
    assert read_session(path)[:-1] == before
