"""The method: ask for drafts, run them on the examples, keep the one that passes, scaffold the program around it."""

from collections.abc import Awaitable, Callable, Sequence

from agentsh.core.code import RunResult
from agentsh.core.files import FileDraft
from agentsh.core.model import Frozen
from agentsh.core.verdict import Example
from agentsh.roles.function_first.drafts import Draft, extract
from agentsh.roles.function_first.scaffold import command_arguments, program
from agentsh.roles.function_first.schedule import DraftRequest, waves
from agentsh.roles.function_first.task import FunctionTask
from agentsh.roles.function_first.trial import Finding, read_trial, trial_script, trial_words

Ask = Callable[[DraftRequest], Awaitable[str]]
"""Asks the model for one draft, with the prompt that the request's form names; returns the answer's text."""
Run = Callable[[str, str], Awaitable[RunResult]]
"""Runs a Python script in the sandbox, within `trial_wall_s`; with what a person reads before that."""


class Tried(Frozen):
    """A draft and what it made of each example."""

    draft: Draft
    findings: tuple[Finding, ...]

    @property
    def passed(self) -> int:
        """How many examples it fulfils."""
        return sum(finding.passed for finding in self.findings)


class FunctionOutcome(Frozen):
    """How far the method got. Without a draft that fulfils its examples there is no program."""

    task: FunctionTask
    asked: int
    """How many drafts were asked for."""
    best: Tried | None = None
    trouble: str = ""
    """Why the drafts could not be tried, when that was so."""

    @property
    def succeeded(self) -> bool:
        """Whether the best draft fulfils every example of the Boss's; of proposed ones, at least half."""
        return self.best is not None and bool(self.kept) and not self.trouble

    @property
    def kept(self) -> tuple[Example, ...]:
        """The examples that the program is tested with: all of the Boss's, or the proposed ones that came out right."""
        if self.best is None:
            return ()
        right = tuple(one for one, found in zip(self.task.examples, self.best.findings, strict=True) if found.passed)
        enough = 2 * len(right) >= len(self.task.examples) if self.task.proposed else right == self.task.examples
        return right if enough else ()

    @property
    def files(self) -> tuple[FileDraft, ...]:
        """The program with its tests and papers; empty when it did not succeed."""
        if self.best is None or not self.succeeded:
            return ()
        return program(self.task.model_copy(update={"examples": self.kept}), self.best.draft)

    @property
    def entry_args(self) -> tuple[str, ...]:
        """What to start main.py with, to see it work."""
        return command_arguments(self.kept[0]) if self.kept else ()

    def account(self) -> str:
        """Say in Markdown what was done and what came of it."""
        name = f"`{self.task.signature.source}`"
        if self.trouble:
            return f"The drafts of {name} could not be tried: {self.trouble}"
        if self.best is None:
            return f"None of {self.asked} answers held a function {name} that could be tried."
        whose = "examples that a model proposed" if self.task.proposed else "examples"
        score = f"{self.best.passed} of {len(self.task.examples)} {whose}"
        head = f"The best of {self.asked} drafts of {name} fulfils {score}."
        lines = [
            _line(self.task, one, found) for one, found in zip(self.task.examples, self.best.findings, strict=True)
        ]
        end = "" if self.succeeded else "\n\nThat is not enough: there is no program."
        return f"{head}\n\n" + "\n".join(lines) + end


async def write_function(ask: Ask, run: Run, task: FunctionTask, candidates: int) -> FunctionOutcome:
    """Ask for up to `candidates` drafts, a wave at a time, until one fulfils every example; the shortest such is taken.

    It does the same again when `ask` and `run` return the same again.

    Args:
        ask: asks for one draft.
        run: runs the script that tries drafts.
        task: what to write; it needs at least one example.
        candidates: most drafts.
    """
    tried: list[Tried] = []
    asked = 0
    for wave in waves(candidates):
        answers = [await ask(request) for request in wave]
        asked += len(answers)
        fresh = _fresh(answers, task, tried)
        if fresh:
            trial = (task.signature.name, [draft.source for draft in fresh], task.examples)
            result = await run(trial_script(*trial), trial_words(*trial))
            found = read_trial(result, *trial)
            if found is None:
                return FunctionOutcome(task=task, asked=asked, best=best_of(tried), trouble=_trouble(result))
            tried += [Tried(draft=draft, findings=row) for draft, row in zip(fresh, found, strict=True)]
        best = best_of(tried)
        if best is not None and best.passed == len(task.examples):
            break
    return FunctionOutcome(task=task, asked=asked, best=best_of(tried))


def best_of(tried: Sequence[Tried]) -> Tried | None:
    """Return the draft that fulfils most examples; among equals the shortest, among those the first."""
    return min(tried, key=lambda one: (-one.passed, len(one.draft.source)), default=None)


def _fresh(answers: Sequence[str], task: FunctionTask, tried: Sequence[Tried]) -> list[Draft]:
    """Return the drafts in `answers` that were not tried yet, each once."""
    drafts = [draft for answer in answers if (draft := extract(answer, task.signature)) is not None]
    known = {one.draft for one in tried}
    return [draft for draft in dict.fromkeys(drafts) if draft not in known]


def _line(task: FunctionTask, example: Example, found: Finding) -> str:
    call = f"`{task.signature.name}({example.args})`"
    if found.passed:
        return f"- {call} gives `{example.result}`"
    return f"- {call} should give `{example.result}`, not `{found.got}`"


def _trouble(result: RunResult) -> str:
    said = result.stderr.strip().splitlines()
    return (said[-1] if said else f"the run ended by {result.ended_by}, exit code {result.exit_code}")[:300]
