"""A gate that is closed for everybody lets some through, and takes passes back."""

import asyncio

from agentsh.core.ids import ReactionId, RoleName
from agentsh.engine.breakpoints import Passage
from agentsh.engine.gate import Gate
from tests.support.patience import HANG_S

ANN, BOB = RoleName("ann"), RoleName("bob")


def at(role: RoleName) -> Passage:
    return Passage(role=role, reaction=ReactionId(f"{role}:1"), step="model")


def gate() -> Gate:
    return Gate(budget=lambda _: None, hit=lambda _text, _at: None)


async def begun(*works: object) -> list["asyncio.Task[None]"]:
    tasks = [asyncio.ensure_future(work) for work in works]  # type: ignore[call-overload]
    for _ in range(3):
        await asyncio.sleep(0)
    return tasks


async def test_who_is_lent_to_passes_a_closed_gate_and_nobody_else() -> None:
    closed = gate()
    closed.close()
    ann, bob = await begun(closed.passes(at(ANN)), closed.passes(at(BOB)))
    closed.lend([ANN])
    await asyncio.wait_for(ann, HANG_S)
    assert not bob.done()
    await asyncio.wait_for(closed.passes(at(ANN)), HANG_S)
    closed.lend(())
    (again,) = await begun(closed.passes(at(ANN)))
    assert not again.done()
    for task in (bob, again):
        task.cancel()


async def test_closing_for_everybody_ends_a_loan_and_a_role_that_is_closed_has_none() -> None:
    closed = gate()
    closed.close()
    closed.lend([ANN, BOB])
    closed.close(BOB)
    assert not closed.is_closed(ANN)
    assert closed.is_closed(BOB)
    closed.close()
    assert closed.is_closed(ANN)


async def test_passes_of_a_role_can_be_taken_back() -> None:
    closed = gate()
    closed.close()
    closed.step(ANN, 5)
    closed.step(BOB, 1)
    closed.void(ANN)
    ann, bob = await begun(closed.passes(at(ANN)), closed.passes(at(BOB)))
    assert (ann.done(), bob.done()) == (False, True)
    ann.cancel()
