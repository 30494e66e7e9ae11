"""Draws rows of Content into strips, with selection; what the chat's cards and the pages have in common."""

from typing import TYPE_CHECKING

from rich.segment import Segment
from textual.content import Content
from textual.selection import Selection
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.widget import Widget


def strip_of(widget: "Widget", row: Content, at: int, width: int) -> Strip:
    """Return row number `at` of a widget, `width` cells wide, what is selected of it marked."""
    selection = widget.text_selection
    if selection is not None and (span := selection.get_span(at)) is not None:
        start, end = span
        row = row.stylize(widget.screen.get_visual_style("screen--selection"), start, len(row) if end == -1 else end)
    drawn = row.render(widget.visual_style, "", parse_style=widget.app.stylesheet.parse_style)
    segments = [Segment(text, style.rich_style) for text, style in drawn]
    return Strip(segments).adjust_cell_length(width, widget.rich_style).apply_offsets(0, at)


def selected(rows: list[Content], selection: Selection) -> str:
    """Return what is selected of rows."""
    return selection.extract("\n".join(row.plain.rstrip() for row in rows))
