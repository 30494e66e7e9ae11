"""Shows a LineLog: only rows on screen are rendered, and it follows its end only while it is there."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from agentsh.tui.colours import RoleColours
from agentsh.tui.lines import Line, LineLog, Row, Tone

_TONE_CLASSES: dict[Tone, str] = {
    "plain": "line-view--plain",
    "dim": "line-view--dim",
    "good": "line-view--good",
    "bad": "line-view--bad",
    "warn": "line-view--warn",
    "accent": "line-view--accent",
}


class LineView(ScrollView, can_focus=True):
    """A scrolling view of lines, with selection, filter and wrapping."""

    ALLOW_SELECT = True
    COMPONENT_CLASSES: ClassVar[set[str]] = {*_TONE_CLASSES.values(), "line-view--time"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_down", "Down", show=False, id="list.down"),
        Binding("k,up", "scroll_up", "Up", show=False, id="list.up"),
        Binding("g,home", "to_top", "Top", show=False, id="list.top"),
        Binding("G,end", "to_end", "End, and follow", show=False, id="list.end"),
        Binding("w", "wrap", "Wrap long lines", show=False, id="bus.wrap"),
    ]
    DEFAULT_CSS = """
    LineView {
        background: $surface;
        scrollbar-size-horizontal: 0;
        & .line-view--time { color: $faint; }
        & .line-view--plain { color: $foreground; }
        & .line-view--dim { color: $muted; }
        & .line-view--good { color: $text-success; }
        & .line-view--bad { color: $text-error; }
        & .line-view--warn { color: $text-warning; }
        & .line-view--accent { color: $text-accent; }
    }
    """

    @dataclass
    class Opened(Message):
        """A line was clicked."""

        line: Line

    class TopReached(Message):
        """The first line is in sight."""

    def __init__(self, colours: RoleColours, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.log_lines = LineLog()
        self._colours = colours
        self._following = True
        self._strips: dict[int, Strip] = {}

    def add(self, lines: Iterable[Line]) -> None:
        """Append lines, and stay at the end if it was there."""
        dropped = self.log_lines.add(lines, at_end=self._following)
        if dropped:
            self._strips.clear()
        self._laid_out()
        if dropped and not self._following:
            self.scroll_to(y=max(0, self.scroll_offset.y - dropped), animate=False, immediate=True)

    def put_before(self, lines: Iterable[Line]) -> None:
        """Put older lines before all; what is on screen stays where it is."""
        more = self.log_lines.put_before(lines)
        self._strips.clear()
        self._laid_out()
        if not self._following:
            self.scroll_to(y=self.scroll_offset.y + more, animate=False, immediate=True)

    def keep_only(self, text: str) -> None:
        """Filter the lines."""
        self.log_lines.keep_only(text)
        self._strips.clear()
        self._following = True
        self._laid_out()

    def action_to_top(self) -> None:
        """Go to the first line."""
        self.scroll_home(animate=False)

    def action_to_end(self) -> None:
        """Go to the last line and follow from there."""
        self.scroll_end(animate=False)

    def action_wrap(self) -> None:
        """Wrap long lines, or cut them."""
        self.log_lines.wrap = not self.log_lines.wrap
        self.log_lines.lay_out()
        self._strips.clear()
        self._laid_out()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        """Follow the end exactly while it is in sight."""
        super().watch_scroll_y(old_value, new_value)
        self._following = new_value >= self.max_scroll_y
        if new_value <= 0 < self.max_scroll_y:
            self.post_message(self.TopReached())

    def on_resize(self, _event: events.Resize) -> None:
        """Lay out for the new width."""
        self._strips.clear()
        self.log_lines.set_width(self.scrollable_content_region.width)
        self._laid_out()

    def on_click(self, event: events.Click) -> None:
        """Open the line that was clicked."""
        row = self.log_lines.row(event.y + self.scroll_offset.y)
        if row is not None and event.chain == 2:
            self.post_message(self.Opened(row.line))

    def notify_style_update(self) -> None:
        """Forget rows that were rendered in other colours."""
        super().notify_style_update()
        self._strips.clear()

    def selection_updated(self, _selection: Selection | None) -> None:
        """Show another selection."""
        self._strips.clear()
        self.refresh()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return what is selected, without looking at more lines than that."""
        last = self.log_lines.rows - 1
        start = (0, 0) if selection.start is None else (selection.start.y, selection.start.x)
        end = (last, None) if selection.end is None else (selection.end.y, selection.end.x)
        rows = [self.log_lines.text(y) for y in range(start[0], min(end[0], last) + 1)]
        if not rows:
            return None
        if end[1] is not None and end[0] <= last:
            rows[-1] = rows[-1][: end[1]]
        rows[0] = rows[0][start[1] :]
        return "\n".join(rows), "\n"

    def render_line(self, y: int) -> Strip:
        """Return one row of the screen."""
        at = y + self.scroll_offset.y
        strip = self._strips.get(at)
        if strip is None and at >= self.log_lines.rows:
            return Strip.blank(self.scrollable_content_region.width, self.rich_style)
        if strip is None:
            if len(self._strips) > 1_000:
                self._strips.clear()
            strip = self._strips[at] = self._strip(at)
        return strip

    def _strip(self, at: int) -> Strip:
        width = self.scrollable_content_region.width
        row = self.log_lines.row(at)
        if row is None:
            return Strip.blank(width, self.rich_style)
        strip = Strip(self._selected(at, self._segments(row))).adjust_cell_length(width, self.rich_style)
        return strip.apply_offsets(0, at)

    def _segments(self, row: Row) -> list[Segment]:
        base = self.rich_style
        head = self.log_lines.head(row)
        tone = base + self._tone(row.line.tone)
        if not head.strip():
            return [Segment(head, base), Segment(row.text, tone)]
        time_cells = 9 if self.log_lines.shows_time else 0
        colour = self._colours.of(row.line.who)
        return [
            Segment(head[:time_cells], base + self.get_component_rich_style("line-view--time", partial=True)),
            Segment(head[time_cells:], base + RichStyle(color=self.app.theme_variables[colour])),
            Segment(row.text, tone),
        ]

    def _selected(self, at: int, segments: list[Segment]) -> list[Segment]:
        selection = self.text_selection
        if selection is None or (span := selection.get_span(at)) is None:
            return segments
        strip = Strip(segments)
        start, end = span
        end = strip.cell_length if end == -1 else end
        style = self.screen.get_component_rich_style("screen--selection")
        parts = strip.divide([start, end, strip.cell_length])
        chosen = (
            [Segment(segment.text, (segment.style or RichStyle()) + style) for segment in parts[1]]
            if len(parts) > 1
            else []
        )
        return [*parts[0], *chosen, *(parts[2] if len(parts) > 2 else [])]

    def _tone(self, tone: Tone) -> RichStyle:
        return self.get_component_rich_style(_TONE_CLASSES[tone], partial=True)

    def _laid_out(self) -> None:
        following = self._following
        self.virtual_size = Size(self.scrollable_content_region.width, self.log_lines.rows)
        if following and not self.is_vertical_scrollbar_grabbed:
            self._following = True
            self.scroll_end(animate=False, immediate=True, force=True, x_axis=False)
        self.refresh()
