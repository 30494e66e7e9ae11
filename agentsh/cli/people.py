"""Asks the person at the terminal what a session wants to know: approvals, texts, choices, data field by field."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from agentsh.cli.keyboard import Lines
from agentsh.core.controls import AnswerQuestion, Control, Go, Settle, Step
from agentsh.core.errors import PersonNeeded
from agentsh.core.events import ApprovalAsked, HumanAsked
from agentsh.session.decision import EditFirst, decided
from agentsh.session.form import Filling, Form, answered

DETAIL_LINES = 40
PAUSED = "Paused: [g]o on · one [s]tep · [q]uit, to be resumed"
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Interviewer:
    """Asks on one terminal, one question at a time.

    Attributes:
        lines: where answers come from.
        tell: prints a line for the person, as plain text.
    """

    lines: Lines
    tell: Callable[[str], None]

    async def settle(self, asked: ApprovalAsked) -> Settle:
        """Return what the person decides. Raises PersonNeeded at the end of input."""
        self.tell(f"\n{asked.role} wants to {asked.what}:")
        self.tell(_indented(asked.told))
        while isinstance(decision := await self._filled(decided(asked.question)), EditFirst):
            continue
        return decision

    async def answer(self, asked: HumanAsked) -> AnswerQuestion:
        """Return what the person answers in the shape that is asked for. Raises PersonNeeded at the end of input."""
        self.tell(f"\nYou are {asked.role}:")
        self.tell(_indented(asked.prompt))
        answer = await self._filled(answered(asked.choices, asked.schema_))
        return AnswerQuestion(question=asked.question, answer=answer)

    async def pause(self) -> Control | None:
        """Return how a paused session goes on; None to leave it. Raises PersonNeeded at the end of input."""
        while True:
            match await self._line(PAUSED):
                case "g" | "go":
                    return Go()
                case "s" | "step":
                    return Step()
                case "q" | "quit":
                    return None
                case other:
                    self.tell(f"{other!r} is none of g, s and q.")

    async def _filled(self, filling: Filling[T]) -> T:
        form = Form(filling)
        while form.asks is not None:
            for line in form.asks.lines:
                self.tell(line)
            form.take(await self._line(form.asks.label))
        return form.answer

    async def _line(self, prompt: str) -> str:
        if prompt:
            self.tell(prompt)
        line = await self.lines.line()
        if line is None:
            raise PersonNeeded("the input ended while a question was open", hint="the session waits; resume it")
        return line


def _indented(text: str) -> str:
    lines = text.strip().splitlines() or [""]
    shown = [f"  │ {line}" for line in lines[:DETAIL_LINES]]
    return "\n".join(
        [*shown, *([f"  │ … {len(lines) - DETAIL_LINES} more lines"] if len(lines) > DETAIL_LINES else [])]
    )
