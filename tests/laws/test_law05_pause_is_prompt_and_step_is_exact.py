"""Law 5: after a pause no step starts, a step lets exactly one through, and what is interrupted is kept.

What can be done with an interrupted text: tests/engine/test_stopped.py. Breakpoints: tests/engine/test_gate.py.
"""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from agentsh.core.controls import Go, Pause, Step, Stop
from agentsh.core.errors import ExitCode
from agentsh.core.events import StepFailed
from agentsh.core.ids import RoleName
from agentsh.engine.breakpoints import parse_breakpoint
from tests.support.patience import HANG_S
from tests.support.stage import ModelInProcess, Stage, asks_and_says, card, stage

ANN, BOB = RoleName("ann"), RoleName("bob")
TEAM = [
    (card("ann"), asks_and_says("plan", "a1", "a2", "a3")),
    (card("bob"), asks_and_says("code", "b1", "b2", "b3")),
]


async def quiet(on: Stage, waiting: int) -> None:
    """Wait until so many roles stand before the gate, and whatever they did is recorded."""
    async with asyncio.timeout(HANG_S):
        while len(on.desk.gate.waiting) < waiting:
            await asyncio.sleep(0)
    await on.desk.log.settle()


def asked(on: Stage) -> Counter[str]:
    return Counter(question[0] for question in on.model.asked)


async def test_after_a_pause_nothing_starts_and_each_step_is_one_step_of_the_role_named(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", TEAM) as on:
        await on.session.send(Pause())
        running = asyncio.create_task(on.session.run())
        await quiet(on, 2)
        assert on.model.asked == []
        for role, expected in ((BOB, {"b": 1}), (ANN, {"a": 1, "b": 1}), (BOB, {"a": 1, "b": 2})):
            await on.session.send(Step(role=role))
            await quiet(on, 2)
            assert asked(on) == expected
        await on.session.send(Step(times=2))
        await quiet(on, 2)
        assert asked(on).total() == 5
        await on.session.send(Go())
        assert (await running).exit_code == ExitCode.DONE
    assert asked(on) == {"a": 3, "b": 3}


async def test_pausing_one_role_holds_nobody_else(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", TEAM) as on:
        await on.session.send(Pause(role=ANN))
        running = asyncio.create_task(on.session.run())
        await on.until(lambda event: event.kind == "message.published" and event.message.sent_from == BOB)
        await quiet(on, 1)
        assert asked(on) == {"b": 3}
        await on.session.send(Go(role=ANN))
        assert (await running).exit_code == ExitCode.DONE


async def test_a_generation_under_way_at_a_pause_finishes_and_its_result_is_kept(tmp_path: Path) -> None:
    model = ModelInProcess(hold=asyncio.Event())
    async with stage(tmp_path / "s.db", TEAM[:1], model=model) as on:
        running = asyncio.create_task(on.session.run())
        await on.until(lambda event: event.kind == "step.started")
        await on.session.send(Pause())
        assert model.hold is not None
        model.hold.set()
        await on.until(lambda event: event.kind == "step.finished")
        await quiet(on, 1)
        assert len(model.asked) == 1
        await on.session.send(Go())
        await running
    assert len(model.asked) == 3


async def test_what_an_interrupted_generation_had_said_is_kept(tmp_path: Path) -> None:
    model = ModelInProcess(reply=lambda _: "half whole", hold=asyncio.Event())
    async with stage(tmp_path / "s.db", TEAM[:1], model=model) as on:
        running = asyncio.create_task(on.session.run())
        async with asyncio.timeout(HANG_S):
            while not model.now:
                await asyncio.sleep(0)
        await on.session.send(Stop(role=ANN))
        await running
        failed = [r.event for r in await on.events() if isinstance(r.event, StepFailed)]
    assert [step.partial for step in failed] == ["half "]


@pytest.mark.parametrize("when", ["role:bob", "before:publish", "message:heard: b1", "tokens>40"])
async def test_a_breakpoint_holds_everybody_before_the_step(tmp_path: Path, when: str) -> None:
    async with stage(tmp_path / "s.db", TEAM) as on:
        on.desk.gate.breakpoints.append(parse_breakpoint(when))
        running = asyncio.create_task(on.session.run())
        paused = await on.until(lambda event: event.kind == "session.paused")
        await quiet(on, 1)
        before = len(on.model.asked)
        assert when in paused.why  # type: ignore[union-attr]
        assert on.session.view().status == "paused"
        on.desk.gate.breakpoints.clear()
        await on.session.send(Go())
        assert (await running).exit_code == ExitCode.DONE
    assert before < 6 or when in ("before:publish", "message:heard: b1")
