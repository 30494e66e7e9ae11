"""What the Boss says of something before a role goes by it: approved, changed, or refused with a reason."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from agentsh.engine.reaction import Reaction
from agentsh.roles.question import Question
from agentsh.roles.work import Work

T = TypeVar("T")


class Refused(Exception):
    """The Boss does not want it so. The message is the reason, if one was given."""


async def reviewed(reaction: Reaction, what: str, text: str, made: T, read: Callable[[str], T]) -> T:
    """Return `made` as the Boss wants it.

    Args:
        reaction: whose step each question is.
        what: what the role is about to do with it, in words: `publish write_prd`.
        text: `made` as the Boss reads and edits it.
        made: what the role made.
        read: makes something of an edited text; raises ValueError, with words for the Boss, when it does not hold.

    Raises:
        Refused: the Boss said no.
        PersonNeeded: nobody is there to say anything.
    """
    complaint = ""
    while True:
        said = await reaction.review(what, text, complaint)
        if not said.allowed:
            raise Refused(said.why)
        if said.edited is None and not complaint:
            return made
        text = text if said.edited is None else said.edited
        try:
            return read(text)
        except ValueError as error:
            complaint = str(error)


@dataclass(frozen=True)
class Reviewable(Generic[T]):
    """Something that the Boss may see first.

    Attributes:
        what: what the role is about to do with it, in words.
        text: it as the Boss reads and edits it.
        read: makes something of an edited text; see `reviewed`.
        make: makes it anew, from the question with the reasons of all refusals.
    """

    what: Callable[[T], str]
    text: Callable[[T], str]
    read: Callable[[str], T]
    make: Callable[[Question], Awaitable[T]]


async def as_wanted(work: Work, question: Question, how: Reviewable[T]) -> T:
    """Return what `question` brings, as the Boss wants it where the role's card says that the Boss sees it first.

    Raises:
        OutputInvalid: no answer held.
        PersonNeeded: nobody is there to say anything.
    """
    made = await how.make(question)
    reasons: list[str] = []
    while work.under_review:
        text = how.text(made)
        try:
            return await reviewed(work.reaction, how.what(made), text, made, how.read)
        except Refused as refused:
            reasons.append(str(refused) or "No reason was given.")
            again = question.again(text, question.words.say("refused", reasons=[*reasons]))
            made = await how.make(replace(again, attempt=len(reasons)))
    return made
