"""Interrupting reaches the server at once, and what was said is kept, edited, gone on from, or dropped."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from agentsh.core import chat as c
from agentsh.core.controls import Pause, Stop, UsePartial
from agentsh.core.errors import UsageError
from agentsh.core.ids import RoleName
from agentsh.core.settings import ModelSettings
from agentsh.engine.model_queue import Host
from agentsh.providers.ollama import OllamaProvider
from tests.support.ollama_server import OllamaServer
from tests.support.patience import HANG_S, least
from tests.support.stage import ModelInProcess, Stage, asks_and_says, card, stage

ANN = RoleName("ann")
TEAM = [(card("ann"), asks_and_says("plan", "what"))]


@dataclass
class Half:
    """A model that says half, and waits until `hold` is set; from `whole_from` on it says everything at once."""

    model: ModelInProcess

    @classmethod
    def new(cls, *said: str) -> "Half":
        replies = iter(said)
        return cls(ModelInProcess(reply=lambda _: next(replies), hold=asyncio.Event()))

    async def speaks(self) -> None:
        async with asyncio.timeout(HANG_S):
            while not self.model.now:
                await asyncio.sleep(0)

    def lets_go(self) -> None:
        assert self.model.hold is not None
        self.model.hold.set()


@asynccontextmanager
async def stopped(path: Path, half: Half) -> AsyncIterator[tuple[Stage, "asyncio.Task[object]"]]:
    """Run a team until its generation was stopped in the middle."""
    async with stage(path, TEAM, model=half.model, present=True) as on:
        running: asyncio.Task[object] = asyncio.create_task(on.session.run())
        await half.speaks()
        await on.session.send(Stop())
        await on.until(lambda event: event.kind == "generation.stopped")
        yield on, running
        running.cancel()
        await asyncio.wait([running])


async def said(on: Stage) -> str:
    return (await on.desk.log.journal.messages())[-1].content


async def test_what_was_said_waits_for_a_decision(tmp_path: Path) -> None:
    async with stopped(tmp_path / "s.db", Half.new("half whole")) as (on, running):
        view = on.session.view()
        assert [(found.role, found.text) for found in view.stopped] == [(ANN, "half ")]
        assert view.roles[0].activity == "waiting"
        assert not running.done()


async def test_kept_it_is_the_answer(tmp_path: Path) -> None:
    async with stopped(tmp_path / "s.db", Half.new("half whole")) as (on, running):
        await on.session.send(UsePartial(role=ANN, how="keep"))
        await running
        assert await said(on) == "half "
        assert on.session.view().stopped == ()
        assert on.session.view().usage.calls == 1, "what the server did is charged, by estimate"


async def test_edited_the_edit_is_the_answer(tmp_path: Path) -> None:
    async with stopped(tmp_path / "s.db", Half.new("half whole")) as (on, running):
        await on.session.send(UsePartial(role=ANN, how="edit", text="my own words"))
        await running
        assert await said(on) == "my own words"


async def test_continued_the_model_goes_on_from_its_own_words(tmp_path: Path) -> None:
    half = Half.new("half whole", "full")
    async with stopped(tmp_path / "s.db", half) as (on, running):
        half.lets_go()
        await on.session.send(UsePartial(role=ANN, how="continue"))
        await running
        assert await said(on) == "half full"
        assert half.model.requests[-1].messages[-1] == c.ChatMessage(role="assistant", content="half ")


async def test_a_model_that_begins_again_in_place_of_going_on_is_not_doubled(tmp_path: Path) -> None:
    half = Half.new("half whole", "half of it again")
    async with stopped(tmp_path / "s.db", half) as (on, running):
        half.lets_go()
        await on.session.send(UsePartial(role=ANN, how="continue"))
        await running
        assert await said(on) == "half of it again"


async def test_one_that_begins_again_and_is_stopped_once_more_is_not_doubled_either(tmp_path: Path) -> None:
    half = Half.new("half whole", "half of it again")
    async with stopped(tmp_path / "s.db", half) as (on, running):
        await on.session.send(UsePartial(role=ANN, how="continue"))
        await half.speaks()
        await on.session.send(Stop())
        await on.until(lambda event: event.kind == "generation.settled")
        again = await on.until(lambda event: event.kind == "generation.stopped" and event.partial != "half ")
        assert again.partial == "half of "
        await on.session.send(UsePartial(role=ANN, how="keep"))
        await running
        assert await said(on) == "half of "


async def test_dropped_it_is_asked_again_with_another_seed(tmp_path: Path) -> None:
    async def react(reaction: object) -> None:
        request = c.ChatRequest(
            model="tiny",
            messages=(c.ChatMessage(role="user", content="go"),),
            options=c.ChatOptions(num_ctx=512, num_predict=64, seed=7),
        )
        await reaction.ask_model(request)  # type: ignore[attr-defined]

    half = Half.new("half whole", "anew")
    async with stage(tmp_path / "s.db", [(card("ann"), react)], model=half.model, present=True) as on:
        running = asyncio.create_task(on.session.run())
        await half.speaks()
        await on.session.send(Stop(role=ANN))
        await on.until(lambda event: event.kind == "generation.stopped")
        half.lets_go()
        await on.session.send(UsePartial(role=ANN, how="drop"))
        await running
        finished = await on.until(lambda event: event.kind == "step.finished")
    assert finished.result["text"] == "anew"
    assert [request.options.seed for request in half.model.requests] == [7, 8]
    assert half.model.requests[0].messages == half.model.requests[1].messages


async def test_it_may_be_stopped_again_while_it_goes_on(tmp_path: Path) -> None:
    half = Half.new("half whole", "and more", "end")
    async with stopped(tmp_path / "s.db", half) as (on, running):
        await on.session.send(UsePartial(role=ANN, how="continue"))
        await half.speaks()
        await on.session.send(Stop())
        await on.until(lambda event: event.kind == "generation.stopped" and event.partial == "half and ")
        await on.session.send(UsePartial(role=ANN, how="keep"))
        await running
        assert await said(on) == "half and "
        assert on.session.view().usage.calls == 2


async def test_a_pause_holds_the_new_try_too(tmp_path: Path) -> None:
    half = Half.new("half whole", "anew")
    async with stopped(tmp_path / "s.db", half) as (on, running):
        await on.session.send(Pause())
        await on.session.send(UsePartial(role=ANN, how="drop"))
        await on.until(lambda event: event.kind == "generation.settled")
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(half.model.requests) == 1
        assert on.desk.gate.waiting == (ANN,)
        assert not running.done()


async def test_what_was_stopped_or_decided_before_a_crash_still_holds(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    async with stopped(path, Half.new("half whole")) as (on, _):
        pass
    async with stage(path, TEAM, present=True) as on:
        running = asyncio.create_task(on.session.run())
        await on.until(lambda event: event.kind == "session.finished")
        assert on.session.view().stopped[0].text == "half "
        await on.session.send(UsePartial(role=ANN, how="keep"))
        await running
        assert await said(on) == "half "
        assert on.model.asked == []


async def test_going_on_that_a_crash_cut_off_goes_on_from_the_same_words(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    async with stopped(path, Half.new("half whole", "lost")) as (on, _):
        await on.session.send(UsePartial(role=ANN, how="continue"))
        await on.until(lambda event: event.kind == "generation.settled")
    resumed = ModelInProcess(reply=lambda _: "of it")
    async with stage(path, TEAM, model=resumed, present=True) as on:
        await on.session.run()
        assert await said(on) == "half of it"
    assert resumed.requests[0].messages[-1].content == "half "


async def test_what_was_not_stopped_cannot_be_kept(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", TEAM, present=True) as on:
        with pytest.raises(UsageError, match="no stopped generation of ann"):
            await on.session.send(UsePartial(role=ANN, how="keep"))


async def test_stopping_reaches_a_real_server_within_a_fifth_of_a_second_and_keeps_the_text(tmp_path: Path) -> None:
    assert await least(lambda n: _stopped_at_a_server(tmp_path / f"{n}.db"), 0.2) < 0.2


async def _stopped_at_a_server(path: Path) -> float:
    """Stop a generation of a real server; return after how many seconds the server knew."""
    slow = {"reply": "one two three four five six seven eight nine ten " * 20, "chunks": 100, "chunk_s": 0.05}
    async with OllamaServer.on(slow, models=["tiny"]) as server:
        provider = OllamaProvider(server.host, settings=ModelSettings())
        async with stage(path, TEAM, present=True) as on:
            on.desk.models.hosts = [Host(provider, 1)]
            deltas = asyncio.create_task(_first_words(on))
            running = asyncio.create_task(on.session.run())
            await asyncio.wait_for(deltas, HANG_S)
            asked_s = time.monotonic()
            await on.session.send(Stop())
            await server.until(lambda now: now.chats[0].outcome == "hung_up")
            event = await on.until(lambda event: event.kind == "generation.stopped")
            assert event.partial.startswith("one two")
            await on.session.send(UsePartial(role=ANN, how="keep"))
            await running
            assert await said(on) == event.partial
        await provider.aclose()
        return server.chats[0].ended_s - asked_s


async def _first_words(on: Stage) -> None:
    async for item in on.session.follow():
        if getattr(item, "kind", "") == "text":
            return
