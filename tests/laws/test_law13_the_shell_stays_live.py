"""Law 13: nothing blocks the event loop while events pour in, and a long session opens as fast as a short one.

Keys in the app under load: tests/tui. Figures: benchmarks.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from agentsh.core.events import Delta, MessagePublished, Recorded
from agentsh.core.ids import ActionName, MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.engine.fold import Fold
from agentsh.engine.state import State
from agentsh.store.journal import SqliteJournal
from tests.support.patience import least
from tests.support.stage import ModelInProcess, asks_and_says, card, facts, stage

MOST_LAG_S = 0.1
PERIOD_S = 0.005
LONG = 20_000


@asynccontextmanager
async def measured() -> AsyncIterator[list[float]]:
    """Collect how late the event loop is, every few milliseconds, as a key would find it."""
    late: list[float] = []

    async def watch() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(PERIOD_S)
            late.append(time.perf_counter() - began - PERIOD_S)

    watching = asyncio.create_task(watch())
    try:
        yield late
    finally:
        watching.cancel()


def p95(late: list[float]) -> float:
    return sorted(late)[int(len(late) * 0.95)] if late else math.inf  # never once answered


async def test_the_loop_answers_while_thirty_roles_work_and_somebody_watches(tmp_path: Path) -> None:
    assert await least(lambda n: lag_of_a_team(tmp_path / f"{n}.db"), MOST_LAG_S) < MOST_LAG_S


async def lag_of_a_team(path: Path) -> float:
    team = [(card(f"role{n}"), asks_and_says(f"say{n}", *"abcdefgh")) for n in range(30)]
    seen = 0
    async with stage(path, team, model=ModelInProcess(delay_s=0.002)) as on:

        async def follow() -> None:
            nonlocal seen
            async for item in on.session.follow():
                seen += isinstance(item, Recorded | Delta)

        following = asyncio.create_task(follow())
        async with measured() as late:
            await on.session.run()
        count = len(await on.events())
        following.cancel()
    assert min(count, seen) > 500
    return p95(late)


async def test_the_loop_answers_while_two_thousand_events_a_second_are_appended(tmp_path: Path) -> None:
    assert await least(lambda n: lag_of_a_flood(tmp_path / f"{n}.db"), MOST_LAG_S) < MOST_LAG_S


async def lag_of_a_flood(path: Path) -> float:
    journal = await SqliteJournal.open(path, create=True)
    try:
        async with measured() as late:
            for burst in range(20):
                async with asyncio.TaskGroup() as appending:
                    for number in range(100):
                        appending.create_task(append(journal, burst * 100 + number))
                await asyncio.sleep(0.01)
    finally:
        await journal.aclose()
    return p95(late)


async def append(journal: SqliteJournal, number: int) -> None:
    await journal.append([said(number)])


def said(number: int) -> MessagePublished:
    message = Message(
        id=MessageId(f"ann:1:{number}"),
        content=f"message {number}, and a few words more so that it has some length",
        cause_by=ActionName("speak"),
        sent_from=RoleName("ann"),
    )
    return MessagePublished(message=message)


async def test_a_long_session_opens_as_fast_as_a_short_one(tmp_path: Path) -> None:
    short, long = await written(tmp_path / "short.db", 10), await written(tmp_path / "long.db", LONG)
    most_s = (await opened(short))[0] + 0.1

    async def long_s(_: int) -> float:
        return (await opened(long))[0]

    assert await least(long_s, most_s) < most_s, "a snapshot and its tail, whatever came before"
    assert (await opened(long))[1].messages == LONG


async def written(path: Path, count: int) -> Path:
    """Write a session of so many messages, with a snapshot as a closed session has it."""
    journal = await SqliteJournal.open(path, create=True)
    fold = Fold()
    try:
        pages = [[facts([card("ann")])], *([said(n) for n in range(at, at + 1000)] for at in range(0, count, 1000))]
        for page in pages:
            for recorded in await journal.append(page[:count]):
                fold.apply(recorded)
        await journal.save_snapshot(fold.state.seq, fold.state.model_dump(mode="json"))
    finally:
        await journal.aclose()
    return path


async def opened(path: Path) -> tuple[float, State]:
    """Open it as a resume does; return how long that took, and the state."""
    began = time.perf_counter()
    journal = await SqliteJournal.open(path, create=False)
    try:
        kept = await journal.load_snapshot()
        assert kept is not None
        fold = Fold(State.model_validate(kept[1]))
        for recorded in await journal.read(after=kept[0]):
            fold.apply(recorded)
        last = await journal.messages(last=20)
        assert len(last) in (10, 20)
    finally:
        took_s = time.perf_counter() - began
        await journal.aclose()
    return took_s, fold.state
