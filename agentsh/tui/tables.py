"""A table of a text, laid out for a width: columns as wide as they need to be, the widest cut first."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content

NARROWEST = 6
LONGEST_WORD = 24
"""Cells; a word up to that is broken only when nothing else helps."""
_WIDE, _TIGHT = " │ ", "│ "
"""What stands between columns; the tight one where a word would be broken else."""


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by row; the first row is the head."""

    cells: tuple[tuple[Content, ...], ...]

    def rows(self, width: int) -> list[Content]:
        """Return the table as rows of at most `width` cells, as far as that can be."""
        if not self.cells:
            return []
        between, widths = self._laid_out(width)
        rows: list[Content] = []
        for place, cells in enumerate(self.cells):
            styled = [cell.stylize_before("bold $primary") for cell in cells] if place == 0 else list(cells)
            rows += _row(styled, widths, between)
            if place == 0:
                line = between.replace(" ", "─").replace("│", "┼")
                rows.append(Content.styled(line.join("─" * cells for cells in widths), "$faint"))
        return rows

    def _laid_out(self, width: int) -> tuple[str, list[int]]:
        """Return what stands between the columns, and how wide each is."""
        columns = max(len(row) for row in self.cells)
        widths = [
            max((row[place].cell_length for row in self.cells if place < len(row)), default=1)
            for place in range(columns)
        ]
        words = [
            max((_longest_word(row[place]) for row in self.cells if place < len(row)), default=1)
            for place in range(columns)
        ]
        least = [max(NARROWEST, min(cells, LONGEST_WORD)) for cells in words]
        least = [min(cells, wanted) for cells, wanted in zip(least, widths, strict=True)]
        between = _WIDE if sum(least) + len(_WIDE) * (columns - 1) <= width else _TIGHT
        room = width - len(between) * (columns - 1)
        widths = _narrowed(_narrowed(widths, room, least), room, [NARROWEST] * columns)
        return between, [max(1, cells) for cells in widths]


def _narrowed(widths: Sequence[int], room: int, least: Sequence[int]) -> list[int]:
    """Return columns that fit into `room`, the widest cut first and none below its least, as far as that can be."""
    found = list(widths)
    while sum(found) > room and (wide := [place for place, cells in enumerate(found) if cells > least[place]]):
        widest = max(wide, key=found.__getitem__)
        second = max((found[place] for place in wide if place != widest), default=least[widest])
        excess = found[widest] - (sum(found) - room)
        found[widest] = max(least[widest], excess, min(second, found[widest] - 1))
    return found


def _longest_word(cell: Content) -> int:
    return max((cell_len(word) for word in cell.plain.split()), default=1)


def _row(cells: Sequence[Content], widths: Sequence[int], between: str) -> list[Content]:
    wrapped = [
        cells[place].wrap(width) if place < len(cells) and cells[place] else [Content()]
        for place, width in enumerate(widths)
    ]
    return [
        Content.styled(between, "$faint").join(
            _padded(column[at] if at < len(column) else Content(), width)
            for column, width in zip(wrapped, widths, strict=True)
        )
        for at in range(max(len(column) for column in wrapped))
    ]


def _padded(content: Content, width: int) -> Content:
    return content.pad_right(max(0, width - content.cell_length))
