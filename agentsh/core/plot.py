"""Draws a number over time with characters, for screens and for lines."""

from bisect import bisect_right
from collections.abc import Sequence
from math import isfinite

_EIGHTHS = " ▁▂▃▄▅▆▇█"


def sampled(points: Sequence[tuple[int, float]], width: int, upto: int | None = None) -> list[float]:
    """Return the value at `width` evenly spaced times, from the first point on; a value holds until the next point.

    Args:
        points: (time, value), oldest first.
        width: how many samples at most; no more than there are times.
        upto: the last time; None: that of the last point.
    """
    if not points or width < 1:
        return []
    first, last = points[0][0], max(points[-1][0], upto or 0)
    count = min(width, last - first + 1)
    times = [time for time, _ in points]
    found = []
    for place in range(count):
        time = last if count == 1 else first + round(place * (last - first) / (count - 1))
        found.append(points[bisect_right(times, time) - 1][1])
    return found


def bars(values: Sequence[float], height: int, low: float, high: float) -> list[str]:
    """Return rows of bars from the top down: `low` has one eighth of a row, `high` all of them."""
    if not values or height < 1:
        return []
    eighths = [_height(value, low, high, height) for value in values]
    return [
        "".join(_EIGHTHS[min(8, max(0, eighth - 8 * row))] for eighth in eighths) for row in range(height - 1, -1, -1)
    ]


def number(value: float) -> str:
    """Return a number as short as it can be: `3`, `0.25`, `1.2e+09`."""
    return f"{value:.4g}"


def plot(points: Sequence[tuple[int, float]], width: int, height: int, upto: int | None = None) -> list[str]:
    """Return a plot with its scale at the left, and below it the times of its ends; no points: no rows.

    Of several points at one time the last counts; what is no finite number has no place in it. The scale is of all
    points, also where too little room is for each.
    """
    points = list({time: value for time, value in points if isfinite(value)}.items())
    if not points:
        return []
    least, most = min(value for _, value in points), max(value for _, value in points)
    high, low = number(most), number(least)
    margin = max(len(high), len(low))
    rows = bars(sampled(points, max(1, width - margin - 2), upto), height, least, most)
    heads = _scale(high, low, height)
    first, last = str(points[0][0]), str(max(points[-1][0], upto or 0))
    drawn = [f"{head:>{margin}} ┤{row}" for head, row in zip(heads, rows, strict=True)]
    across = max(len(rows[0]) - len(first), len(last) + 1)
    return [*drawn, f"{'':>{margin}}  {first}{last:>{across}}"]


def _scale(high: str, low: str, height: int) -> list[str]:
    """Return what stands before each row; a number that never changed stands once, where its bars end."""
    heads = [""] * height
    if high == low:
        heads[height - (height + 1) // 2] = high
    else:
        heads[-1], heads[0] = low, high
    return heads


def _height(value: float, low: float, high: float, rows: int) -> int:
    if high <= low:
        return 4 * rows
    return 1 + round((value - low) / (high - low) * (8 * rows - 1))
