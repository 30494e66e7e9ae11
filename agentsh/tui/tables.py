"""A table of a text, laid out for a width: columns as wide as they need to be, the widest cut first."""

from collections.abc import Sequence
from dataclasses import dataclass

from textual.content import Content

NARROWEST = 6
_BETWEEN = " │ "


@dataclass(frozen=True, slots=True)
class Table:
    """Cells by row; the first row is the head."""

    cells: tuple[tuple[Content, ...], ...]

    def rows(self, width: int) -> list[Content]:
        """Return the table as rows of at most `width` cells, as far as that can be."""
        if not self.cells:
            return []
        widths = self._widths(width)
        rows: list[Content] = []
        for place, cells in enumerate(self.cells):
            styled = [cell.stylize_before("bold $primary") for cell in cells] if place == 0 else list(cells)
            rows += _row(styled, widths)
            if place == 0:
                rows.append(Content.styled("─┼─".join("─" * cells for cells in widths), "$faint"))
        return rows

    def _widths(self, width: int) -> list[int]:
        columns = max(len(row) for row in self.cells)
        widths = [
            max((row[place].cell_length for row in self.cells if place < len(row)), default=1)
            for place in range(columns)
        ]
        room = width - len(_BETWEEN) * (columns - 1)
        while sum(widths) > room and max(widths) > NARROWEST:
            widest = widths.index(max(widths))
            second = max([other for place, other in enumerate(widths) if place != widest], default=NARROWEST)
            least = max(NARROWEST, widths[widest] - (sum(widths) - room))
            widths[widest] = max(least, min(second, widths[widest] - 1))
        return [max(1, cells) for cells in widths]


def _row(cells: Sequence[Content], widths: Sequence[int]) -> list[Content]:
    wrapped = [
        cells[place].wrap(width) if place < len(cells) and cells[place] else [Content()]
        for place, width in enumerate(widths)
    ]
    between = Content.styled(_BETWEEN, "$faint")
    return [
        between.join(
            _padded(column[at] if at < len(column) else Content(), width)
            for column, width in zip(wrapped, widths, strict=True)
        )
        for at in range(max(len(column) for column in wrapped))
    ]


def _padded(content: Content, width: int) -> Content:
    return content.pad_right(max(0, width - content.cell_length))
