"""The bus: every event of the session as a line, with a filter, followed while one is at its end."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.message import Message
from textual.widgets import Input

from agentsh.core.events import Recorded
from agentsh.core.terminal import one_line
from agentsh.tui.colours import RoleColours
from agentsh.tui.line_view import LineView
from agentsh.tui.lines import KEPT_LINES, Line
from agentsh.tui.telling import line_of


class Bus(Vertical):
    """Lines, and the filter below them while it is used. Out of sight it only keeps what comes."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "Filter", id="bus.filter"),
        Binding("escape", "no_filter", "All", show=False, id="bus.all"),
    ]
    DEFAULT_CSS = """
    Bus {
        background: $surface;
        & > LineView { height: 1fr; }
        & > Input { display: none; height: 1; border: none; background: $panel; padding: 0 1; }
        &.-filtering > Input { display: block; }
    }
    """

    class OlderWanted(Message):
        """The first line is in sight, and there are older ones."""

    def __init__(self, colours: RoleColours, past: Sequence[Recorded] = (), *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._colours = colours
        self._asked = False
        self.before = past[0].seq if past else 1
        """Everything from this seq on is here."""
        self._kept = deque(_lines_of(past), maxlen=KEPT_LINES)
        self._hidden = True

    def compose(self) -> ComposeResult:
        """Lines above, filter below."""
        yield LineView(self._colours)
        yield Input(placeholder="filter: text, role or kind; enter keeps it, escape shows all", compact=True)

    @property
    def lines(self) -> LineView:
        """What shows the lines."""
        return self.query_one(LineView)

    def add(self, recorded: Sequence[Recorded]) -> None:
        """Append what happened."""
        lines = _lines_of(recorded)
        if self._hidden:
            self._kept.extend(lines)
        else:
            self._append(lines)

    def _append(self, lines: Iterable[Line]) -> None:
        """Put lines at the end; what goes at the top for that comes back when it is scrolled to."""
        self.lines.add(lines)
        oldest = self.lines.log_lines.oldest
        if oldest is not None and oldest.seq > self.before:
            self.before = oldest.seq

    def put_before(self, page: Sequence[Recorded], before: int) -> None:
        """Put an older page above; what is older than `before` is still to come."""
        self.before, self._asked = before, False
        self.lines.put_before(_lines_of(page))

    def keep_only(self, text: str) -> None:
        """Filter; an empty text shows all."""
        self.lines.keep_only(text)
        self.query_one(Input).value = one_line(text, 200)
        self.set_class(bool(text), "-filtering")
        self.border_subtitle = Content(one_line(f"filter: {text}", 60) if text else "")

    def focus(self, scroll_visible: bool = True) -> "Bus":
        """Focus the lines."""
        self.lines.focus(scroll_visible)
        return self

    def action_filter(self) -> None:
        """Type a filter."""
        self.add_class("-filtering")
        self.query_one(Input).focus()

    def action_no_filter(self) -> None:
        """Show all again."""
        self.keep_only("")
        self.lines.focus()

    def check_action(self, action: str, _parameters: tuple[object, ...]) -> bool | None:
        """Escape is for the filter only while there is one."""
        return self.has_class("-filtering") if action == "no_filter" else True

    @on(LineView.TopReached)
    def _top(self, event: LineView.TopReached) -> None:
        event.stop()
        if self.before > 1 and not self._asked:
            self._asked = True
            self.post_message(self.OlderWanted())

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        event.stop()
        self.lines.keep_only(event.value)

    @on(Input.Submitted)
    def _done(self, event: Input.Submitted) -> None:
        event.stop()
        self.keep_only(event.value)
        self.lines.focus()

    def on_show(self, _event: events.Show) -> None:
        """Show what came meanwhile."""
        self._hidden = False
        if self._kept:
            self._append(self._kept)
            self._kept.clear()

    def on_hide(self, _event: events.Hide) -> None:
        """Keep from now on."""
        self._hidden = True


def _lines_of(recorded: Sequence[Recorded]) -> list[Line]:
    return [line for item in recorded if (line := line_of(item)) is not None]
