"""Generations under way, in whole lines: what several roles say at once stays readable where nothing is drawn twice."""

from agentsh.core.events import Delta
from agentsh.core.ids import ReactionId, RoleName
from agentsh.core.terminal import Cleaner


class Streams:
    """Cuts the streams of several roles into whole lines, each with its role before it."""

    def __init__(self) -> None:
        self._cleaners: dict[tuple[ReactionId, int], Cleaner] = {}
        self._begun: dict[tuple[ReactionId, int], tuple[RoleName, str]] = {}

    def lines(self, delta: Delta) -> list[str]:
        """Return the lines that this piece completes; a new step of a role completes its step before."""
        key = (delta.reaction, delta.ordinal)
        before = [other for other, (role, _) in self._begun.items() if role == delta.role and other != key]
        ended = [line for other in before for line in self._end(other)]
        cleaner = self._cleaners.setdefault(key, Cleaner())
        *whole, begun = (self._begun.get(key, (delta.role, ""))[1] + cleaner.feed(delta.text)).split("\n")
        self._begun[key] = (delta.role, begun)
        return [*ended, *(f"{delta.role} │ {line}" for line in whole)]

    def ended(self, reaction: ReactionId, ordinal: int) -> list[str]:
        """Return what a step's stream has said after its last whole line, and forget it."""
        return self._end((reaction, ordinal)) if (reaction, ordinal) in self._begun else []

    def rest(self) -> list[str]:
        """Return all lines that are not whole, and forget the streams."""
        return [line for key in list(self._begun) for line in self._end(key)]

    def _end(self, key: tuple[ReactionId, int]) -> list[str]:
        self._cleaners.pop(key, None)
        role, begun = self._begun.pop(key)
        return [f"{role} │ {begun}"] if begun else []
