"""Reads patches out of a model's answer: search/replace blocks, or a unified diff. Source: aider's edit formats, git.

A block is a line with the path, then the lines to be found between `<<<<<<< SEARCH` and `=======`, then those in their
place up to `>>>>>>> REPLACE`. Nothing is to be found: the file is new.
"""

import re
from collections.abc import Iterator, Sequence

from agentsh.core.files import plainly
from agentsh.core.patch import Change, FilePatch, Hunk, PatchError

_SEARCH = re.compile(r"<{5,9} ?SEARCH\s*>?\s*$")
_DIVIDE = re.compile(r"={5,9}\s*$")
_REPLACE = re.compile(r">{5,9} ?REPLACE\s*$")
_FENCE = re.compile(r"\s*(```|~~~)")
_DECORATED = re.compile(
    r"^[\s#*`>-]*(?:(?:file|path)\s*:\s*)?(?P<path>[^\s`*]+(?: [^\s`*]+)*?)[\s`*:]*$", re.IGNORECASE
)
_LONGEST_PATH_LINE = 400
_HEAD = re.compile(r"@@ -(?P<line>\d{1,9})")
"""The counts of a head are not looked at: models count badly."""
_SIGNATURE = "-- "
"""What a mailed patch ends with."""


def parse_patch(answer: str) -> tuple[FilePatch, ...]:
    """Return the changes in `answer`, a file each, in order; takes time linear in its length.

    Raises:
        PatchError: there are none, or one is broken off.
    """
    lines = answer.replace("\r\n", "\n").split("\n")
    if any(_SEARCH.match(line) for line in lines):
        found = list(_blocks(lines))
    elif any(line.startswith("--- ") for line in lines):
        found = list(_diffs(lines))
    else:
        raise PatchError("There is no change in it: write search/replace blocks, or a unified diff.")
    if not found:
        raise PatchError("There is no change in it: the diff has no @@ line.")
    return _by_file(found)


def _by_file(found: Sequence[FilePatch]) -> tuple[FilePatch, ...]:
    """Join the changes of one file, however it is spelt. The order of files is that of their first change."""
    joined: dict[str, FilePatch] = {}
    for patch in found:
        known = joined.get(path := plainly(patch.path))
        joined[path] = patch.model_copy(update={"path": path}) if known is None else _joined(known, patch)
    return tuple(joined.values())


def _joined(known: FilePatch, patch: FilePatch) -> FilePatch:
    changes = (known.change, patch.change)
    if "delete" in changes:
        raise PatchError(f"{known.path} is deleted and changed at once.")
    if "create" in changes:
        raise PatchError(f"{known.path} is made anew and changed at once. Give it once, whole.")
    return known.model_copy(update={"hunks": known.hunks + patch.hunks})


def _blocks(lines: Sequence[str]) -> Iterator[FilePatch]:
    path, row = "", 0
    while row < len(lines):
        if not _SEARCH.match(lines[row]):
            row += 1
            continue
        path = _path_before(lines, row) or path
        if not path:
            raise PatchError(f"the block at line {row + 1} names no file. Write its path on the line before it.")
        divide = _next(lines, row + 1, _DIVIDE, f"the block for {path} at line {row + 1} has no =======.")
        end = _next(lines, divide + 1, _REPLACE, f"the block for {path} at line {row + 1} has no >>>>>>> REPLACE.")
        yield FilePatch(
            path=path, hunks=(Hunk(before=tuple(lines[row + 1 : divide]), after=tuple(lines[divide + 1 : end])),)
        )
        row = end + 1


def _next(lines: Sequence[str], start: int, mark: re.Pattern[str], missing: str) -> int:
    for row in range(start, len(lines)):
        if mark.match(lines[row]):
            return row
        if _SEARCH.match(lines[row]):
            break
    raise PatchError(missing)


def _path_before(lines: Sequence[str], row: int) -> str:
    """Return the path that the line before a block says, or the one before its fence."""
    for line in reversed(lines[max(0, row - 3) : row]):
        if not line.strip() or _FENCE.match(line):
            continue
        if _REPLACE.match(line) or len(line) > _LONGEST_PATH_LINE:
            return ""
        named = _DECORATED.match(line)
        said = named["path"].strip() if named else ""
        return said if "." in said or "/" in said or said in ("Makefile", "Dockerfile") else ""
    return ""


def _diffs(lines: Sequence[str]) -> Iterator[FilePatch]:
    row = 0
    while row < len(lines) - 1:
        if not (lines[row].startswith("--- ") and lines[row + 1].startswith("+++ ")):
            row += 1
            continue
        old, new = _named(lines[row]), _named(lines[row + 1])
        hunks, row = _hunks(lines, row + 2, new or old)
        change: Change = "create" if not old else "delete" if not new else "modify"
        if hunks or change == "delete":
            yield FilePatch(path=new or old, hunks=tuple(hunks), change=change)


def _named(line: str) -> str:
    """Return the path of a `---` or `+++` line; empty: /dev/null."""
    path = line[4:].split("\t", maxsplit=1)[0].strip().strip('"')
    if path == "/dev/null":
        return ""
    return path[2:] if path.startswith(("a/", "b/")) else path


def _hunks(lines: Sequence[str], row: int, path: str) -> tuple[list[Hunk], int]:
    hunks: list[Hunk] = []
    while row < len(lines) and lines[row].startswith("@@"):
        head = _HEAD.match(lines[row])
        before, after = [], []
        row += 1
        while row < len(lines) and _belongs(lines, row):
            mark, words = lines[row][:1], lines[row][1:]
            before += [words] if mark in ("-", " ", "") else []
            after += [words] if mark in ("+", " ", "") else []
            row += 1
        _drop_blank_end(before, after)
        if not before and not after:
            raise PatchError(f"{path}: change {len(hunks) + 1} of the diff is empty.")
        hunks.append(Hunk(before=tuple(before), after=tuple(after), line=int(head["line"]) if head else None))
    return hunks, row


def _belongs(lines: Sequence[str], row: int) -> bool:
    line = lines[row]
    if line.startswith("--- ") and row + 1 < len(lines) and lines[row + 1].startswith("+++ "):
        return False
    return (line == "" or line[0] in "+- \\") and line != _SIGNATURE and not _FENCE.match(line)


def _drop_blank_end(before: list[str], after: list[str]) -> None:
    """Leave out empty lines at the end of both: they end the diff, not the change."""
    while before and after and before[-1] == after[-1] == "":
        before.pop()
        after.pop()
