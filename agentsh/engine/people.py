"""Questions that await a person, and approvals. Each is settled once, by its id; the first answer wins."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from agentsh.core import events as e
from agentsh.core.controls import AnswerQuestion, Settle
from agentsh.core.errors import PersonNeeded, UsageError
from agentsh.core.ids import QuestionId, RoleName
from agentsh.core.model import Frozen, JsonObject
from agentsh.engine.log import EventLog

Policy = Literal["ask", "once", "session", "always", "never"]


class Permission(Frozen):
    """Whether an effect may happen, and if not, why not."""

    allowed: bool
    why: str = ""


@dataclass(slots=True)
class People:
    """The inbox. Without anybody there, a question ends in PersonNeeded and stays open for the next process.

    Attributes:
        log: where questions and answers are kept.
        policy: what is approved without asking.
        present: whether somebody is there to be asked.
    """

    log: EventLog
    policy: Policy = "ask"
    present: bool = False
    _waiting: dict[QuestionId, asyncio.Event] = field(default_factory=dict)
    _once_used: bool = False

    async def ask(
        self,
        question: QuestionId,
        role: RoleName,
        prompt: str,
        schema: JsonObject | None = None,
        choices: Sequence[str] = (),
    ) -> JsonValue:
        """Return what a person answers; an answer that was given before a crash is used.

        Raises:
            PersonNeeded: nobody is there.
        """
        asked = e.HumanAsked(question=question, role=role, prompt=prompt, schema_=schema, choices=tuple(choices))
        return await self._answer_to(question, asked, f"{role} has to be answered for: {_first_line(prompt)}")

    async def permit(
        self, question: QuestionId, role: RoleName, what: str, detail: str, *, confined: bool
    ) -> Permission:
        """Return whether `what` may happen: by policy, by what was granted, or by asking.

        Args:
            question: id of the approval.
            role: who wants it.
            what: a few words that stay the same for the same kind of effect, such as `run code`.
            detail: what exactly.
            confined: whether the sandbox holds it; if not, each time is asked whatever the policy.

        Raises:
            PersonNeeded: it has to be asked and nobody is there.
        """
        if self.policy == "never":
            return Permission(allowed=False, why="this session runs nothing (--approve never)")
        if confined and self._granted(what):
            return Permission(allowed=True)
        asked = e.ApprovalAsked(question=question, role=role, what=what, detail=detail)
        answer = await self._answer_to(question, asked, f"{role} asks to {what}: {_first_line(detail)}")
        return Permission.model_validate(answer)

    async def answer(self, control: AnswerQuestion) -> None:
        """Settle a question of the inbox; raises UsageError when it is not open (any more)."""
        found = self._open(control.question, approval=False)
        await self.log.append(e.HumanAnswered(question=control.question, role=found, answer=control.answer))
        self._wake(control.question)

    async def settle(self, control: Settle) -> None:
        """Settle an approval; raises UsageError when it is not open (any more)."""
        role = self._open(control.question, approval=True)
        what = self.log.state.questions[control.question].prompt.partition(":")[0]
        await self.log.append(
            e.ApprovalSettled(
                question=control.question,
                role=role,
                what=what,
                allowed=control.allowed,
                scope=control.scope,
                why=control.why,
            )
        )
        self._wake(control.question)

    def _granted(self, what: str) -> bool:
        if self.policy in ("session", "always") or what in self.log.state.granted:
            return True
        if self.policy == "once" and not self._once_used:
            self._once_used = True
            return True
        return False

    async def _answer_to(self, question: QuestionId, asked: e.HumanAsked | e.ApprovalAsked, fact: str) -> JsonValue:
        state = self.log.state
        if question not in state.answers:
            if question not in state.questions:
                await self.log.append(asked)
            if not self.present:
                raise PersonNeeded(fact, hint="resume the session in a terminal, or approve beforehand with --yes")
            await self._waiting.setdefault(question, asyncio.Event()).wait()
        return state.answers[question]

    def _open(self, question: QuestionId, *, approval: bool) -> RoleName:
        found = self.log.state.questions.get(question)
        if found is None or found.approval is not approval:
            waiting = ", ".join(self.log.state.questions) or "nothing"
            raise UsageError(f"{question!r} does not wait for an answer", hint=f"waiting: {waiting}")
        return found.role

    def _wake(self, question: QuestionId) -> None:
        if (event := self._waiting.pop(question, None)) is not None:
            event.set()


def _first_line(text: str) -> str:
    lines = text.strip().splitlines() or [""]
    return lines[0][:200]
