"""The queue between a session and its screen: everything arrives, in order, in frames, and rests when nothing does."""

import asyncio
from collections.abc import Sequence

import pytest

from agentsh.core import events as e
from agentsh.core.ids import ReactionId, RoleName
from agentsh.tui import feed as feeding
from agentsh.tui.feed import LONGEST_S, MOST_A_FRAME, SHORTEST_S, Feed, Item, joined
from tests.support.patience import HANG_S


def delta(text: str, role: str = "engineer", ordinal: int = 1, kind: str = "text") -> e.Delta:
    return e.Delta(role=RoleName(role), reaction=ReactionId(f"{role}:1"), ordinal=ordinal, kind=kind, text=text)  # type: ignore[arg-type]


def event(seq: int) -> e.Recorded:
    return e.Recorded(seq=seq, at="2026-01-01T00:00:00.000Z", event=e.Noticed(message=str(seq)))


def test_pieces_of_one_generation_become_one_also_when_roles_speak_at_once() -> None:
    told = joined([delta("a"), delta("x", "architect"), delta("b"), delta("y", "architect")])
    assert [(item.role, item.text) for item in told if isinstance(item, e.Delta)] == [
        ("engineer", "ab"),
        ("architect", "xy"),
    ]


def test_no_piece_moves_across_an_event() -> None:
    told = joined([delta("a"), event(1), delta("b")])
    assert [getattr(item, "text", "event") for item in told] == ["a", "event", "b"]


def test_steps_and_thoughts_stay_apart() -> None:
    assert len(joined([delta("a"), delta("b", ordinal=2), delta("c", kind="thinking")])) == 3
    assert len(joined([delta("", kind="queued"), delta("", kind="queued")])) == 2


async def test_everything_arrives_once_and_in_order() -> None:
    frames: list[list[Item]] = []

    async def receive(items: Sequence[Item]) -> None:
        frames.append(list(items))

    feed = Feed(receive)
    running = asyncio.create_task(feed.run())
    count = 2 * MOST_A_FRAME + 7
    for seq in range(1, count + 1):
        feed.take(event(seq))
    async with asyncio.timeout(HANG_S):
        while feed.waiting or feed.seen < count:
            await asyncio.sleep(0.01)
    running.cancel()
    assert [item.seq for frame in frames for item in frame if isinstance(item, e.Recorded)] == list(range(1, count + 1))
    assert len(frames) == 3
    assert max(map(len, frames)) == MOST_A_FRAME


async def test_without_news_there_is_no_frame() -> None:
    frames, first = 0, asyncio.Event()

    async def receive(_items: Sequence[Item]) -> None:
        nonlocal frames
        frames += 1
        first.set()

    feed = Feed(receive)
    running = asyncio.create_task(feed.run())
    feed.take(event(1))
    await first.wait()
    await asyncio.sleep(3 * SHORTEST_S)
    running.cancel()
    assert frames == 1


async def test_a_screen_that_cannot_keep_up_is_drawn_less_often_and_recovers() -> None:
    work_s = 0.2

    async def receive(_items: Sequence[Item]) -> None:
        end = asyncio.get_running_loop().time() + work_s
        while asyncio.get_running_loop().time() < end:
            sum(range(1000))

    feed = Feed(receive)
    running = asyncio.create_task(feed.run())
    async with asyncio.timeout(HANG_S):
        while feed.period_s < 1.5 * SHORTEST_S:
            feed.take(event(1))
            await asyncio.sleep(0.01)
        assert feed.period_s <= LONGEST_S
        work_s = 0.0
        while feed.period_s > SHORTEST_S:
            feed.take(event(1))
            await asyncio.sleep(0.01)
    running.cancel()


async def test_an_ended_feed_finishes_its_frame_and_begins_no_other() -> None:
    begun, go_on, done = asyncio.Event(), asyncio.Event(), 0

    async def receive(_items: Sequence[Item]) -> None:
        nonlocal done
        begun.set()
        await go_on.wait()
        done += 1

    feed = Feed(receive)
    running = asyncio.create_task(feed.run())
    feed.take(event(1))
    await begun.wait()
    ending = asyncio.create_task(feed.end())
    feed.take(event(2))
    await asyncio.sleep(0)
    assert not ending.done()
    go_on.set()
    await asyncio.wait_for(asyncio.gather(ending, running), HANG_S)
    assert done == 1


async def test_a_frame_that_never_ends_does_not_keep_the_feed_from_ending(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeding, "LAST_FRAME_S", 0.01)
    begun = asyncio.Event()

    async def receive(_items: Sequence[Item]) -> None:
        begun.set()
        await asyncio.Event().wait()

    feed = Feed(receive)
    running = asyncio.create_task(feed.run())
    feed.take(event(1))
    await begun.wait()
    await asyncio.wait_for(feed.end(), HANG_S)
    running.cancel()
