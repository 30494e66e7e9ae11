"""Ask, run, choose: waves of drafts until one fulfils every example."""

import asyncio
from collections.abc import Sequence

import pytest

from agentsh.core.code import RunResult
from agentsh.core.verdict import Example
from agentsh.roles.function_first.method import FunctionOutcome, write_function
from agentsh.roles.function_first.proposals import with_proposed
from agentsh.roles.function_first.schedule import WAVE, DraftRequest, waves
from agentsh.roles.function_first.task import FunctionTask, task_for
from tests.roles.function_first.running import run_script

TASK = task_for("double(x) doubles a number: 2 -> 4, 5 -> 10")
RIGHT = "def double(x):\n    return x * 2"
LONGER = "def double(x):\n    result = x + x\n    return result"
WRONG = "def double(x):\n    return x + 2"
HALF_RIGHT = WRONG
NONSENSE = "I would rather talk about the weather."


async def write(answers: Sequence[str], task: FunctionTask = TASK, candidates: int = 9) -> FunctionOutcome:
    feed = iter(answers)

    async def ask(request: DraftRequest) -> str:
        return next(feed, NONSENSE)

    return await write_function(ask, run_script, task, candidates)


async def test_the_shortest_draft_that_fulfils_every_example_is_taken() -> None:
    outcome = await write([LONGER, RIGHT, WRONG])
    assert outcome.succeeded
    assert outcome.best is not None
    assert outcome.best.draft.source == RIGHT
    assert outcome.entry_args == ("2",)
    assert {file.path for file in outcome.files} == {
        "double.py",
        "main.py",
        "test_main.py",
        "README.md",
        "requirements.txt",
    }
    assert "2 of 2 examples" in outcome.account()


async def test_no_more_drafts_are_asked_for_than_it_takes() -> None:
    assert (await write([RIGHT])).asked == WAVE
    assert (await write([WRONG, NONSENSE, WRONG, RIGHT])).asked == 2 * WAVE
    assert (await write([], candidates=4)).asked == 4


async def test_without_a_draft_that_fulfils_its_examples_it_says_so_and_writes_nothing() -> None:
    outcome = await write([HALF_RIGHT] * 9)
    assert not outcome.succeeded
    assert outcome.files == ()
    assert outcome.entry_args == ()
    assert "1 of 2" in outcome.account()
    assert "`double(5)` should give `10`, not `7`" in outcome.account()
    assert "there is no program" in outcome.account()


async def test_answers_without_a_function_are_told() -> None:
    outcome = await write([])
    assert (outcome.best, outcome.files) == (None, ())
    assert "None of 9 answers" in outcome.account()


async def test_the_same_draft_is_run_once() -> None:
    scripts: list[str] = []

    async def ask(request: DraftRequest) -> str:
        return WRONG

    async def run(script: str, words: str) -> RunResult:
        scripts.append(script)
        return await run_script(script)

    await write_function(ask, run, TASK, 9)
    assert len(scripts) == 1
    assert scripts[0].count("return x + 2") == 1


async def test_a_run_that_is_refused_is_told() -> None:
    async def ask(request: DraftRequest) -> str:
        return RIGHT

    async def run(script: str, words: str) -> RunResult:
        return RunResult(exit_code=126, stderr="the Boss said no")

    outcome = await write_function(ask, run, TASK, 9)
    assert not outcome.succeeded
    assert "the Boss said no" in outcome.account()


@pytest.mark.parametrize(("wrong", "succeeds"), [(0, True), (1, True), (2, False)])
async def test_of_proposed_examples_half_have_to_come_out_right_and_only_those_are_kept(
    wrong: int, succeeds: bool
) -> None:
    results = ["5", "11", "8"][:wrong] + ["4", "10", "8"][wrong:]
    examples = [Example(args=args, result=result) for args, result in zip(["2", "5", "4"], results, strict=True)]
    outcome = await write([RIGHT] * 9, with_proposed(TASK, examples))
    assert outcome.succeeded is succeeds
    assert len(outcome.kept) == (3 - wrong if succeeds else 0)
    assert "proposed" in outcome.account()


async def test_the_same_answers_give_the_same_outcome() -> None:
    first, second = await asyncio.gather(write([WRONG, LONGER, RIGHT]), write([WRONG, LONGER, RIGHT]))
    assert first == second
    assert first.files == second.files


def test_every_draft_is_another_request_and_there_are_as_many_as_were_asked_for() -> None:
    for candidates in range(17):
        requests = [request for wave in waves(candidates) for request in wave]
        assert [request.number for request in requests] == list(range(1, candidates + 1))
        assert len({(request.form, request.temperature) for request in requests}) == len(requests)
        assert all(0 < request.temperature <= 1 for request in requests)
