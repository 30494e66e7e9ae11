"""The log: durable, then folded in, then shown; whoever is cancelled while waiting takes nothing with them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agentsh.core.chat import ChatRequest
from agentsh.core.errors import StoreError
from agentsh.core.events import Delta, MessagePublished, Noticed, Recorded
from agentsh.core.ids import ActionName, MessageId, ReactionId, RoleName
from agentsh.core.messages import Draft, Message
from agentsh.engine import log as logs
from agentsh.engine.fold import Fold
from agentsh.engine.log import EventLog
from agentsh.engine.reaction import Reaction
from agentsh.store.journal import SqliteJournal
from tests.support.stage import ModelInProcess, card, facts, request, stage


@asynccontextmanager
async def opened(path: Path) -> AsyncIterator[EventLog]:
    journal = await SqliteJournal.open(path, create=True)
    log = EventLog(journal, Fold())
    await log.append(facts([card("ann")]))
    try:
        yield log
    finally:
        await log.settle()
        await journal.aclose()


def said(number: int, text: str = "hello") -> MessagePublished:
    message = Message(
        id=MessageId(f"ann:1:{number}"), content=text, cause_by=ActionName("x"), sent_from=RoleName("ann")
    )
    return MessagePublished(message=message)


async def test_what_is_appended_is_folded_in_when_it_returns(tmp_path: Path) -> None:
    async with opened(tmp_path / "s.db") as log:
        recorded = await log.append(said(1), said(2))
        assert [item.seq for item in recorded] == [2, 3]
        assert log.state.messages == 2


async def test_who_is_cancelled_while_waiting_takes_no_event_along(tmp_path: Path) -> None:
    async with opened(tmp_path / "s.db") as log:
        waiting = asyncio.create_task(log.append(said(1)))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await log.append(said(2))
        assert log.state.messages == 2
        assert [item.event.kind for item in await log.journal.read(after=1)] == ["message.published"] * 2


async def test_order_is_the_order_of_the_calls_also_with_reads_between(tmp_path: Path) -> None:
    async with opened(tmp_path / "s.db") as log:
        first = log.submit(said(1))
        await log.journal.save_snapshot(1, {})
        second = log.submit(said(2))
        await log.settle()
        assert [first.result()[0].seq, second.result()[0].seq] == [2, 3]


async def test_an_errand_of_the_store_comes_after_what_was_submitted_before(tmp_path: Path) -> None:
    journal = await SqliteJournal.open(tmp_path / "s.db", create=True)
    begun = journal.append([said(1)])
    count = await journal._writer.run(lambda connection: connection.execute("SELECT count(*) FROM events").fetchone())
    assert count == (1,)
    await begun
    await journal.aclose()


async def test_what_was_published_is_kept_before_anything_else_happens(tmp_path: Path) -> None:
    kept: list[int] = []

    def reply(_: ChatRequest) -> str:
        kept.append(on.desk.log.state.published.get(ActionName("news"), 0))
        return "fine"

    async def react(reaction: Reaction) -> None:
        await reaction.publish(Draft(content="news", cause_by=ActionName("news")))
        await reaction.ask_model(request("and now?"))

    async with stage(tmp_path / "s.db", [(card("ann"), react)], model=ModelInProcess(reply=reply)) as on:
        await on.session.run()
        kinds = await on.kinds()
    assert kept == [1]
    assert kinds.index("message.published", 2) < kinds.index("step.started")


async def test_a_failed_journal_is_told_to_everybody_who_waits(tmp_path: Path) -> None:
    async with opened(tmp_path / "s.db") as log:
        await log.journal.aclose()
        log.submit(said(1))
        with pytest.raises(StoreError, match="is closed"):
            await log.append(said(2))
        assert isinstance(log.failure, StoreError)


async def test_a_message_is_at_hand_after_it_was_published_and_found_when_it_is_older(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "RECENT_MESSAGES", 2)
    async with opened(tmp_path / "s.db") as log:
        await log.append(*[said(number) for number in range(5)], said(4, "once more"))
        found = [await log.message(MessageId(f"ann:1:{number}")) for number in range(5)]
        assert [message.content for message in found if message is not None] == ["hello"] * 4 + ["once more"]
        assert await log.message(MessageId("nobody:1:1")) is None


async def test_pieces_of_generations_go_to_those_who_want_them(tmp_path: Path) -> None:
    async with opened(tmp_path / "s.db") as log:
        plain: list[Recorded | Delta] = []
        watching: list[Recorded | Delta] = []
        log.listen(plain.append)
        assert not log.is_watched
        stop = log.watch(watching.append)
        piece = Delta(role=RoleName("ann"), reaction=ReactionId("ann:1"), ordinal=0, kind="text", text="h")
        log.show(piece)
        await log.append(Noticed(message="hm"))
        stop()
        log.show(piece)
        assert not log.is_watched
        assert [type(item).__name__ for item in plain] == ["Recorded"]
        assert [type(item).__name__ for item in watching] == ["Delta", "Recorded"]


async def test_who_listens_for_some_kinds_hears_those_and_nothing_once_it_has_stopped(tmp_path: Path) -> None:
    async with opened(tmp_path / "s.db") as log:
        some: list[Recorded] = []
        every: list[Recorded] = []
        stop = log.listen(some.append, [MessagePublished])
        log.listen(every.append)
        await log.append(Noticed(message="hm"), said(1))
        stop()
        await log.append(said(2))
        assert [item.event.kind for item in some] == ["message.published"]
        assert [item.seq for item in every] == [2, 3, 4]


async def test_a_listener_that_fails_keeps_nothing_from_being_folded_in(tmp_path: Path) -> None:
    told: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: told.append(str(context["exception"])))

    def fails(recorded: Recorded) -> None:
        if recorded.seq == 2:
            raise ValueError("no")

    async with opened(tmp_path / "s.db") as log:
        log.listen(fails)
        log.submit(said(1))
        log.submit(said(2))
        await log.append(said(3))
        assert log.state.messages == 3
    assert told == ["no"]
