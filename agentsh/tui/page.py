"""A read-only text of many lines: a file in its colours, a diff, an answer. Only rows in sight are made."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from agentsh.core.terminal import clean
from agentsh.tui.prose import Block, blocks, rows
from agentsh.tui.rows import selected, strip_of

MOST_COLOURED = 200_000
"""Characters; longer texts are shown without colours."""
LONGEST_LINE = 4_000
MOST_LINES = 50_000
_DIFF_STYLES = (
    ("+++", "bold"),
    ("---", "bold"),
    ("@@", "$text-primary"),
    ("+", "$text-success on $success 10%"),
    ("-", "$text-error on $error 10%"),
)


class Page(ScrollView, can_focus=True):
    """Shows one text at a time."""

    ALLOW_SELECT = True
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "scroll_down", "Down", show=False, id="list.down"),
        Binding("k,up", "scroll_up", "Up", show=False, id="list.up"),
        Binding("g,home", "scroll_home", "Top", show=False, id="list.top"),
        Binding("G,end", "scroll_end", "End", show=False, id="list.end"),
    ]
    DEFAULT_CSS = """
    Page { background: $surface; scrollbar-size-horizontal: 0; scrollbar-size-vertical: 1; padding: 0 1; }
    """

    def __init__(self, *, id: str | None = None, empty: str = "") -> None:
        super().__init__(id=id)
        self._source: list[Block] = [Block(Content.styled(empty, "$muted"))]
        self._rows: list[Content] = []
        self._wrapped_at = 0
        self.plain_text = ""

    def show(self, text: str, language: str = "") -> None:
        """Show `text`; `language` is a file's name, or the name of a language, or diff."""
        self.plain_text = clean(text)
        lines = [
            line if len(line) <= LONGEST_LINE else f"{line[:LONGEST_LINE]}…" for line in self.plain_text.split("\n")
        ]
        if len(lines) > MOST_LINES:
            lines = [*lines[:MOST_LINES], f"… {len(lines) - MOST_LINES} lines more"]
        self.show_lines(coloured(lines, language))

    def show_prose(self, markdown: str) -> None:
        """Show Markdown."""
        self.plain_text = clean(markdown)
        self.show_blocks(blocks(markdown))

    def show_lines(self, lines: list[Content]) -> None:
        """Show lines that are made already."""
        self.show_blocks([Block(line) for line in lines])

    def show_blocks(self, source: list[Block]) -> None:
        """Show blocks that are made already."""
        self._source = source
        self._lay_out()
        self.scroll_home(animate=False)

    def on_resize(self, _event: events.Resize) -> None:
        """Wrap for the new width."""
        if self._wrapped_at != self.scrollable_content_region.width:
            self._lay_out()

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Return what is selected."""
        return selected(self._rows, selection), "\n"

    def selection_updated(self, _selection: Selection | None) -> None:
        """Show another selection."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        at = y + self.scroll_offset.y
        width = self.scrollable_content_region.width
        if not 0 <= at < len(self._rows):
            return Strip.blank(width, self.rich_style)
        return strip_of(self, self._rows[at], at, width)

    def _lay_out(self) -> None:
        width = max(1, self.scrollable_content_region.width)
        self._wrapped_at = width
        self._rows = rows(self._source, width)
        self.virtual_size = Size(width, len(self._rows))
        self.refresh()


def coloured(lines: list[str], language: str) -> list[Content]:
    """Return lines in the colours of their language, as far as there is one."""
    if language == "diff":
        return [Content.styled(line, _diff_style(line)) for line in lines]
    text = "\n".join(lines)
    if not language or len(text) > MOST_COLOURED:
        return [Content(line.expandtabs(4)) for line in lines]
    from textual.highlight import highlight

    is_path = "." in language or "/" in language
    found = highlight(text, path=language, tab_size=4) if is_path else highlight(text, language=language, tab_size=4)
    return found.split("\n", allow_blank=True)


def _diff_style(line: str) -> str:
    return next((style for start, style in _DIFF_STYLES if line.startswith(start)), "")
