"""Whether a talk is to end by now, and which of its conditions have been met on the way."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from agentsh.core.messages import Message
from agentsh.core.options.ending import End
from agentsh.engine.state import State


@dataclass(frozen=True, slots=True)
class Now:
    """A talk as it stands when something was said.

    Attributes:
        said: what was said last.
        turns: how many have spoken.
        tokens: used since it began.
        seconds: time that its steps took.
        state: the session.
    """

    said: Message
    turns: int
    tokens: int
    seconds: float
    state: State


def met(end: End, now: Now, before: Collection[str] = ()) -> tuple[str, ...]:
    """Return which conditions have been met, those met before included, each by its path: `all.0.text`."""
    return tuple(sorted({*before, *_met(end, now, "")}))


def holds(end: End, found: Collection[str], path: str = "") -> bool:
    """Return whether it is to end, by the conditions that have been met."""
    own = any(f"{path}{word}" in found for word in _WORDS)
    some = any(holds(inner, found, f"{path}any.{index}.") for index, inner in enumerate(end.any))
    every = bool(end.all) and all(holds(inner, found, f"{path}all.{index}.") for index, inner in enumerate(end.all))
    return own or some or every


def said_by_boss(end: End, text: str, path: str = "") -> tuple[str, ...]:
    """Return the conditions that a word of the Boss's meets."""
    own: tuple[str, ...] = ()
    if end.external is not None and end.external.lower() in text.lower():
        own = (f"{path}external",)
    for key, inner in (("any", end.any), ("all", end.all)):
        for index, one in enumerate(inner):
            own += said_by_boss(one, text, f"{path}{key}.{index}.")
    return own


_WORDS = ("text", "turns", "tokens", "seconds", "handoff", "flag", "check", "external")


def _met(end: End, now: Now, path: str) -> Iterator[str]:
    data = now.said.data or {}
    cause, _, flag = (end.flag or "").partition(".")
    true = {
        "text": end.text is not None and end.text in now.said.content,
        "turns": end.turns is not None and now.turns >= end.turns,
        "tokens": end.tokens is not None and now.tokens >= end.tokens,
        "seconds": end.seconds is not None and now.seconds >= end.seconds,
        "handoff": end.handoff is not None and data.get("handoff") == end.handoff,
        "flag": bool(flag) and now.said.cause_by == cause and data.get(flag) is True,
        "check": _checked(end, now.state),
    }
    yield from (f"{path}{word}" for word, is_true in true.items() if is_true)
    for key, inner in (("any", end.any), ("all", end.all)):
        for index, one in enumerate(inner):
            yield from _met(one, now, f"{path}{key}.{index}.")


def _checked(end: End, state: State) -> bool:
    match end.check:
        case "verified":
            return state.verdict is not None and state.verdict.passed and state.changed_seq <= state.verified_seq
        case "unverified":
            return state.verdict is not None and not state.verdict.passed
        case "files":
            return bool(state.files)
        case None:
            return False
