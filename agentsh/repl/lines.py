"""Lines to be shown: words with a style's name each, and never an escape sequence."""

from collections.abc import Iterable
from dataclasses import dataclass

from agentsh.core.terminal import clean

LONGEST_LINE = 2_000
MOST_CHARACTERS = 12_000
"""Of one text; whoever wants the whole finds it in the session or the workspace."""
MOST_LINES = 400

Part = tuple[str, str]
"""(name of a style, words)"""


@dataclass(frozen=True, slots=True)
class Line:
    """One line. Its words are cleaned when it is made, and hold no newline."""

    parts: tuple[Part, ...] = ()

    @property
    def text(self) -> str:
        """The words alone."""
        return "".join(words for _, words in self.parts)


def line(*parts: str | Part) -> Line:
    """Return a line of parts; a bare string has no style. Newlines become spaces."""
    styled = [("", part) if isinstance(part, str) else part for part in parts]
    return Line(tuple((style, clean(words).replace("\n", " ")) for style, words in styled if words))


def block(text: str, style: str = "", margin: str = "", most: int = MOST_LINES) -> list[Line]:
    """Return a text from outside as lines: long ones cut, and at most `most` of them, with a word about the rest."""
    found = clean(text[:MOST_CHARACTERS]).strip("\n").split("\n")
    lines = [line(("gutter", margin if words else margin.rstrip()), (style, _cut(words))) for words in found[:most]]
    if (left := len(text) - MOST_CHARACTERS) > 0:
        lines.append(line(("gutter", margin), ("dim", f"… {left:,} more characters")))
    elif len(found) > most:
        lines.append(line(("gutter", margin), ("dim", f"… {len(found) - most} more lines")))
    return lines


def markdown(text: str, margin: str = "") -> list[Line]:
    """Return Markdown as lines: as it was written, headings and code told apart by their style alone."""
    shown: list[Line] = []
    fenced = False
    for found in block(text, margin=margin):
        words = "".join(part for style, part in found.parts if style != "gutter")
        fence = words.lstrip().startswith("```")
        style = "code" if fenced or fence else "head" if words.startswith("#") else ""
        fenced = fenced != fence
        shown.append(Line(tuple((style if name == "" else name, part) for name, part in found.parts)))
    return shown


def plain(lines: Iterable[Line]) -> str:
    """Return lines as text."""
    return "\n".join(found.text for found in lines)


def _cut(words: str) -> str:
    return words if len(words) <= LONGEST_LINE else f"{words[:LONGEST_LINE]}…"
