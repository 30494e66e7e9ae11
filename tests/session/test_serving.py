"""A served team stays when it is quiet, goes on when there is more, and is left resumable."""

import asyncio
import time
from pathlib import Path

from agentsh.core import chat as c
from agentsh.core.cards import BudgetCard
from agentsh.core.controls import BreakAt, Go, Pause, Retry, Say, SetBudget, Step, Unbreak
from agentsh.core.errors import ExitCode
from agentsh.core.events import Recorded
from agentsh.core.ids import RoleName
from tests.support.patience import HANG_S, least
from tests.support.stage import ModelInProcess, Stage, asks_and_says, card, stage

CHAIN = [
    (card("ann"), asks_and_says("plan", "what")),
    (card("bob", "plan"), asks_and_says("code", "how", "why")),
]
PAUSED_WITHIN_S = 0.1


async def quiet(on: Stage, times: int) -> None:
    """Wait until the team was quiet so many times."""
    seen = 0

    def is_it(event: object) -> bool:
        nonlocal seen
        seen += event.kind == "session.finished"  # type: ignore[attr-defined]
        return seen == times

    await on.until(is_it)


async def left(on: Stage, serving: "asyncio.Task[object]") -> object:
    on.session.interrupt()
    return await asyncio.wait_for(serving, HANG_S)


async def test_it_stays_when_quiet_and_goes_on_when_there_is_more(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", CHAIN, present=True) as on:
        serving = asyncio.create_task(on.session.serve())
        await quiet(on, 1)
        assert on.session.view().status == "finished"
        await on.session.send(Say(text="more"))
        resumed = await on.until(lambda event: event.kind == "session.resumed")
        assert resumed.reason == "more"
        await quiet(on, 2)
        said = [message.sent_from for message in await on.desk.log.journal.messages()]
        assert said == ["boss", "ann", "bob"] * 2
        ended = await left(on, serving)
        assert (ended.status, ended.exit_code) == ("finished", ExitCode.DONE)
        assert (await on.kinds())[-1] == "session.finished", "leaving a quiet team adds nothing"


async def test_left_in_mid_work_it_is_interrupted_and_resumable(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    async with stage(path, CHAIN, model=ModelInProcess(hold=asyncio.Event()), present=True) as on:
        serving = asyncio.create_task(on.session.serve())
        await on.until(lambda event: event.kind == "step.started")
        ended = await left(on, serving)
        assert (ended.status, ended.exit_code) == ("interrupted", ExitCode.INTERRUPTED)
    async with stage(path, CHAIN) as on:
        assert (await on.session.run()).exit_code == ExitCode.DONE


async def test_what_failed_goes_on_when_tried_again_without_a_restart(tmp_path: Path) -> None:
    down = True

    def reply(asked: c.ChatRequest) -> str | c.Failed:
        if down:
            return c.Failed(failure="refused", retryable=True, message="no server", hint="start it")
        return "fine"

    async with stage(tmp_path / "s.db", CHAIN, model=ModelInProcess(reply), present=True) as on:
        serving = asyncio.create_task(on.session.serve())
        await quiet(on, 1)
        assert on.session.view().roles[0].failed == "no server"
        assert on.session.view().status == "failed"
        down = False
        await on.session.send(Retry())
        await quiet(on, 2)
        assert on.session.view().status == "finished"
        await left(on, serving)


async def test_time_in_which_nobody_works_is_not_charged(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", CHAIN, present=True, budget=BudgetCard(max_seconds=1000)) as on:
        serving = asyncio.create_task(on.session.serve())
        await quiet(on, 1)
        on.session._service._quiet_since_s -= 5000
        await on.session.send(Say(text="more"))
        await quiet(on, 2)
        assert on.session.view().status == "finished"
        assert on.session.elapsed_s < 1000
        await left(on, serving)


async def test_a_spent_budget_waits_for_more_and_goes_on(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", CHAIN, present=True, budget=BudgetCard(max_steps=1)) as on:
        serving = asyncio.create_task(on.session.serve())
        await quiet(on, 1)
        assert on.session.view().status == "waiting"
        await on.session.send(SetBudget(budget=BudgetCard(max_steps=100)))
        await on.session.send(Retry())
        await quiet(on, 2)
        assert on.session.view().status == "finished"
        await left(on, serving)


async def test_a_pause_shows_within_a_tenth_of_a_second_and_no_step_starts_after_it(tmp_path: Path) -> None:
    roles = [(card(f"r{number}"), asks_and_says(f"a{number}", *["what"] * 50)) for number in range(8)]
    model = ModelInProcess(delay_s=0.001)
    async with stage(tmp_path / "s.db", roles, model=model, present=True) as on:
        serving = asyncio.create_task(on.session.serve())
        await on.until(lambda event: event.kind == "step.finished")
        assert await least(lambda _: _paused_and_on(on), PAUSED_WITHIN_S) < PAUSED_WITHIN_S
        await on.session.send(Pause())
        async with asyncio.timeout(HANG_S):
            while model.now or len(on.desk.gate.waiting) < 8:
                await asyncio.sleep(0.001)
        await on.desk.log.settle()
        kinds = await on.kinds()
        assert "step.started" not in kinds[_last(kinds, "session.paused") :]
        before = kinds.count("step.started")
        for number in range(1, 4):
            await on.session.send(Step())
            await on.until(lambda event, n=before + number: _count(event, n))
            async with asyncio.timeout(HANG_S):
                while model.now or len(on.desk.gate.waiting) < 8:
                    await asyncio.sleep(0.001)
            await on.desk.log.settle()
            assert (await on.kinds()).count("step.started") == before + number
        await on.session.send(Go())
        await quiet(on, 1)
        await left(on, serving)


async def _paused_and_on(on: Stage) -> float:
    """Pause and go on; return how long it took until the pause was shown, seconds."""
    asked_s = time.monotonic()
    await on.session.send(Pause())
    assert on.session.view().status == "paused"
    took_s = time.monotonic() - asked_s
    await on.session.send(Go())
    return took_s


def _last(kinds: list[str], kind: str) -> int:
    return len(kinds) - 1 - kinds[::-1].index(kind)


def _count(event: object, number: int) -> bool:
    return event.kind == "step.started"  # type: ignore[attr-defined]


async def test_a_step_of_a_team_that_is_not_paused_pauses_it_first(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", CHAIN, present=True) as on:
        await on.session.send(Step(role=RoleName("ann")))
        assert on.session.view().roles[0].paused
        serving = asyncio.create_task(on.session.serve())
        async with asyncio.timeout(HANG_S):
            while on.desk.gate.waiting != ("ann",):
                await asyncio.sleep(0)
        assert len(on.model.asked) == 1
        await on.session.send(Go())
        assert not on.session.view().roles[0].paused
        await quiet(on, 1)
        await left(on, serving)


async def test_breakpoints_are_kept_and_taken_away(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    async with stage(path, CHAIN, present=True) as on:
        for when in ("role:bob", "tokens>9", "role:bob"):
            await on.session.send(BreakAt(when=when))
        assert on.session.view().breakpoints == ("role:bob", "tokens>9")
        await on.session.send(Unbreak(when="tokens>9"))
    async with stage(path, CHAIN, present=True) as on:
        serving = asyncio.create_task(on.session.serve())
        await on.until(lambda event: event.kind == "session.paused")
        async with asyncio.timeout(HANG_S):
            while on.desk.gate.waiting != ("bob",):
                await asyncio.sleep(0)
        assert len(on.model.asked) == 1, "it stops before the effect"
        await on.session.send(Unbreak())
        assert on.session.view().breakpoints == ()
        await on.session.send(Go())
        await quiet(on, 1)
        await left(on, serving)


async def test_who_follows_is_never_ahead_of_the_view(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", CHAIN, present=True) as on:
        ahead: list[int] = []

        async def follow() -> None:
            async for item in on.session.follow():
                if isinstance(item, Recorded) and item.seq > on.session.view().seq:
                    ahead.append(item.seq)

        followers = [asyncio.create_task(follow()) for _ in range(20)]
        await on.session.run()
    await asyncio.gather(*followers)
    assert ahead == []
