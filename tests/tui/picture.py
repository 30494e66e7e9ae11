"""What stands on a screen, as a text that can be kept and compared: its rows, and which colours they have.

Not SVG: a picture of Textual's holds random ids and the layout of its own frame, so that every patch of Textual changes
each line of it, and no person sees from its difference what has changed. Here a changed word is one changed row.
Cells are what Rich counts them, however wide a terminal draws an emoji.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import count, groupby
from typing import Any

from rich.color_triplet import ColorTriplet
from rich.style import Style
from textual.app import App
from textual.geometry import Region

Cell = tuple[str, str]
"""A character and how it looks: `bold #c8d0ee on #12131a`."""
LEAST_CONTRAST = 4.5
"""What WCAG 2.1 asks for at level AA."""
_WORD = re.compile(r"\w\w")
_HUES = re.compile(r"#([0-9a-f]{6})")
_ATTRIBUTES = ("bold", "dim", "italic", "underline", "reverse", "strike")


@dataclass(frozen=True)
class Picture:
    """One screen in one theme."""

    rows: tuple[tuple[Cell, ...], ...]

    @property
    def text(self) -> str:
        """The rows without their colours."""
        return "".join(f"{''.join(char for char, _ in row).rstrip()}\n" for row in self.rows)


def picture(app: App[Any]) -> Picture:
    """Return what stands on the screen now."""
    width, height = app.size
    rows = [
        tuple(
            (" ", "bar") if _is_bar(segment.style) else (char, _look(segment.style))
            for segment in line
            for char in segment.text
        )
        for line in app.screen._compositor.render_strips()
    ]
    return Picture(tuple(row[:width] for row in rows[:height]))


def _is_bar(style: Style | None) -> bool:
    """Whether a cell belongs to a scrollbar: where its handle stands hangs on who was quicker."""
    return style is not None and "@mouse.down" in style.meta


@lru_cache(maxsize=4096)
def _look(style: Style | None) -> str:
    if style is None:
        return "none"
    attributes = [name for name in _ATTRIBUTES if getattr(style, name)]
    front, ground = (colour.name if colour is not None else "none" for colour in (style.color, style.bgcolor))
    return " ".join([*attributes, front, "on", ground])


def unreadable(seen: Picture, within: Region) -> list[str]:
    """Return the words within a part of the screen that stand out too little from what is behind them."""
    found = []
    for row in seen.rows[within.y : within.bottom]:
        for look, cells in groupby(row[within.x : within.right], key=lambda cell: cell[1]):
            words = "".join(char for char, _ in cells).strip()
            if _WORD.search(words) and (contrast := _contrast(look)) < LEAST_CONTRAST:
                found.append(f"{words!r} in {look}: {contrast:.1f} to 1")
    return found


@lru_cache(maxsize=4096)
def _contrast(look: str) -> float:
    """Return by how much the text stands out, as WCAG 2.1 reckons it: 1 to 21."""
    front, ground = (_luminance(ColorTriplet(*bytes.fromhex(hue))) for hue in _HUES.findall(look))
    return (max(front, ground) + 0.05) / (min(front, ground) + 0.05)


def _luminance(colour: ColorTriplet) -> float:
    parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in colour.normalized]
    return float(sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), parts, strict=True)))


def colours(dark: Picture, light: Picture) -> str:
    """Return which cells look alike in both themes, row by row, and below it what the letters mean."""
    names = _Names()
    rows = [_runs(names, row) for row in _pairs(dark, light)]
    legend = [f"{name:>3}  {in_dark:<34}  {in_light}" for (in_dark, in_light), name in names.known.items()]
    return "\n".join([*rows, "", *legend, ""])


def _pairs(dark: Picture, light: Picture) -> Iterable[Sequence[tuple[str, str]]]:
    for one, other in zip(dark.rows, light.rows, strict=True):
        yield [(in_dark, in_light) for (_, in_dark), (_, in_light) in zip(one, other, strict=True)]


class _Names:
    """Gives a pair of looks a short name, in the order in which they are met."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], str] = {}
        self._next = count()

    def of(self, pair: tuple[str, str]) -> str:
        if pair not in self.known:
            number = next(self._next)
            self.known[pair] = chr(ord("a") + number % 26) * (1 + number // 26)
        return self.known[pair]


def _runs(names: _Names, row: Sequence[tuple[str, str]]) -> str:
    return " ".join(f"{len(list(cells))}{names.of(pair)}" for pair, cells in groupby(row))
