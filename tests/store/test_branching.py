"""Branching a session's file: at any event, whole or not at all, and never between events that came together."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsh.core.errors import SessionLocked, UsageError
from agentsh.core.events import Noticed
from agentsh.store.branching import branch, cut, settled_seq
from agentsh.store.catalogue import read_session
from agentsh.store.check import check
from agentsh.store.journal import SqliteJournal
from tests.store.facts import said, step_finished, step_started

NEW = Noticed(message="a branch begins")
LONG = "A long text, which is stored once and for all. " * 40


async def written(path: Path, *sizes: int) -> None:
    """Make a session whose events were appended so many at a time."""
    journal = await SqliteJournal.open(path, create=True)
    number = 0
    for size in sizes:
        events = []
        for _ in range(size):
            number += 1
            kinds = (
                said(f"m{number}", LONG),
                step_started("architect:1", number),
                step_finished("architect:1", number),
            )
            events.append(kinds[number % 3])
        await journal.append(events)
    await journal.aclose()


@settings(max_examples=15, deadline=None)
@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=6), data=st.data())
async def test_a_branch_is_the_first_events_and_ends_where_an_append_ended(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("branching")
    source, target = folder / "game.db", folder / "fork.db"
    await written(source, *sizes)
    ends = [sum(sizes[: count + 1]) for count in range(len(sizes))]
    seq = data.draw(st.integers(1, sum(sizes)))
    settled = settled_seq(source, seq)
    assert settled == min(end for end in ends if end >= seq)
    before = source.read_bytes()
    branch(source, target, settled, [NEW])
    events = read_session(target)
    assert events[:-1] == read_session(source)[:settled]
    assert (events[-1].seq, events[-1].event) == (settled + 1, NEW)
    assert source.read_bytes() == before
    assert check(target).faults == ()
    # A branch of a branch ends where appends ended as well.
    assert settled_seq(target, seq) == settled


async def test_a_live_session_is_branched_while_it_is_written(path: Path) -> None:
    journal = await SqliteJournal.open(path, create=True)
    await journal.append([said("m1"), said("m2")])
    branch(path, path.with_name("fork.db"), settled_seq(path, None), [NEW])
    await journal.append([said("m3")])
    await journal.aclose()
    assert [recorded.seq for recorded in read_session(path.with_name("fork.db"))] == [1, 2, 3]


async def test_a_branch_takes_no_name_that_is_taken(path: Path) -> None:
    await written(path, 2)
    other = path.with_name("other.db")
    await written(other, 1)
    before = other.read_bytes()
    with pytest.raises(UsageError, match="'other' is there already"):
        branch(path, other, 2, [NEW])
    assert other.read_bytes() == before
    assert sorted(found.name for found in path.parent.iterdir()) == ["game.db", "other.db"]


async def test_what_a_killed_branching_left_is_in_nobodys_way(path: Path) -> None:
    await written(path, 2)
    path.with_name(".fork.db.branch").write_text("half")
    branch(path, path.with_name("fork.db"), 2, [NEW])
    assert sorted(found.name for found in path.parent.iterdir()) == ["fork.db", "game.db"]


async def test_a_session_is_cut_at_one_stroke_and_goes_on(path: Path) -> None:
    await written(path, 2, 3)
    first = read_session(path)[:2]
    cut(path, 2, [NEW])
    assert [*first, read_session(path)[2]] == read_session(path)
    assert [found.name for found in path.parent.iterdir()] == ["game.db"]
    journal = await SqliteJournal.open(path, create=False)
    (recorded,) = await journal.append([said("later")])
    assert recorded.seq == 4
    await journal.aclose()
    assert check(path).faults == ()


async def test_a_session_that_is_open_is_not_cut(path: Path) -> None:
    await written(path, 2)
    journal = await SqliteJournal.open(path, create=False)
    with pytest.raises(SessionLocked):
        cut(path, 1, [NEW])
    await journal.aclose()
    assert len(read_session(path)) == 2


async def test_an_event_that_is_not_there_is_named(path: Path) -> None:
    await written(path, 2)
    for seq in (0, 3):
        with pytest.raises(UsageError, match=f"'game' has no event {seq}") as caught:
            settled_seq(path, seq)
        assert caught.value.hint == "its events are numbered from 1 to 2"
