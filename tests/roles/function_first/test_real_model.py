"""The whole method on the embedded model: what the shipped prompt asks, what the model says, what then runs."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agentsh.core.chat import ChatMessage, ChatOptions, ChatRequest
from agentsh.library.templates import PromptRenderer, read_template
from agentsh.providers.local import LocalProvider
from agentsh.providers.weights import DEMO_MODEL, weights_folder
from agentsh.roles.function_first.method import FunctionOutcome, write_function
from agentsh.roles.function_first.schedule import DraftRequest
from agentsh.roles.function_first.task import FunctionTask, task_for
from tests.providers.asking import events_of, hurried, text_of
from tests.roles.function_first.running import run_python, run_script

pytestmark = pytest.mark.model
PROMPT = Path(__file__).parents[3] / "prompts" / "actions" / "write_function.md"
IDEAS = [
    "Write a tool is_palindrome(word) that says whether a word is a palindrome: level -> True, banana -> False",
    "Write a tool count_vowels(text) that counts the vowels in a text: hello -> 2, sky -> 0",
    "Write a tool to_celsius(fahrenheit) that converts Fahrenheit to Celsius: 32 -> 0.0, 212 -> 100.0",
]
BEYOND = "Write fizzbuzz(n) that solves any sudoku in a language of its own: 3 -> seven, 7 -> '53127', 1 -> [2, 3]"


@pytest.fixture
async def provider() -> AsyncIterator[LocalProvider]:
    opened = LocalProvider(weights_folder(), hurried(first_token_s=60.0))
    yield opened
    await opened.aclose()


async def written(
    provider: LocalProvider, task: FunctionTask, seed: int, candidates: int = 9, num_predict: int = 300
) -> FunctionOutcome:
    prompt = read_template(PROMPT).text

    async def ask(request: DraftRequest) -> str:
        said = PromptRenderer().render(prompt, request.variables(task), source=str(PROMPT))
        options = ChatOptions(
            num_ctx=4096, num_predict=num_predict, temperature=request.temperature, seed=seed * 100 + request.number
        )
        messages = (ChatMessage(role="user", content=said.strip()),)
        return text_of(await events_of(provider, ChatRequest(model=DEMO_MODEL, messages=messages, options=options)))

    return await write_function(ask, run_script, task, candidates)


async def test_one_sentence_with_examples_becomes_a_program_that_runs(provider: LocalProvider, tmp_path: Path) -> None:
    outcomes = await asyncio.gather(*(written(provider, task_for(idea), seed=1) for idea in IDEAS))
    for outcome in outcomes:
        assert outcome.succeeded, outcome.account()
        folder = tmp_path / outcome.task.signature.name
        folder.mkdir()
        for file in outcome.files:
            (folder / file.path).write_text(file.text or "", "utf-8")
        tested = await run_python("-m", "unittest", cwd=folder)
        assert tested.exit_code == 0, tested.stderr
        started = await run_python("main.py", *outcome.entry_args, cwd=folder)
        assert started.stdout.strip() == outcome.task.examples[0].result


async def test_an_idea_that_is_beyond_the_model_ends_without_a_program(provider: LocalProvider) -> None:
    outcome = await written(provider, task_for(BEYOND), seed=1, candidates=1, num_predict=100)
    assert not outcome.succeeded
    assert outcome.files == ()
    assert "no program" in outcome.account() or "None of" in outcome.account()
