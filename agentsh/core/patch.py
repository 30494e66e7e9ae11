"""Changes to files as a model writes them: parsed from search/replace blocks or unified diffs, and applied exactly.

A hunk fits where its old lines stand, once. Where they do not, the error says which hunk, and what comes nearest: a
change is never put in by guessing.
"""

import difflib
from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from agentsh.core.model import Frozen

MOST_COMPARED_LINES = 5_000
"""In a longer file the nearest place is not looked for."""
MOST_WANTED_LINES = 40
"""Of a hunk: so many of its first lines are looked for. A thousand of them, all alike, would take half a minute."""
MOST_SHOWN_LINES = 8

Change = Literal["modify", "create", "delete"]


class PatchError(ValueError):
    """A patch cannot be read, or does not fit. The message is in words for whoever wrote it."""


class Hunk(Frozen):
    """Some lines of a file, and what they become."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    line: int | None = Field(default=None, ge=0)
    """Where it says that it begins, from 1; only a wish, for lines that stand in more than one place."""


class FilePatch(Frozen):
    """The changes of one file, in its order."""

    path: str
    """In its plain spelling. Untrusted."""
    hunks: tuple[Hunk, ...] = ()
    change: Change = "modify"


def apply_patch(patch: FilePatch, text: str | None) -> str | None:
    """Return the text of the file as it will be; None: it is to be deleted.

    Args:
        patch: what to change.
        text: the file as it is; None: it is not there.

    Raises:
        PatchError: a hunk fits nowhere, or in several places; or the file is (not) there.
    """
    if patch.change == "create" or (text is None and _makes_a_file(patch)):
        if text is not None:
            raise PatchError(f"{patch.path} is there already, so it cannot be made anew. Change it instead.")
        return _joined([line for hunk in patch.hunks for line in hunk.after], "\n")
    if text is None:
        twice = _makes_a_file(patch.model_copy(update={"hunks": patch.hunks[:1]}))
        raise PatchError(f"{patch.path} is not there.{' Make it in one change, whole.' if twice else ''}")
    if patch.change == "delete":
        return None
    ending = "\r\n" if "\r\n" in text else "\n"
    lines, ends = _lines_of(text), text.endswith("\n") or not text
    start = 0
    for number, hunk in enumerate(patch.hunks, 1):
        at = _place(patch.path, number, hunk, lines, start)
        lines[at : at + len(hunk.before)] = hunk.after
        start = at + len(hunk.after)
    return _joined(lines, ending) if ends else ending.join(lines)


def _makes_a_file(patch: FilePatch) -> bool:
    if patch.change != "modify" or len(patch.hunks) != 1:
        return False
    return not any(line.strip() for line in patch.hunks[0].before)


def _lines_of(text: str) -> list[str]:
    lines = text.replace("\r\n", "\n").split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def _joined(lines: Sequence[str], ending: str) -> str:
    return "".join(line + ending for line in lines)


def _place(path: str, number: int, hunk: Hunk, lines: list[str], start: int) -> int:
    """Return the index of the line at which a hunk fits: after those before it, else anywhere."""
    if not hunk.before:
        return _place_of_insertion(path, number, hunk, lines)
    for found in (_fits(hunk.before, lines), _fits(_trimmed(hunk.before), _trimmed(lines))):
        places = [place for place in found if place >= start] or found
        if len(places) == 1:
            return places[0]
        if places and hunk.line is not None:
            return min(places, key=lambda place: abs(place + 1 - (hunk.line or 0)))
        if places:
            stands = ", ".join(str(place + 1) for place in places[:5])
            fits = f"{path}: change {number} fits in {len(places)} places (lines {stands})."
            raise PatchError(f"{fits} Give more of the lines around it.")
    raise PatchError(f"{path}: change {number} does not fit: {_nearest(hunk.before, lines)}")


def _place_of_insertion(path: str, number: int, hunk: Hunk, lines: list[str]) -> int:
    if not lines:
        return 0
    if hunk.line is None:
        raise PatchError(f"{path}: change {number} names no lines to be replaced. Give those that it goes after.")
    return min(hunk.line, len(lines))


def _trimmed(lines: Sequence[str]) -> list[str]:
    """Return lines without spaces at their ends: those are lost on the way, and mean nothing."""
    return [line.rstrip() for line in lines]


def _fits(wanted: Sequence[str], lines: Sequence[str]) -> list[int]:
    size, first = len(wanted), wanted[0]
    wanted = list(wanted)
    return [at for at in range(len(lines) - size + 1) if lines[at] == first and list(lines[at : at + size]) == wanted]


def _nearest(wanted: Sequence[str], lines: Sequence[str]) -> str:
    """Say which lines of the file are most like the wanted ones, and what is there."""
    if not lines or len(lines) > MOST_COMPARED_LINES:
        return f"there is no line {wanted[0]!r} followed by the others."
    wanted = wanted[:MOST_WANTED_LINES]
    match = difflib.SequenceMatcher(None, list(lines), list(wanted), autojunk=False).find_longest_match()
    if match.size:
        at = max(0, match.a - match.b)
    else:
        close = difflib.get_close_matches(wanted[0], lines, n=1, cutoff=0.6)
        if not close:
            return f"nothing in the file is like {wanted[0]!r}."
        at = lines.index(close[0])
    there = lines[at : at + min(len(wanted), MOST_SHOWN_LINES)]
    differs = next((row for row, (a, b) in enumerate(zip(there, wanted, strict=False)) if a.rstrip() != b.rstrip()), 0)
    shown = "\n".join(there)
    wrong = wanted[differs] if differs < len(wanted) else ""
    return f"it has {wrong!r}, but from line {at + 1} on the file has:\n{shown}"
