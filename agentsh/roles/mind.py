"""Whoever answers for a role: a model, or a person. Actions do not know which."""

from collections.abc import Sequence
from typing import Protocol

from agentsh.core.chat import Answer
from agentsh.roles.question import Question


class Mind(Protocol):
    """Answers questions of one reaction."""

    async def answer(self, question: Question) -> Answer:
        """Return one answer as it comes: it may be empty, cut or wrong."""

    async def choose(self, question: Question, choices: Sequence[str]) -> str:
        """Return one of `choices`. Raises OutputInvalid when none comes."""
