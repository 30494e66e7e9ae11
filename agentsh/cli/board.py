"""What a session looks like at this instant, for the live view: a fold over events and deltas, with no screen in it."""

from collections import deque
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Self

from agentsh.core import events as e
from agentsh.core.cards import BudgetCard
from agentsh.core.chat import Usage
from agentsh.core.ids import ReactionId, RoleName
from agentsh.core.terminal import Cleaner

TAIL_CHARACTERS = 2000
"""How much of the current stream is kept for show."""
RATE_WINDOW_S = 5.0
STREAM_HOLD_S = 2.0
"""When several roles write at once, the stream shown stays until it has been silent for so long."""

_DOING = {
    "model": "asks the model",
    "run": "runs code",
    "read": "reads files",
    "write": "writes files",
    "verify": "tries the program",
    "tool": "uses a tool",
    "person": "waits for a person",
    "publish": "publishes",
    "news": "looks for news",
}


@dataclass(slots=True)
class RoleLine:
    """One role's line: `doing` in words, `since` in seconds of the view's clock."""

    state: str = "idle"
    action: str = ""
    doing: str = ""
    since: float = 0.0


@dataclass(slots=True)
class Board:
    """The whole view's data. `now` of each call is seconds of any clock that never goes back."""

    facts: e.SessionStarted | None = None
    roles: dict[RoleName, RoleLine] = field(default_factory=dict)
    usage: Usage = field(default_factory=Usage)
    budget: BudgetCard = field(default_factory=BudgetCard)
    paused: bool = False
    speaker: RoleName | None = None
    now: float = 0.0
    """When the newest event came in."""
    _tail: str = ""
    _cleaner: Cleaner = field(default_factory=Cleaner)
    _stream: tuple[str, int] | None = None
    _heard_at: float = 0.0
    _pieces: deque[float] = field(default_factory=deque)

    @classmethod
    def of(cls, facts: e.SessionStarted, usage: Usage, budget: BudgetCard) -> Self:
        """Return the board of a session that has gone on for a while."""
        return cls(facts=facts, roles={name: RoleLine() for name in facts.team.roles}, usage=usage, budget=budget)

    def see(self, recorded: e.Recorded, now: float) -> None:
        """Take an event in."""
        self.now = now
        _see(recorded.event, self)

    def hear(self, delta: e.Delta, now: float) -> None:
        """Take a piece of a generation in."""
        line = self.line(delta.role)
        if delta.kind == "queued":
            line.doing = f"queued, {delta.ahead} ahead"
        elif delta.kind == "loading":
            line.doing = "the model is being loaded"
        else:
            line.doing = "writes" if delta.kind == "text" else "thinks"
            self._add(delta, now)

    def line(self, role: RoleName) -> RoleLine:
        """Return the line of a role, a new one for somebody new."""
        return self.roles.setdefault(role, RoleLine())

    def tail(self, lines: int) -> list[str]:
        """Return the last lines of the current stream, oldest first."""
        return [line for line in self._tail.splitlines() if line.strip()][-lines:]

    def tokens_per_second(self, now: float) -> float:
        """Return how fast text arrives; a piece of a stream is about one token."""
        while self._pieces and self._pieces[0] < now - RATE_WINDOW_S:
            self._pieces.popleft()
        return len(self._pieces) / max(1.0, now - self._pieces[0]) if self._pieces else 0.0

    def set_doing(self, role: RoleName, doing: str, action: str | None = None) -> None:
        """Say what a role does now."""
        line = self.line(role)
        line.state, line.doing, line.since = "works", doing, self.now
        line.action = action or line.action

    def rest(self, role: RoleName, state: str) -> None:
        """Say that a role does nothing now, and why."""
        self.roles[role] = RoleLine(state=state, since=self.now)
        if self.speaker == role:
            self._forget_stream()

    def step_over(self, reaction: ReactionId, ordinal: int) -> None:
        """Stop showing the stream of a step that has ended."""
        if self._stream == (reaction, ordinal):
            self._forget_stream()

    def _add(self, delta: e.Delta, now: float) -> None:
        quiet_s = now - self._heard_at if self._pieces else 0.0
        self._pieces.append(now)
        if self._stream != (delta.reaction, delta.ordinal):
            if self.speaker not in (None, delta.role) and quiet_s < STREAM_HOLD_S:
                return
            self._forget_stream()
            self._stream, self.speaker = (delta.reaction, delta.ordinal), delta.role
        self._tail = (self._tail + self._cleaner.feed(delta.text))[-TAIL_CHARACTERS:]
        self._heard_at = now

    def _forget_stream(self) -> None:
        self._tail, self._stream, self.speaker = "", None, None
        self._cleaner.flush()


@singledispatch
def _see(_event: object, board: Board) -> None:
    """Most events change nothing that the view shows."""


@_see.register
def _(event: e.SessionStarted, board: Board) -> None:
    board.facts, board.budget = event, event.budget
    board.roles = {name: RoleLine(since=board.now) for name in event.team.roles}


@_see.register
def _(event: e.SessionResumed, board: Board) -> None:
    board.budget = event.budget or board.budget
    board.paused = False if event.role is None else board.paused


@_see.register
def _(event: e.SessionPaused, board: Board) -> None:
    board.paused = board.paused or event.role is None


@_see.register
def _(event: e.ReactionStarted, board: Board) -> None:
    board.set_doing(event.role, "reads its messages", event.action)


@_see.register
def _(event: e.ReactionRetried, board: Board) -> None:
    board.set_doing(event.role, "tries again")


@_see.register
def _(event: e.ReactionFinished, board: Board) -> None:
    board.rest(event.role, "idle")


@_see.register
def _(event: e.ReactionFailed, board: Board) -> None:
    board.rest(event.role, "failed")


@_see.register
def _(event: e.StepStarted, board: Board) -> None:
    board.set_doing(event.role, _DOING[event.step], event.action)


@_see.register
def _(event: e.StepFinished, board: Board) -> None:
    board.step_over(event.reaction, event.ordinal)
    board.set_doing(event.role, "thinks what to do next")
    if event.usage is not None:
        board.usage = board.usage + event.usage


@_see.register
def _(event: e.StepFailed, board: Board) -> None:
    board.step_over(event.reaction, event.ordinal)


@_see.register
def _(event: e.HumanAsked, board: Board) -> None:
    board.set_doing(event.role, "waits for you")


@_see.register
def _(event: e.ApprovalAsked, board: Board) -> None:
    board.set_doing(event.role, f"asks whether it may {event.what}")


@_see.register
def _(event: e.ApprovalSettled, board: Board) -> None:
    board.set_doing(event.role, event.what if event.allowed else "may not")


@_see.register
def _(event: e.ModelRetried, board: Board) -> None:
    board.set_doing(event.role, f"asks again, attempt {event.attempt}")


@_see.register
def _(event: e.BudgetChanged, board: Board) -> None:
    board.budget = event.budget
