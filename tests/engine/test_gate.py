"""After a pause no step starts; a step lets exactly one through; breakpoints stop before the effect."""

import asyncio

import pytest

from agentsh.core.errors import BudgetSpent, UsageError
from agentsh.core.ids import ReactionId, RoleName
from agentsh.engine.breakpoints import Passage, parse_breakpoint
from agentsh.engine.gate import Gate
from tests.support.patience import HANG_S

ANN, BOB = RoleName("ann"), RoleName("bob")


def passage(role: RoleName = ANN, **more: object) -> Passage:
    return Passage(role=role, reaction=ReactionId(f"{role}:1"), step="model", **more)  # type: ignore[arg-type]


def gate(spent: BudgetSpent | None = None) -> tuple[Gate, list[str]]:
    hits: list[str] = []
    return Gate(budget=lambda _: spent, hit=lambda text, _: hits.append(text)), hits


async def begun(*tasks: asyncio.Task[None]) -> None:
    """Let each task run until it has to wait."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_an_open_gate_lets_every_step_through() -> None:
    opened, _ = gate()
    await asyncio.wait_for(opened.passes(passage()), HANG_S)
    assert opened.waiting == ()


async def test_after_a_pause_no_step_starts_until_it_goes_on() -> None:
    closed, _ = gate()
    closed.close()
    task = asyncio.create_task(closed.passes(passage()))
    await begun(task)
    assert not task.done()
    closed.open()
    await asyncio.wait_for(task, HANG_S)


async def test_a_step_lets_exactly_one_through_the_first_in_line() -> None:
    closed, _ = gate()
    closed.close()
    first, second = (asyncio.create_task(closed.passes(passage(role))) for role in (ANN, BOB))
    await begun(first, second)
    closed.step()
    await begun(first, second)
    assert first.done()
    assert not second.done()
    closed.open()
    await second


async def test_a_step_of_a_role_passes_the_others_by() -> None:
    closed, _ = gate()
    closed.close()
    first, second = (asyncio.create_task(closed.passes(passage(role))) for role in (ANN, BOB))
    await begun(first, second)
    closed.step(BOB)
    await begun(first, second)
    assert (first.done(), second.done()) == (False, True)
    closed.open()
    await first


async def test_steps_asked_for_beforehand_are_used_up_one_by_one() -> None:
    closed, _ = gate()
    closed.close()
    closed.step(times=2)
    await closed.passes(passage())
    await closed.passes(passage())
    third = asyncio.create_task(closed.passes(passage()))
    await begun(third)
    assert not third.done()
    closed.open()
    await third


async def test_pausing_one_role_leaves_the_others_free() -> None:
    closed, _ = gate()
    closed.close(ANN)
    await asyncio.wait_for(closed.passes(passage(BOB)), HANG_S)
    held = asyncio.create_task(closed.passes(passage(ANN)))
    await begun(held)
    assert not held.done()
    closed.open(ANN)
    await held


async def test_a_cancelled_wait_leaves_the_line() -> None:
    closed, _ = gate()
    closed.close()
    task = asyncio.create_task(closed.passes(passage()))
    await begun(task)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert closed.waiting == ()


async def test_a_spent_budget_refuses_the_step() -> None:
    refusing, _ = gate(BudgetSpent("max_steps", 3, 3))
    with pytest.raises(BudgetSpent, match="max_steps"):
        await refusing.passes(passage())


@pytest.mark.parametrize(
    ("text", "hitting", "passing"),
    [
        ("role:ann", passage(ANN), passage(BOB)),
        ("action:write", passage(action="write"), passage(action="read")),
        ("before:model", passage(), Passage(ANN, ReactionId("ann:1"), "publish")),
        ("before:run", Passage(ANN, ReactionId("ann:1"), "verify"), Passage(ANN, ReactionId("ann:1"), "write")),
        ("tool:search", passage(tool="search"), passage(tool="read")),
        ("tokens>10", passage(tokens=11), passage(tokens=10)),
        (
            "message:ready|done",
            Passage(ANN, ReactionId("ann:1"), "publish", message="all done"),
            Passage(ANN, ReactionId("ann:1"), "publish", message="not yet"),
        ),
    ],
)
async def test_a_breakpoint_closes_the_gate_before_the_step_it_fits(
    text: str, hitting: Passage, passing: Passage
) -> None:
    watched, hits = gate()
    watched.breakpoints.append(parse_breakpoint(text))
    await watched.passes(passing)
    assert hits == []
    held = asyncio.create_task(watched.passes(hitting))
    await begun(held)
    assert hits == [text]
    assert not held.done()
    watched.step()
    await held


@pytest.mark.parametrize("text", ["", "role", "role:", "colour:red", "before:lunch", "message:(", "tokens>many"])
def test_what_is_no_breakpoint_is_told_with_the_forms(text: str) -> None:
    with pytest.raises(UsageError) as told:
        parse_breakpoint(text)
    assert told.value.hint


async def test_a_pause_that_comes_right_after_going_on_holds_who_had_waited() -> None:
    closed, _ = gate()
    closed.close()
    task = asyncio.create_task(closed.passes(passage()))
    await begun(task)
    closed.open()
    closed.close()
    await begun(task)
    assert not task.done()
    closed.open()
    await task


async def test_a_step_asked_for_while_open_lets_nobody_through_a_later_pause() -> None:
    opened, _ = gate()
    opened.step()
    opened.close()
    task = asyncio.create_task(opened.passes(passage()))
    await begun(task)
    assert not task.done()
    opened.open()
    await task


async def test_who_waited_at_a_closed_gate_still_meets_its_breakpoint_and_only_once() -> None:
    watched, hits = gate()
    watched.breakpoints.append(parse_breakpoint("role:ann"))
    watched.close()
    task = asyncio.create_task(watched.passes(passage()))
    await begun(task)
    watched.open()
    await begun(task)
    assert hits == ["role:ann"]
    assert not task.done()
    watched.open()
    await task
    assert hits == ["role:ann"]
