"""A number of an entity over the ticks, drawn anew as the ticks pass."""

from collections.abc import Sequence

from textual.content import Content
from textual.strip import Strip
from textual.widget import Widget

from agentsh.core.plot import plot
from agentsh.tui.rows import strip_of

MOST_POINTS = 20_000
"""Of a longer story every second point is let go, as often as it takes."""


class WorldPlot(Widget):
    """Shows one series."""

    DEFAULT_CSS = """
    WorldPlot { background: $surface; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._points: list[tuple[int, float]] = []
        self._rows: list[str] = []
        self._upto = 0

    def show(self, points: Sequence[tuple[int, float]], upto: int) -> None:
        """Show another series up to a tick."""
        self._points, self._upto = list(points), upto
        self.refresh()

    def add(self, tick: int, value: float | None) -> None:
        """Let a tick pass in which the number is `value`; None: it is none."""
        self._upto = tick
        if value is not None and (not self._points or (tick >= self._points[-1][0] and value != self._points[-1][1])):
            self._points.append((tick, value))
            if len(self._points) > MOST_POINTS:
                del self._points[1:-1:2]
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        width, height = self.content_size
        if y == 0:
            self._rows = plot(self._points, width, max(1, height - 1), self._upto) if height > 1 else []
        if not self._points:
            text = "p on a number plots it over the ticks" if y == 0 else ""
            return strip_of(self, Content.styled(text, "$muted"), y, width)
        if y >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        head, bar, rest = self._rows[y].partition("┤")
        row = Content.assemble((head + bar, "$muted"), (rest, "$primary")) if bar else Content.styled(head, "$muted")
        return strip_of(self, row, y, width)
