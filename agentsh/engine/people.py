"""Questions that await a person, and approvals. Each is settled once, by its id; the first answer wins."""

import asyncio
import shlex
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from agentsh.core import events as e
from agentsh.core.controls import AnswerQuestion, Settle
from agentsh.core.errors import AgentshError, PersonNeeded, QuestionWithdrawn, UsageError
from agentsh.core.ids import QuestionId, RoleName
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.outputs import OutputMismatch, validate_object, validate_output
from agentsh.core.rulebook import Decision, Rule, parse_rule
from agentsh.core.rules import Wish
from agentsh.engine.approvals import COUNTED, Approvals, Policy, Proposal, RulesInMemory, concerns, kind_of
from agentsh.engine.log import EventLog
from agentsh.engine.state import Question
from agentsh.ports import RuleBook

__all__ = ["People", "Permission", "Policy", "check_command_line", "fitting"]


class Permission(Frozen):
    """Whether an effect may happen, and if not, why not."""

    allowed: bool
    why: str = ""
    edited: str | None = None
    """What may happen instead."""
    by_person: bool = False
    """Whether somebody said so just now, and no rule."""


@dataclass(slots=True)
class People:
    """The inbox. Without anybody there, a question ends in PersonNeeded and stays open for the next process.

    Attributes:
        log: where questions and answers are kept.
        policy: what is approved without asking.
        present: whether somebody is there to be asked.
        book: rules that outlast the session.
    """

    log: EventLog
    policy: Policy = "ask"
    present: bool = False
    _waiting: dict[QuestionId, asyncio.Event] = field(default_factory=dict)
    book: RuleBook = field(default_factory=RulesInMemory)
    approvals: Approvals = field(init=False)

    def __post_init__(self) -> None:
        self.approvals = Approvals(self.policy, self.book)

    async def ask(
        self,
        question: QuestionId,
        role: RoleName,
        prompt: str,
        schema: JsonObject | None = None,
        choices: Sequence[str] = (),
        *,
        to_boss: bool = False,
    ) -> JsonValue:
        """Return what a person answers; an answer that was given before a crash is used.

        Raises:
            PersonNeeded: nobody is there.
            QuestionWithdrawn: the model plays the role again.
        """
        asked = e.HumanAsked(
            question=question, role=role, prompt=prompt, schema_=schema, choices=tuple(choices), to_boss=to_boss
        )
        how = "asks the Boss" if to_boss else "has to be answered for"
        return await self._answer_to(question, asked, f"{role} {how}: {_first_line(prompt)}")

    async def permit(
        self,
        question: QuestionId,
        role: RoleName,
        what: str,
        detail: str,
        *,
        confined: bool,
        editable: bool = False,
        by_boss: bool = False,
        wishes: Sequence[Wish] = (),
        shown: str = "",
    ) -> Permission:
        """Return whether `what` may happen: by rules, by policy, by what was granted, or by asking.

        Args:
            question: id of the approval.
            role: who wants it.
            what: a few words that stay the same for the same kind of effect, such as `run code`.
            detail: what exactly.
            confined: whether the sandbox holds it; if not, each time is asked whatever the policy.
            by_boss: whether the Boss typed it: then `--approve never` and what roles may do say nothing about it.
            editable: whether `detail` is a command line that may be allowed in another wording.
            wishes: the same as rules see it; none: `detail` is a command line.
            shown: what people read in place of `detail`, where that holds a script that nobody can read.

        Raises:
            PersonNeeded: it has to be asked and nobody is there.
        """
        proposal = Proposal(what=what, detail=detail, wishes=tuple(wishes), confined=confined, by_boss=by_boss)
        judged = self.approvals.decide(proposal, self.log.state)
        if judged.decision == "deny":
            await self._ruled(question, what, judged.why, allowed=False)
            return Permission(allowed=False, why=judged.why)
        if judged.decision == "allow" and question not in self.log.state.answers:
            if judged.why == COUNTED:
                await self._count(question, role, what)
            else:
                await self._ruled(question, what, judged.why, allowed=True)
            return Permission(allowed=True)
        asked = e.ApprovalAsked(
            question=question,
            role=role,
            what=what,
            detail=detail,
            editable=editable,
            why=judged.why,
            suggested=proposal.suggested(),
            shown=shown,
        )
        because = f" ({judged.why})" if judged.why else ""
        answer = await self._answer_to(question, asked, f"{role} asks to {what}{because}: {_first_line(asked.told)}")
        return Permission.model_validate(answer).model_copy(update={"by_person": True})

    async def review(self, question: QuestionId, role: RoleName, what: str, detail: str, why: str = "") -> Permission:
        """Return what the Boss says to a text that a role wants to go by; `--approve always` says yes for the Boss.

        Args:
            question: id of the approval.
            role: whose it is.
            what: a few words, the same for each such text: `follow a plan`.
            detail: the text. The Boss may edit it.
            why: what the Boss should know of it.

        Raises:
            PersonNeeded: nobody is there.
        """
        waved = self.policy in ("always", "never-ask") or what in self.log.state.granted
        if waved and not why and question not in self.log.state.answers:
            return Permission(allowed=True)
        if not why and question not in self.log.state.answers and self.approvals.left_of(what, self.log.state):
            await self._count(question, role, what)
            return Permission(allowed=True)
        asked = e.ApprovalAsked(
            question=question, role=role, what=what, detail=detail, editable=True, why=why, prose=True
        )
        answer = await self._answer_to(question, asked, f"{role} asks to {what}: {_first_line(detail)}")
        return Permission.model_validate(answer).model_copy(update={"by_person": True})

    async def answer(self, control: AnswerQuestion) -> None:
        """Settle a question of the inbox; raises UsageError when it is not open (any more), or the answer is no fit."""
        found = self._open(control.question, approval=False)
        answer = fitting(found, control.answer)
        await self.log.append(e.HumanAnswered(question=control.question, role=found.role, answer=answer))
        self._wake(control.question)

    async def withdraw(self, role: RoleName, *events: e.Event) -> None:
        """Record `events`, and take back what waits for whoever plays `role`: the model is asked instead."""
        asked = [found.question for found in self.log.state.questions.values() if _is_played(found, role)]
        taken = [e.HumanWithdrawn(question=question, role=role) for question in asked]
        await self.log.append(*events, *taken)
        for question in asked:
            self._wake(question)

    async def settle(self, control: Settle) -> None:
        """Settle an approval; raises UsageError when it is not open (any more)."""
        found = self._open(control.question, approval=True)
        if control.edited is not None and not found.editable:
            raise UsageError(f"{found.what!r} cannot be edited", hint="allow it as it is, or refuse it with a reason")
        if control.edited is not None and not found.prose:
            check_command_line(control.edited)
        if found.prose and (control.rule or not (control.allowed or control.scope == "once")):
            raise UsageError(
                "a text is approved or refused by itself: no rule speaks of it", hint="Type: /deny once WHY"
            )
        if control.rule and not control.allowed:
            _check_concerns(Rule(kind=kind_of(found.what), pattern=control.rule), found)
        await self.log.append(
            e.ApprovalSettled(
                question=control.question,
                role=found.role,
                what=found.what,
                allowed=control.allowed,
                scope=control.scope,
                why=control.why,
                rule=control.rule,
                edited=control.edited,
                times=control.times if control.allowed and control.scope == "once" else 1,
            )
        )
        self._wake(control.question)
        await self._settle_more(found.what)
        if control.scope not in ("once", "session"):
            await self._keep(control, found)

    async def _settle_more(self, what: str) -> None:
        """Settle what waits already and is of a number that was allowed; what has a reason to be asked for waits on."""
        for found in [item for item in self.log.state.questions.values() if item.approval and item.what == what]:
            if not found.why and self.approvals.left_of(what, self.log.state) > 0:
                await self._count(found.question, found.role, what)
                self._wake(found.question)

    async def _count(self, question: QuestionId, role: RoleName, what: str) -> None:
        """Take one off the number that was allowed; whatever happens now, it is not taken twice."""
        with self.approvals.taking(what):
            await self.log.append(
                e.ApprovalSettled(question=question, role=role, what=what, allowed=True, why=COUNTED, counted=True)
            )

    async def _keep(self, control: Settle, found: Question) -> None:
        """Let what was decided outlast the session, and say where that is written."""
        scope: Literal["workspace", "always"] = "workspace" if control.scope == "workspace" else "always"
        own = [Rule(kind=kind_of(found.what), pattern=control.rule)] if control.rule else []
        decision: Decision = "allow" if control.allowed else "deny"
        for rule in own or [parse_rule(text) for text in found.suggested]:
            try:
                place = await self.book.keep(decision, rule, scope)
                told = e.Noticed(message=f"kept in {place}: {decision} {str(rule)!r}", hint="Type: agentsh rules")
            except AgentshError as error:
                told = e.Noticed(message=f"the rule {str(rule)!r} is not kept: {error}", hint=error.hint)
            await self.log.append(told)

    async def _ruled(self, question: QuestionId, what: str, why: str, *, allowed: bool) -> None:
        """Close a question that an earlier process had to leave open, and that rules or flags have answered since."""
        if (found := self.log.state.questions.get(question)) is not None:
            settled = e.ApprovalSettled(question=question, role=found.role, what=what, allowed=allowed, why=why)
            await self.log.append(settled)

    async def _answer_to(self, question: QuestionId, asked: e.HumanAsked | e.ApprovalAsked, fact: str) -> JsonValue:
        state = self.log.state
        if question not in state.answers:
            if question not in state.questions:
                await self.log.append(asked)
            if not self.present:
                raise PersonNeeded(fact, hint="resume the session in a terminal, or approve beforehand with --yes")
            await self._waiting.setdefault(question, asyncio.Event()).wait()
        if question not in state.answers:
            raise QuestionWithdrawn(f"{asked.role} is played by the model again")
        return state.answers[question]

    def _open(self, question: QuestionId, *, approval: bool) -> Question:
        found = self.log.state.questions.get(question)
        if found is None or found.approval is not approval:
            waiting = ", ".join(self.log.state.questions) or "nothing"
            raise UsageError(f"{question!r} does not wait for an answer", hint=f"waiting: {waiting}")
        return found

    def _wake(self, question: QuestionId) -> None:
        if (event := self._waiting.pop(question, None)) is not None:
            event.set()


def fitting(question: Question, answer: JsonValue) -> JsonValue:
    """Return an answer in the shape that was asked for. Raises UsageError that says what is wrong with it."""
    if question.choices:
        if answer not in question.choices:
            raise UsageError(f"{answer!r} is none of the choices", hint=f"there is: {', '.join(question.choices)}")
        return answer
    if question.schema_ is None:
        return answer
    try:
        if isinstance(answer, str):
            return validate_output(question.schema_, answer)
        return validate_object(question.schema_, answer)
    except OutputMismatch as mismatch:
        raise UsageError(str(mismatch), hint="answer again; the question stays open") from None


def check_command_line(text: str) -> None:
    """Raise UsageError when `text` is no command line: empty, or with a quote left open."""
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no command line: {error}", hint="close the quotes") from None
    if not words:
        raise UsageError(f"{text!r} is no command line: it is empty", hint="refuse it instead, with a reason")


def _check_concerns(rule: Rule, found: Question) -> None:
    if not concerns(rule, found):
        raise UsageError(
            f"the rule {str(rule)!r} does not fit what waits: {_first_line(found.detail)!r}",
            hint="Type: /deny once WHY, when it is a reason that begins with such a word",
        )


def _is_played(question: Question, role: RoleName) -> bool:
    return question.role == role and not (question.approval or question.to_boss)


def _first_line(text: str) -> str:
    lines = text.strip().splitlines() or [""]
    return lines[0][:200]
