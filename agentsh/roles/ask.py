"""Asking until an answer holds. One that does not goes back with what is wrong with it, twice at most; then it is told.

An answer that was cut is never taken: it is asked for once more with twice the room.
"""

from collections.abc import Callable
from typing import TypeVar

from agentsh.core.chat import Answer
from agentsh.core.errors import OutputInvalid
from agentsh.core.model import JsonObject
from agentsh.core.outputs import validate_output
from agentsh.roles.mind import Mind
from agentsh.roles.question import Question

T = TypeVar("T")


async def ask_text(mind: Mind, question: Question, repairs: int = 2) -> str:
    """Return an answer in Markdown. Raises OutputInvalid."""
    return await ask_until(mind, question, str.strip, repairs)


async def ask_structured(mind: Mind, question: Question, schema: JsonObject, repairs: int = 2) -> JsonObject:
    """Return an answer that fits `schema`, which the server is given as well. Raises OutputInvalid."""
    return await ask_until(mind, question, lambda text: validate_output(schema, text), repairs)


async def ask_until(mind: Mind, question: Question, read: Callable[[str], T], repairs: int = 2) -> T:
    """Return what `read` makes of the text of the first answer that it accepts; see `ask_accepted`."""
    return await ask_accepted(mind, question, lambda answer: read(answer.text), repairs)


async def ask_accepted(mind: Mind, question: Question, accept: Callable[[Answer], T], repairs: int = 2) -> T:
    """Return what `accept` makes of the first answer that it accepts.

    Args:
        mind: who answers.
        question: what is asked.
        accept: raises ValueError with words for the model when the answer does not hold.
        repairs: how often an answer may go back.

    Raises:
        OutputInvalid: no answer held; it has the last one.
    """
    widened, mended = False, 0
    while True:
        answer = await mind.answer(question)
        if answer.reason == "length":
            if widened:
                raise _cut(question, answer)
            widened, question = True, question.with_more_room()
            continue
        try:
            return _accepted(answer, accept)
        except ValueError as error:
            if mended == repairs:
                raise _invalid(question, answer, f"{mended + 1} tries. {error}") from None
            mended, question = mended + 1, question.again(answer.text, str(error))


def _accepted(answer: Answer, accept: Callable[[Answer], T]) -> T:
    if not answer.text.strip() and not answer.tool_calls:
        raise ValueError("The answer is empty.")
    if answer.reason == "repeat":
        raise ValueError("The answer says the same again and again.")
    return accept(answer)


def _invalid(question: Question, answer: Answer, tries: str) -> OutputInvalid:
    return OutputInvalid(
        f"{question.action.name} got no answer that can be used in {tries}",
        raw=answer.text,
        hint=f"try another model, or make the prompt plainer: {question.action.source or question.action.name}",
    )


def _cut(question: Question, answer: Answer) -> OutputInvalid:
    return OutputInvalid(
        f"{question.action.name} got an answer that was cut at {question.max_tokens} tokens, also with twice the room",
        raw=answer.text,
        hint=f"raise max_tokens in {question.action.source or question.action.name}, or num_ctx in agentsh.toml",
    )
