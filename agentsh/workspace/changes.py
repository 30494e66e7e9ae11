"""What a write changes, and what its commit says of it."""

from collections import Counter
from typing import NamedTuple

from agentsh.core.files import FileChange


class Note(NamedTuple):
    """What a commit says of itself."""

    author: str
    summary: str
    trailers: tuple[tuple[str, str], ...] = ()
    """(name, value) lines under the summary; by the last of them a commit is found again."""


class Pair(NamedTuple):
    """One file before and after; None: it was not there."""

    path: str
    old: bytes | None
    new: bytes | None


def change_of(path: str, old: bytes | None, new: bytes | None) -> FileChange | None:
    """Return how a file changed; None: not at all. Lines are counted as a bag: a moved line is no change."""
    if old == new:
        return None
    before, after = Counter((old or b"").splitlines()), Counter((new or b"").splitlines())
    return FileChange(
        path=path,
        change="added" if old is None else "deleted" if new is None else "modified",
        added_lines=(after - before).total(),
        removed_lines=(before - after).total(),
        size_bytes=len(new or b""),
    )
