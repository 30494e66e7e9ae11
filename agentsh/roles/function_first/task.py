"""What is to be written: a function, what it is for, and the examples that it has to fulfil."""

from typing import Literal

from agentsh.core.model import Frozen
from agentsh.core.verdict import Example
from agentsh.roles.function_first.examples import find_examples
from agentsh.roles.function_first.purpose import find_purpose
from agentsh.roles.function_first.signature import Parameter, Signature, find_signature


class FunctionTask(Frozen):
    """One pure function to be written."""

    signature: Signature
    purpose: str
    """Goes on from the signature: `that counts the vowels in a text`."""
    examples: tuple[Example, ...] = ()
    proposed: bool = False
    """Whether a model proposed the examples: then a few of them may be wrong."""


Reading = Literal["ready", "no signature", "no examples", "beyond"]


def reading(idea: str) -> Reading:
    """Return what is missing in an idea for the method.

    `beyond`: neither a function nor an example is in it, so that nothing could tell a right program from a wrong one.
    """
    signature = find_signature(idea)
    if signature is not None:
        return "ready" if find_examples(idea, signature) else "no examples"
    unknown = Signature(name="_", parameters=(Parameter(name="_"),))
    return "no signature" if find_examples(idea, unknown) else "beyond"


def task_for(idea: str, signature: Signature | None = None) -> FunctionTask:
    """Return the task of an idea; examples are still missing when it gives none.

    Args:
        idea: the Boss's own words.
        signature: what was proposed when the idea has none.

    Raises:
        ValueError: there is no signature at all.
    """
    known = find_signature(idea) or signature
    if known is None:
        raise ValueError(f"{idea!r} names no function")
    return FunctionTask(signature=known, purpose=find_purpose(idea, known), examples=find_examples(idea, known))
