"""Lays rows out in columns of plain text."""

from collections.abc import Sequence

from agentsh.core.terminal import clean


def columns(rows: Sequence[Sequence[str]], heads: Sequence[str]) -> list[str]:
    """Return the heads and the rows, cleaned, columns as wide as their widest cell, the last one ragged."""
    lines = [tuple(heads), *(tuple(clean(cell).replace("\n", " ") for cell in row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines]
