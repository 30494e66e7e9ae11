"""The ends of the generations under way, for the place above the prompt: gone as soon as they are whole."""

from dataclasses import dataclass, field

from agentsh.core import events as e
from agentsh.core.ids import ReactionId, RoleName
from agentsh.core.terminal import Cleaner

KEPT = 2_000
"""Characters of a generation that are kept for show."""


@dataclass(slots=True)
class _Tail:
    role: RoleName
    doing: str = ""
    text: str = ""
    cleaner: Cleaner = field(default_factory=Cleaner)


class Tails:
    """What roles are saying just now."""

    def __init__(self) -> None:
        self._tails: dict[tuple[ReactionId, int], _Tail] = {}

    def hear(self, delta: e.Delta) -> None:
        """Take a piece in."""
        key = (delta.reaction, delta.ordinal)
        tail = self._tails.setdefault(key, _Tail(delta.role))
        match delta.kind:
            case "queued":
                tail.doing = f"waits for the model, {delta.ahead} before it" if delta.ahead else "waits for the model"
            case "loading":
                tail.doing = "the model is being loaded"
            case _:
                tail.doing = "thinks" if delta.kind == "thinking" else ""
                tail.text = (tail.text + tail.cleaner.feed(delta.text))[-KEPT:]

    def see(self, event: e.Event) -> None:
        """Forget a generation that is whole, or over."""
        match event:
            case e.StepFinished() | e.StepFailed() | e.GenerationStopped():
                self._tails.pop((event.reaction, event.ordinal), None)
            case e.Interviewed() | e.RoleFired() | e.ReactionFailed():
                self._tails = {key: tail for key, tail in self._tails.items() if tail.role != event.role}
            case _:
                pass

    def clear(self) -> None:
        """Forget them all."""
        self._tails.clear()

    def lines(self, columns: int, most: int) -> list[tuple[RoleName, str]]:
        """Return at most `most` lines, at most `columns` wide, each with who says it; every role has its share."""
        if not self._tails or most < 1:
            return []
        speaking = list(self._tails.values())[-most:]
        share = max(1, most // len(speaking))
        return [(tail.role, text) for tail in speaking for text in _ends(tail, columns, share)]


def _ends(tail: _Tail, columns: int, most: int) -> list[str]:
    room = max(1, columns - len(tail.role) - 3)
    if not tail.text:
        return [f"{tail.doing} …"[:room]]
    lines = [line for line in tail.text.expandtabs(4).splitlines() if line.strip()] or [tail.doing]
    wrapped = [line[at : at + room] for line in lines[-most:] for at in range(0, max(1, len(line)), room)]
    return wrapped[-most:]
