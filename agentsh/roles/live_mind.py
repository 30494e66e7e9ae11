"""Whoever plays a role at this moment answers: a model, or the person who has taken it over."""

from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from agentsh.core.chat import Answer
from agentsh.core.errors import QuestionWithdrawn
from agentsh.engine.reaction import Reaction
from agentsh.roles.mind import Mind
from agentsh.roles.question import Question

T = TypeVar("T")


class LiveMind:
    """Looks before each question who is to answer it. On resume that is whoever has answered it."""

    def __init__(self, reaction: Reaction, model: Mind, person: Mind, *, human: bool) -> None:
        """Take both; `human` says who answers when the reaction does not know."""
        self._reaction = reaction
        self._model = model
        self._person = person
        self._human = human

    async def answer(self, question: Question) -> Answer:
        """Return one answer as it comes."""
        return await self._answered(lambda mind: mind.answer(question))

    async def choose(self, question: Question, choices: Sequence[str]) -> str:
        """Return one of `choices`."""
        return await self._answered(lambda mind: mind.choose(question, choices))

    async def _answered(self, ask: Callable[[Mind], Awaitable[T]]) -> T:
        while True:
            human = self._reaction.human
            try:
                return await ask(self._person if (self._human if human is None else human) else self._model)
            except QuestionWithdrawn:
                # The role was released while its question was open, or taken over before it was asked: the other is.
                continue
