"""Watching a session: everything is shown, questions are asked one after another, answers reach the session."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from agentsh.cli.people import Interviewer
from agentsh.cli.views import SilentView
from agentsh.cli.watching import Item, Watch
from agentsh.core import controls as k
from agentsh.core import events as e
from agentsh.core.errors import UsageError
from agentsh.core.ids import QuestionId
from tests.cli import stories as s
from tests.cli.test_people import Typed

ASKED = e.ApprovalAsked(question=QuestionId("q:1"), role=s.QA, what="run code", detail="python main.py")
DEADLINE_S = 120.0


class Played:
    """A session that has happened already; it waits for ever at its end."""

    def __init__(self, *items: Item, refuses: bool = False) -> None:
        self.items = items
        self.sent: list[k.Control] = []
        self.got_control = asyncio.Event()
        self.interrupted = asyncio.Event()
        self._refuses = refuses

    async def follow(self, after: int = 0) -> AsyncIterator[Item]:
        for item in self.items:
            if isinstance(item, e.Delta) or item.seq > after:
                yield item
        await asyncio.Event().wait()

    async def send(self, control: k.Control) -> None:
        self.sent.append(control)
        self.got_control.set()
        if self._refuses:
            raise UsageError("it does not wait for an answer")

    def interrupt(self) -> None:
        self.interrupted.set()


class Seen(SilentView):
    def __init__(self) -> None:
        self.seqs: list[int] = []
        self.is_open = True
        self.texts: list[str] = []
        self.shown = asyncio.Event()

    def open(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False

    def event(self, recorded: e.Recorded) -> None:
        self.seqs.append(recorded.seq)
        self.shown.set()

    def delta(self, delta: e.Delta) -> None:
        self.texts.append(delta.text)


async def test_events_after_the_given_one_are_shown_and_drained() -> None:
    events = [s.recorded(seq, s.file_changed(f"{seq}.py", 1)) for seq in (1, 2, 3)]
    view = Seen()
    watch = Watch(Played(events[0], events[1], s.delta("x"), events[2]), view, None, after=1)
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch.run([]))
        await watch.drain(3)
        watching.cancel()
    assert view.seqs == [2, 3]
    assert view.texts == ["x"]


async def test_an_approval_is_asked_while_the_view_is_closed_and_settled() -> None:
    session, view = Played(s.recorded(1, ASKED)), Seen()
    open_at_prompt: list[bool] = []
    interviewer = Interviewer(Typed("y"), lambda _: open_at_prompt.append(view.is_open))
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(Watch(session, view, interviewer, after=0).run([]))
        await session.got_control.wait()
        watching.cancel()
    assert session.sent == [k.Settle(question=QuestionId("q:1"), allowed=True)]
    assert not any(open_at_prompt)


async def test_what_was_open_before_is_asked_first() -> None:
    session = Played()
    question = e.HumanAsked(question=QuestionId("q:0"), role=s.QA, prompt="Which?", choices=("a", "b"))
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(
            Watch(session, Seen(), Interviewer(Typed("2"), lambda _: None), after=0).run([question])
        )
        await session.got_control.wait()
        watching.cancel()
    assert session.sent == [k.AnswerQuestion(question=QuestionId("q:0"), answer="b")]


async def test_an_answer_that_comes_too_late_is_told_and_harms_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    session, view = Played(s.recorded(1, ASKED), s.recorded(2, s.file_changed("x.py", 1)), refuses=True), Seen()
    watch = Watch(session, view, Interviewer(Typed("y"), lambda _: None), after=0)
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch.run([]))
        await session.got_control.wait()
        await watch.drain(2)
        watching.cancel()
    assert view.seqs == [1, 2]
    assert "does not wait" in capsys.readouterr().err


async def test_nobody_there_means_that_nothing_is_asked() -> None:
    session = Played(s.recorded(1, ASKED))
    watch = Watch(session, Seen(), None, after=0)
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch.run([]))
        await watch.drain(1)
        watching.cancel()
    assert session.sent == []


async def test_a_pause_with_nobody_there_ends_the_session() -> None:
    session = Played(s.recorded(1, e.SessionPaused(why="before:run")))
    watch = Watch(session, Seen(), None, after=0)
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch.run([]))
        await session.interrupted.wait()
        watching.cancel()
    assert watch.paused_for_nobody


async def test_a_pause_at_a_terminal_is_the_person_s_to_end() -> None:
    session = Played(s.recorded(1, e.SessionPaused(why="before:run")))
    watch = Watch(session, Seen(), Interviewer(Typed("g"), lambda _: None), after=0)
    async with asyncio.timeout(DEADLINE_S), asyncio.TaskGroup() as tasks:
        watching = tasks.create_task(watch.run([]))
        await session.got_control.wait()
        watching.cancel()
    assert session.sent == [k.Go()]
    assert not session.interrupted.is_set()
