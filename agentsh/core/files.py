"""Files of the workspace: what is to be written, and what changed."""

from typing import Literal

from agentsh.core.ids import ReactionId, RoleName
from agentsh.core.model import Frozen


class FileDraft(Frozen):
    """A file that somebody wants written. The path is untrusted until the workspace resolved it."""

    path: str
    """Relative to the workspace, with forward slashes."""
    text: str | None
    """UTF-8 without a byte-order mark; None deletes the file."""


def plainly(path: str) -> str:
    """Return `path` without `.` and doubled slashes, so that one file has one spelling: `./a//b` is `a/b`.

    Nothing is looked up, and nothing allowed: what begins or ends with a slash still does, and `..` stays as it is,
    since a link may be on the way. Whatever is no path otherwise is returned as it came.
    """
    names = [name for name in path.split("/") if name not in {"", "."}]
    if not names:
        return path
    start, end = "/" if path.startswith("/") else "", "/" if path.endswith("/") else ""
    return f"{start}{'/'.join(names)}{end}"


class FileChange(Frozen):
    """One file that really changed."""

    path: str
    change: Literal["added", "modified", "deleted"]
    added_lines: int = 0
    removed_lines: int = 0
    size_bytes: int = 0


class ChangeNote(Frozen):
    """Why files change; it becomes the commit's author and message."""

    role: RoleName
    reaction: ReactionId | None = None
    summary: str


class Commit(Frozen):
    """The outcome of a write: what changed, and under which commit it is kept."""

    id: str | None
    """None when nothing changed, or when the workspace is a repository of the user's that is not to be committed to."""
    changes: tuple[FileChange, ...] = ()


class FileEntry(Frozen):
    """A file that is there."""

    path: str
    size_bytes: int


class FoundLine(Frozen):
    """A line of a file that holds what was looked for."""

    path: str
    line: int
    """From 1."""
    text: str
