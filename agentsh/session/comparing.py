"""Two sessions side by side: how far they are the same, and what each came to after that."""

from collections.abc import Iterable
from itertools import zip_longest

from agentsh.core import events as e
from agentsh.core.chat import Usage
from agentsh.core.messages import Message
from agentsh.core.model import Frozen


class Branch(Frozen):
    """What a session has that the other one has not."""

    events: int = 0
    messages: tuple[Message, ...] = ()
    steps: int = 0
    usage: Usage = Usage()


class Comparison(Frozen):
    """Two branches of what may have been one session."""

    common: int
    """So many first events are the same; 0: they have nothing to do with each other."""
    a: Branch
    b: Branch


def compared(a: Iterable[e.Recorded], b: Iterable[e.Recorded]) -> Comparison:
    """Return how two sessions differ; a message that both have come to, word for word, does not count."""
    pairs = zip_longest(a, b)
    common = 0
    rest: tuple[list[e.Event], list[e.Event]] = ([], [])
    for mine, yours in pairs:
        if mine == yours and not rest[0] and not rest[1]:
            common += 1
            continue
        if mine is not None:
            rest[0].append(mine.event)
        if yours is not None:
            rest[1].append(yours.event)
    said = tuple({_key(message) for message in _messages(events)} for events in rest)
    return Comparison(common=common, a=_branch(rest[0], said[1]), b=_branch(rest[1], said[0]))


def _branch(events: list[e.Event], others: set[tuple[str, str]]) -> Branch:
    used = [event.usage for event in events if isinstance(event, e.StepFinished) and event.usage is not None]
    return Branch(
        events=len(events),
        messages=tuple(message for message in _messages(events) if _key(message) not in others),
        steps=sum(isinstance(event, e.StepFinished) for event in events),
        usage=sum(used, Usage()),
    )


def _messages(events: Iterable[e.Event]) -> list[Message]:
    return [event.message for event in events if isinstance(event, e.MessagePublished)]


def _key(message: Message) -> tuple[str, str]:
    return message.id, message.content
