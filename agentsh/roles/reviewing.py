"""What the Boss says of something before a role goes by it: approved, changed, or refused with a reason."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from agentsh.engine.reaction import Reaction

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


def refusal(reasons: Sequence[str]) -> str:
    """Return what whoever wrote it is told: why it was refused, each time."""
    said = "\n".join(f"- {reason}" for reason in reasons)
    return f"The Boss does not want it so:\n{said}\nWrite it again, whole, as the Boss wants it."
