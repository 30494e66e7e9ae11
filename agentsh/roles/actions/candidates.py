"""Several answers to one question, of which the gates choose: each is tried on a copy of the workspace, the best stays.

The first is tried alone, since it is mostly good enough; only when it fails are the others asked for, warmer, and tried
side by side. Source: self-consistency by execution, as in CodeT.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agentsh.core.errors import AgentshError, OutputInvalid
from agentsh.core.files import FileDraft
from agentsh.core.model import JsonObject
from agentsh.core.verdict import Verdict, VerifyPlan
from agentsh.roles.actions.drafts import Reader
from agentsh.roles.actions.plan import plan_of, verifying_actions
from agentsh.roles.ask import ask_until
from agentsh.roles.question import Question
from agentsh.roles.work import Work

WARMER = 0.8
"""Temperature of the later answers, at least: the same again would help nobody."""

Drafts = tuple[FileDraft, ...]


@dataclass(frozen=True)
class Candidate:
    """One answer, and what the gates say of it."""

    drafts: Drafts
    verdict: Verdict

    def told(self) -> JsonObject:
        """Return how far it got."""
        failure = self.verdict.failure
        return {"passed": self.verdict.passed, "failed_at": failure.gate if failure is not None else None}


async def best_of(work: Work, question: Question, read: Reader) -> tuple[Drafts, list[JsonObject]]:
    """Return the files of the best answer, and how far each got that was tried; with one candidate nothing is tried.

    Raises:
        OutputInvalid: not even the first answer held any files.
    """
    first = await ask_until(work.mind, question, read, work.repairs)
    verifying = next(verifying_actions(work), None)
    if work.action.candidates == 1 or work.action.for_each or work.reaction.human or verifying is None:
        return first, []
    plan = await plan_of(work, verifying)
    tried = await _tried(work, plan, [first])
    if not tried[0].verdict.passed:
        tried += await _tried(work, plan, await _others(work, question, read, first))
    best = max(tried, key=lambda candidate: candidate.verdict.rank)
    return best.drafts, [candidate.told() for candidate in tried]


async def _others(work: Work, question: Question, read: Reader, first: Drafts) -> list[Drafts]:
    """Return what else is answered, each once; an answer that cannot be used is left out."""
    found = [first]
    for number in range(2, work.action.candidates + 1):
        try:
            drafts = await ask_until(work.mind, _again(question, number), read, work.repairs)
        except OutputInvalid:
            continue
        if drafts not in found:
            found.append(drafts)
    return found[1:]


def _again(question: Question, number: int) -> Question:
    card = question.action
    warm = card.model_copy(update={"temperature": max(card.temperature or 0.0, WARMER)})
    return replace(question, action=warm, label=f"{question.label}/candidate {number}")


async def _tried(work: Work, plan: VerifyPlan, candidates: Sequence[Drafts]) -> list[Candidate]:
    """Try candidates side by side. Their steps begin in this order, so that they are found again on resume."""
    try:
        async with asyncio.TaskGroup() as group:
            trials = [group.create_task(work.reaction.trial(plan, drafts), name="trial") for drafts in candidates]
    except* AgentshError as errors:
        raise _first(errors) from None
    return [Candidate(drafts, trial.result()) for drafts, trial in zip(candidates, trials, strict=True)]


def _first(errors: BaseExceptionGroup[AgentshError]) -> AgentshError:
    """Return the first of several errors: the engine takes one."""
    found = errors.exceptions[0]
    return _first(found) if isinstance(found, BaseExceptionGroup) else found
