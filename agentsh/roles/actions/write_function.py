"""One pure function: drafts are asked for, run on examples, and the one that fulfils them gets a program around it."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from pydantic import JsonValue

from agentsh.core.code import Command, Limits, RunResult
from agentsh.core.errors import OutputInvalid
from agentsh.core.ids import USER_REQUIREMENT
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.outputs import validate_output
from agentsh.roles.ask import ask_until
from agentsh.roles.function_first.method import FunctionOutcome
from agentsh.roles.function_first.method import write_function as by_trial
from agentsh.roles.function_first.proposals import (
    Request,
    examples_request,
    fallback_signature,
    read_examples,
    read_signature,
    signature_request,
    with_proposed,
)
from agentsh.roles.function_first.schedule import WAVE, DraftRequest
from agentsh.roles.function_first.signature import Signature
from agentsh.roles.function_first.task import FunctionTask, reading, task_for
from agentsh.roles.function_first.trial import trial_wall_s
from agentsh.roles.question import Question
from agentsh.roles.words import Words
from agentsh.roles.work import Work

T = TypeVar("T")


async def write_function(work: Work) -> Message:
    """Find the function that fulfils its examples, write its program, and publish how far it got.

    Raises:
        OutputInvalid: the idea is no function that could be told right from wrong.
    """
    task = await _task(work)

    async def ask(request: DraftRequest) -> str:
        """A draft counts by what it does when it is run, so one that rambles on, or was cut, is worth a try too."""
        return (await work.mind.answer(await _question(work, task, request))).text

    async def run(script: str, words: str) -> RunResult:
        limits = Limits(wall_s=trial_wall_s(WAVE, len(task.examples)))
        return await work.reaction.run(Command(argv=("python3", "-I", "-c", script), limits=limits, shown=words))

    outcome = await by_trial(ask, run, task, 1 if work.role.human else work.action.candidates)
    if outcome.files:
        await work.reaction.write(outcome.files, f"{work.action.name}: {task.signature.source}")
    return await work.publish(outcome.account(), _data(outcome))


async def _question(work: Work, task: FunctionTask, request: DraftRequest) -> Question:
    question = await work.question(label=str(request.number), extra=request.variables(task), files={}, alone=True)
    card = work.action
    if card.temperature is None:
        card = card.model_copy(update={"temperature": request.temperature})
    return replace(question, action=card)


async def _task(work: Work) -> FunctionTask:
    """Return the task of the idea, with what it leaves open proposed by whoever plays the role."""
    idea = await _idea(work)
    missing = reading(idea)
    if missing == "beyond":
        raise OutputInvalid(
            "the idea names no function and gives no example, so nothing could tell a right program from a wrong one",
            raw=idea,
            hint="name it, with examples: is_palindrome(word): level -> True; or use --team software-company",
        )
    task = task_for(idea, await _signature(work, idea) if missing == "no signature" else None)
    if task.examples:
        return task
    request = examples_request(task)
    examples = await _proposed(work, request, lambda data: read_examples(data, task.signature))
    return with_proposed(task, examples)


async def _idea(work: Work) -> str:
    """Return the newest that the Boss said, when a function is in it, else the session's idea."""
    said = await work.reaction.history(causes=[USER_REQUIREMENT], last=1)
    newest = said[-1].content if said else work.reaction.idea
    return work.reaction.idea if reading(newest) == "beyond" else newest


async def _signature(work: Work, idea: str) -> Signature:
    try:
        return await _proposed(work, signature_request(idea), read_signature)
    except OutputInvalid:
        return fallback_signature(idea)


async def _proposed(work: Work, request: Request, read: Callable[[JsonObject], T]) -> T:
    card = work.action.model_copy(update={"output": request.output})
    words = Words(work.renderer)
    prompt = words.say(request.part, **request.values)
    question = Question(
        card,
        lambda _: prompt,
        card.max_tokens,
        words,
        f"proposal/{work.time}",
        request.output,
        alone=True,
    )
    shape = _fields_of(request.output)
    return await ask_until(work.mind, question, lambda text: read(validate_output(shape, text)), work.repairs)


def _fields_of(output: JsonObject) -> JsonObject:
    """Return a schema with the fields of `output` and anything in them: who reads the proposal checks it closer."""
    properties = output.get("properties")
    names: list[JsonValue] = list(properties) if isinstance(properties, dict) else []
    return {"type": "object", "properties": {str(name): {} for name in names}, "required": names}


def _data(outcome: FunctionOutcome) -> JsonObject:
    files: list[JsonValue] = [
        {"path": draft.path, "lines": len((draft.text or "").splitlines())} for draft in outcome.files
    ]
    examples: list[JsonValue] = [{"args": example.args, "result": example.result} for example in outcome.kept]
    entry: JsonObject = {"entry": "main.py", "entry_args": list(outcome.entry_args)} if outcome.succeeded else {}
    return {
        "function": outcome.task.signature.source,
        "succeeded": outcome.succeeded,
        "asked": outcome.asked,
        "examples": examples,
        "files": files,
        **entry,
    }
