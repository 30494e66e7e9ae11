"""Unified diffs of a workspace: of its newest changes, of one file, of one commit, or between two."""

import difflib
from collections.abc import Iterator

from agentsh.core.errors import UnsafePath, UsageError
from agentsh.workspace.changes import Pair
from agentsh.workspace.listing import list_files
from agentsh.workspace.paths import check_path
from agentsh.workspace.repository import Repository
from agentsh.workspace.tree import Tree

SHORTEST_ID = 4
MOST_LINES = 5_000
"""A longer diff is cut, and says so."""
MAX_BYTES = 1_000_000
"""A larger file is only said to differ."""


class Diffs:
    """Everything blocks, so call it from a worker thread."""

    def __init__(self, tree: Tree, history: Repository) -> None:
        self._tree = tree
        self._history = history

    def between(self, a: str | None, b: str | None) -> str:
        """Return a diff.

        Args:
            a: a commit or a path; None: the newest commit and what changed since.
            b: the commit to compare commit `a` with.

        Raises:
            UsageError: there is no such commit or file.
        """
        if a is None:
            return unified(self._newest())
        if b is not None:
            return unified(self._history.pairs(self._commit(a), self._commit(b)))
        if (commit := self._find(a)) is not None:
            return unified(self._history.pairs(self._history.parent(commit), commit))
        return unified(self._of_file(a))

    def _newest(self) -> Iterator[Pair]:
        head = self._history.head()
        before = None if head is None else self._history.parent(head)
        changed = {pair.path: pair.old for pair in self._history.pairs(before, head)} if head is not None else {}
        known = self._history.paths(head) if head is not None else []
        paths = sorted({*changed, *known, *(found.path for found in list_files(self._tree))})
        committed = self._history.read(paths)
        for path in paths:
            now = self._now(path)
            old = changed[path] if path in changed else committed[path]
            if now != old:
                yield Pair(path, old, now)

    def _of_file(self, path: str) -> Iterator[Pair]:
        try:
            checked = check_path(path)
        except UnsafePath as error:
            raise UsageError(f"there is no commit and no file {path!r}", hint=error.hint) from None
        now = self._now(checked)
        versions = self._history.versions(checked)
        newest = next(versions, None)
        if newest is None and now is None:
            raise UsageError(f"there is no commit and no file {path!r}", hint="see /files")
        old = newest if newest != now else next(versions, None)
        return iter([Pair(checked, old, now)])

    def _now(self, path: str) -> bytes | None:
        try:
            found = self._tree.read(path)
        except UnsafePath:
            return None
        return None if found is None else found[0]

    def _commit(self, ref: str) -> str:
        if (found := self._find(ref)) is None:
            raise UsageError(f"there is no commit {ref!r}", hint="give the first characters of its id")
        return found

    def _find(self, ref: str) -> str | None:
        if len(ref) < SHORTEST_ID:
            return None
        return next((id_ for id_ in self._history.log() if id_.startswith(ref.lower())), None)


def unified(pairs: Iterator[Pair]) -> str:
    """Return the pairs as one text, as `diff -u` would."""
    lines: list[str] = []
    for pair in pairs:
        lines += _lines(pair)
        if len(lines) > MOST_LINES:
            return "\n".join([*lines[:MOST_LINES], "… the rest is left out"])
    return "\n".join(lines)


def _lines(pair: Pair) -> Iterator[str]:
    old, new = _text(pair.old), _text(pair.new)
    if old is None or new is None:
        yield f"Binary files a/{pair.path} and b/{pair.path} differ"
        return
    before = "/dev/null" if pair.old is None else f"a/{pair.path}"
    after = "/dev/null" if pair.new is None else f"b/{pair.path}"
    yield from difflib.unified_diff(old.splitlines(), new.splitlines(), before, after, lineterm="")


def _text(data: bytes | None) -> str | None:
    if data is None:
        return ""
    if len(data) > MAX_BYTES or b"\0" in data:
        return None
    return data.decode("utf-8", "replace")
