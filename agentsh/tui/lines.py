"""A long list of short lines as rows of a screen: appending, wrapping, filtering and finding are all quick.

What TUI measurements asked for: 100,000 lines, thousands of new ones a second, no work for what is not on screen.
"""

from bisect import bisect_right
from collections.abc import Iterable
from typing import Literal, NamedTuple

from rich.cells import cell_len, chop_cells

Tone = Literal["plain", "dim", "good", "bad", "warn", "accent"]
MOST_LINES = 100_000
KEPT_LINES = 20_000
"""So many while the end is in sight: older ones are in the journal, and come back when they are scrolled to."""
_SPARE = 10
"""The oldest tenth goes at once, so that dropping costs nothing a line."""
_SPEAKER_CELLS = 16


class Line(NamedTuple):
    """One line: when, who, what. All of it is cleaned and without a line break."""

    at: str
    who: str
    text: str
    tone: Tone = "plain"
    seq: int = 0
    """The event that it tells."""


class Row(NamedTuple):
    """One row of the screen."""

    line: Line
    text: str
    first: bool
    """Whether the line begins in this row."""


class LineLog:
    """Keeps lines, and says what stands in each row at a width.

    Attributes:
        wrap: whether a long line takes several rows; else it is cut with an ellipsis.
    """

    def __init__(self, most: int = MOST_LINES, kept: int = KEPT_LINES) -> None:
        self.wrap = False
        self._most, self._kept = most, kept
        self._width = 80
        self._filter = ""
        self._lines: list[Line] = []
        self._shown: list[Line] = []
        self._tops: list[int] = []
        self._rows = 0
        self._folded: dict[int, list[str]] = {}

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def rows(self) -> int:
        """How many rows there are in all."""
        return self._rows

    @property
    def filter(self) -> str:
        """Only lines that hold this are shown."""
        return self._filter

    @property
    def indent(self) -> int:
        """Cells before the text: time and speaker, as far as there is room."""
        if self._width >= 60:
            return 9 + _SPEAKER_CELLS + 1
        return _SPEAKER_CELLS - 3 if self._width >= 36 else 0

    @property
    def shows_time(self) -> bool:
        """Whether there is room for the time."""
        return self._width >= 60

    @property
    def oldest(self) -> Line | None:
        """The first that is kept, whether it is shown or not."""
        return self._lines[0] if self._lines else None

    def add(self, lines: Iterable[Line], *, at_end: bool = False) -> int:
        """Append lines; return how many rows were dropped from the top to make room.

        Args:
            lines: newer than all others.
            at_end: whether only the end is in sight, so that older ones can go sooner.
        """
        new = list(lines)
        self._lines.extend(new)
        self._show(new if not self._filter else [line for line in new if self._fits(line)])
        most = self._kept if at_end else self._most
        if len(self._lines) <= most:
            return 0
        return self._drop(len(self._lines) - most + most // _SPARE)

    def put_before(self, lines: Iterable[Line]) -> int:
        """Put older lines before all others; return how many rows they take."""
        before = self._rows
        self._lines[:0] = lines
        self.lay_out()
        return self._rows - before

    def keep_only(self, text: str) -> None:
        """Show only lines that hold `text` in any case; an empty one shows all."""
        self._filter = text.strip().lower()
        self.lay_out()

    def set_width(self, width: int) -> bool:
        """Lay out for a width; return whether that changed anything."""
        if width == self._width or width < 1:
            return False
        self._width = width
        self.lay_out()
        return True

    def lay_out(self) -> None:
        """Find out anew what stands where."""
        self._tops, self._rows = [], 0
        self._folded.clear()
        self._shown = []
        self._show([line for line in self._lines if self._fits(line)] if self._filter else self._lines)

    def row(self, y: int) -> Row | None:
        """Return what stands in row `y`; None beyond the end."""
        if not 0 <= y < self._rows:
            return None
        place = bisect_right(self._tops, y) - 1
        line, part = self._shown[place], y - self._tops[place]
        if not self.wrap:
            return Row(line, line.text, first=True)
        folded = self._folded.get(place)
        if folded is None:
            if len(self._folded) > 2_000:
                self._folded.clear()
            folded = self._folded[place] = self._fold(line.text)
        return Row(line, folded[part] if part < len(folded) else "", first=part == 0)

    def text(self, y: int) -> str:
        """Return row `y` as it is shown, for copying."""
        row = self.row(y)
        if row is None:
            return ""
        return self.head(row) + row.text

    def head(self, row: Row) -> str:
        """Return what stands before the text: time and speaker, or blanks."""
        if not row.first or not self.indent:
            return " " * self.indent
        room = _SPEAKER_CELLS if self.shows_time else self.indent - 1
        who = _fitted(row.line.who, room)
        return f"{row.line.at:<8} {who} " if self.shows_time else f"{who} "

    def _fits(self, line: Line) -> bool:
        return self._filter in line.text.lower() or self._filter in line.who.lower()

    def _show(self, lines: list[Line]) -> None:
        self._shown.extend(lines)
        if not self.wrap:
            self._tops.extend(range(self._rows, self._rows + len(lines)))
            self._rows += len(lines)
            return
        for line in lines:
            self._tops.append(self._rows)
            self._rows += self._height(line.text)

    def _height(self, text: str) -> int:
        room = max(1, self._width - self.indent)
        if len(text) <= room and text.isascii():
            return 1
        return -(-len(text) // room) if text.isascii() else len(self._fold(text))

    def _fold(self, text: str) -> list[str]:
        room = max(1, self._width - self.indent)
        if text.isascii():
            return [text[at : at + room] for at in range(0, len(text), room)] or [""]
        return chop_cells(text, room) or [""]

    def _drop(self, count: int) -> int:
        before = self._rows
        del self._lines[:count]
        self.lay_out()
        return max(0, before - self._rows)


def _fitted(text: str, cells: int) -> str:
    """Return `text` cut or padded to exactly `cells` cells."""
    if text.isascii():
        return text.ljust(cells) if len(text) <= cells else text[: cells - 1] + "…"
    while cell_len(text) > cells:
        text = text[:-1]
    return text + " " * (cells - cell_len(text))
