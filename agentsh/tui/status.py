"""The header: which session this is, what it is up to, what it has used, how fast it goes, what holds its code."""

from collections import deque

from rich.cells import cell_len
from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from agentsh.core.code import SandboxStatus
from agentsh.core.terminal import one_line
from agentsh.session.view import SessionView
from agentsh.tui.shown import amount, meter

TWO_LINES_FROM = 100
"""Cells of width from which the header has two lines."""
_BARS = "▁▂▃▄▅▆▇█"
_CHARACTERS_PER_TOKEN = 4
_STATUS = {
    "RUNNING": ("▶", "$text-success"),
    "PAUSED": ("‖", "$text-warning"),
    "WAITING": ("?", "$text-accent"),
    "FINISHED": ("✓", "$text-success"),
    "FAILED": ("✗", "$text-error"),
    "INTERRUPTED": ("■", "$text-warning"),
    "IDLE": ("·", "$muted"),
}


_SILENCE_S = 3


class Pace:
    """How fast text comes, second by second."""

    def __init__(self, seconds: int = 12) -> None:
        self._buckets: deque[int] = deque([0] * seconds, maxlen=seconds)

    def add(self, characters: int) -> None:
        """Count characters that just came."""
        self._buckets[-1] += characters

    def tick(self) -> None:
        """Begin the next second."""
        self._buckets.append(0)

    @property
    def resting(self) -> bool:
        """Whether nothing has come for as long as is remembered."""
        return not any(self._buckets)

    @property
    def tokens_per_s(self) -> float:
        """Tokens a second over the last full seconds in which something came; 0 once nothing comes any more."""
        if not any(list(self._buckets)[-_SILENCE_S:]):
            return 0.0
        recent = [count for count in list(self._buckets)[-6:-1] if count]
        return sum(recent) / len(recent) / _CHARACTERS_PER_TOKEN if recent else 0.0

    @property
    def sparkline(self) -> str:
        """One bar a second, newest at the right."""
        most = max(self._buckets)
        if not most:
            return _BARS[0] * len(self._buckets)
        return "".join(_BARS[round(count / most * (len(_BARS) - 1))] for count in self._buckets)


def status_word(view: SessionView) -> str:
    """Return what the session is up to, in one word for the header."""
    if view.status == "paused":
        return "PAUSED"
    if view.questions or view.stopped:
        return "WAITING"
    if any(role.activity == "reacting" for role in view.roles):
        return "RUNNING"
    return {"running": "IDLE"}.get(view.status, view.status.upper())


class StatusBar(Widget):
    """One line when narrow, two when there is room; what matters least is left out first."""

    DEFAULT_CSS = """
    StatusBar {
        height: 1;
        background: $panel;
        color: $foreground;
        padding: 0 1;
        &.-two { height: 2; }
    }
    """

    view: reactive[SessionView | None] = reactive(None)
    """What is shown; None before a session is open."""
    rate: reactive[tuple[float, str]] = reactive((0.0, ""))
    """Tokens a second, and the sparkline."""

    def __init__(self, sandbox: SandboxStatus, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._sandbox = sandbox

    def on_resize(self) -> None:
        """One line or two."""
        self.set_class(self.app.size.width >= TWO_LINES_FROM, "-two")

    def render(self) -> Content:
        """Return the header."""
        if self.view is None:
            return Content()
        width = self.content_size.width
        if self.has_class("-two"):
            return Content("\n").join([self._first(self.view, width), self._second(self.view, width)])
        return self._only(self.view, width)

    def _first(self, view: SessionView, width: int) -> Content:
        status = self._status(view)
        left = self._joined(
            [
                (one_line(view.name, 50), "bold"),
                (one_line(view.team, 30), "$muted"),
                (self._phase(view), "$muted"),
            ],
            width - len(status.plain) - 2,
        )
        return _spread(left, status, width)

    def _second(self, view: SessionView, width: int) -> Content:
        right = Content.assemble((self._sandbox_line(width // 2), self._sandbox_style))
        model = one_line(f"{view.model}@{_bare(view.host)}", 50)
        left = self._joined([(model, "$text-primary"), self._tokens(view), self._speed()], width - len(right.plain) - 2)
        return _spread(left, right, width)

    def _only(self, view: SessionView, width: int) -> Content:
        status = self._status(view)
        left = self._joined(
            [
                (one_line(view.name, max(12, width // 3)), "bold"),
                self._tokens(view),
                self._speed(),
                (one_line(view.model, 20), "$muted"),
            ],
            width - len(status.plain) - 2,
        )
        return _spread(left, status, width)

    def _joined(self, parts: list[tuple[str, str]], room: int) -> Content:
        """Return as many of `parts` as there is room for, the first ones first."""
        kept: list[tuple[str, str]] = []
        used = 0
        for text, style in parts:
            cells = cell_len(text) + (3 if kept else 0)
            if text and used + cells <= room:
                kept += [*([(" · ", "$faint")] if kept else []), (text, style)]
                used += cells
        return Content.assemble(*kept)

    def _status(self, view: SessionView) -> Content:
        word = status_word(view)
        sign, style = _STATUS.get(word, ("·", "$muted"))
        return Content.styled(f"{sign} {word}", f"bold {style}")

    def _phase(self, view: SessionView) -> str:
        if view.progress:
            return one_line(view.progress, 40)
        limit = view.budget.max_rounds
        return f"round {view.rounds}/{limit}" if limit else f"round {view.rounds}"

    def _tokens(self, view: SessionView) -> tuple[str, str]:
        used = view.usage.prompt_tokens + view.usage.completion_tokens
        limit = view.budget.max_tokens
        if not limit:
            return f"{amount(used)} tokens", "$foreground"
        share = used / limit
        style = "$text-error" if share >= 0.9 else "$text-warning" if share >= 0.7 else "$foreground"
        return f"{amount(used)}/{amount(limit)} {meter(share, 8)}", style

    def _speed(self) -> tuple[str, str]:
        per_s, sparkline = self.rate
        return (f"{per_s:.0f} tok/s {sparkline}", "$text-secondary") if per_s else ("", "")

    @property
    def _sandbox_style(self) -> str:
        return "$text-success 80%" if self._sandbox.confines else "bold $text-error"

    def _sandbox_line(self, room: int) -> str:
        full = f"sandbox: {self._sandbox.line}"
        return full if len(full) <= room else f"sandbox: {self._sandbox.tier}"


def _spread(left: Content, right: Content, width: int) -> Content:
    gap = max(1, width - left.cell_length - right.cell_length)
    return Content.assemble(left, " " * gap, right)


def _bare(host: str) -> str:
    return one_line(host, 60).removeprefix("http://").removeprefix("https://")
