"""Where in a file something stands, and what its author probably meant."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from agentsh.core.errors import FileError

Place = tuple[str | int, ...]
"""Keys and list positions from the top: `("watch", "write_tasks", 0)`."""


@dataclass(frozen=True)
class Places:
    """A file and the line on which each of its values stands."""

    path: str
    lines: Mapping[Place, int]
    first_line: int = 1

    def line(self, place: Place) -> int:
        """Return the line, from 1, of the innermost known part of `place`."""
        for length in range(len(place), 0, -1):
            if (line := self.lines.get(place[:length])) is not None:
                return line
        return self.first_line

    def error(self, place: Place, message: str, hint: str = "") -> FileError:
        """Return the error that says what is wrong at `place`."""
        return FileError(self.path, self.line(place), clipped(message), hint=hint)


def clipped(text: str, most: int = 300) -> str:
    """Return `text`, cut to `most` characters: what a file says may be long, an error is not."""
    return text if len(text) <= most else text[:most] + "…"


def nearest(name: str, known: Iterable[str]) -> str:
    """Return a hint that names what is most like `name` in `known`, or else all there is."""
    names = sorted(set(known))
    close = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"There is: {', '.join(names)}" if names else "There is none yet."
