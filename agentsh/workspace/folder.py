"""The folder that a team writes. Nothing outside it is touched, no file is ever half-written, each write is one commit.

Which folders get commits: those that agentsh made (`own`, or found empty and outside any repository), and repositories
that hold the file `.git/agentsh`; in another repository of the user's, a branch of our own gets them, when one is
named. In any other folder of the user's, files are written and nothing else is touched: no commit, no index, no branch.
"""

import asyncio
import errno
import unicodedata
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from agentsh.core.canonical import request_hash
from agentsh.core.errors import StoreFull, UnsafePath, UsageError
from agentsh.core.files import ChangeNote, Commit, FileChange, FileDraft, FileEntry
from agentsh.ports import Clock
from agentsh.workspace.changes import Note, change_of
from agentsh.workspace.listing import list_files, remove_strays
from agentsh.workspace.new_repository import MARKER, make_repository
from agentsh.workspace.paths import check_path, refuse
from agentsh.workspace.tree import FILE_MODE, FOLDER_MODE, Tree

if TYPE_CHECKING:
    from agentsh.workspace.repository import Repository

MAX_TEXT_BYTES = 1_000_000
"""A larger file is not read as text."""
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_LONGEST_SUMMARY = 200
_BOM = "\ufeff"
T = TypeVar("T")

Contents = dict[str, bytes | None]
"""Checked path → what is, or shall be, there; None: no file."""


async def open_workspace(root: Path, *, own: bool, clock: Clock | None = None, branch: str = "") -> "FolderWorkspace":
    """Open the folder `root`, making it when it is not there, and clean up after a killed process.

    Args:
        root: the folder.
        own: whether agentsh made the folder for a session, so that it keeps its history there.
        clock: gives commits their time.
        branch: what to commit to in a repository of the user's; empty: nothing is committed there.

    Raises:
        UsageError: it is no folder, or may not be written; or the branch cannot be checked out.
    """
    return await asyncio.to_thread(_open, root, own, clock, branch)


class FolderWorkspace:
    """A workspace in a folder of this machine. Files are 0600, folders 0700; a file that was there keeps its mode."""

    def __init__(self, tree: Tree, history: "Callable[[], Repository] | None", clock: Clock | None = None) -> None:
        self._tree = tree
        self._history = None if history is None else cache(history)
        """Opens the repository when it is first needed: its library takes 30 ms, and the first request comes before."""
        self._clock = clock
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="workspace")
        """The one thread that touches the files: writes are made one after the other, reads see no half of one."""

    @property
    def root(self) -> Path:
        """Absolute path, symlinks resolved."""
        return self._tree.root

    @property
    def keeps_history(self) -> bool:
        """Whether writes are committed."""
        return self._history is not None

    async def head(self) -> str | None:
        """Return the newest commit's id; None without one, or when no history is kept here."""
        history = self._history
        return None if history is None else await self._in_thread(lambda: history().head())

    async def write(self, files: Sequence[FileDraft], note: ChangeNote) -> Commit:
        """Write all of `files` and commit them; of two drafts with one path the last counts.

        Doing it again changes nothing, and gives the commit and the changes of the first time: a step that was killed
        after its commit reports the same when it is repeated. (Without history, a repeated write has no changes.)
        What somebody else changed in a file meanwhile is committed before it is overwritten.

        Raises:
            UnsafePath: a path leaves the workspace or names a protected file; nothing was written.
            StoreFull: the disk is full; each file is as it was, or complete.
            UsageError: the folder may not be written.
        """
        wanted = _contents(files)
        return await self._in_thread(lambda: self._write(wanted, note))

    async def read(self, path: str) -> str | None:
        """Return a file as text, line ends as they are; None: not there, not UTF-8, or over MAX_TEXT_BYTES.

        Raises:
            UnsafePath: the path leaves the workspace, or is no plain file.
        """
        checked = check_path(path)
        found = await self._in_thread(lambda: self._tree.read(checked, limit_bytes=MAX_TEXT_BYTES + 1))
        return _text(found[0]) if found is not None else None

    async def read_at(self, commit: str | None, paths: Sequence[str]) -> dict[str, str | None] | None:
        """Return what the workspace held at a commit as ports.Workspace says.

        Raises:
            UsageError: the history is damaged, or there is no such commit in it.
        """
        history = self._history
        if history is None:
            return None
        found = await self._in_thread(
            lambda: dict.fromkeys(paths) if commit is None else history().read(list(paths), at=commit)
        )
        texts = {path: None if data is None else _text(data) for path, data in found.items()}
        return {path: text for path, text in texts.items() if text is not None or found[path] is None}

    async def diff(self, a: str | None = None, b: str | None = None) -> str:
        """Return a unified diff as ports.Workspace says.

        Raises:
            UsageError: there is no such commit or file, or no history is kept here.
        """
        history = self._history
        if history is None:
            raise UsageError(
                f"the workspace {str(self.root)!r} keeps no history of agentsh's",
                hint="It is yours: use git diff there.",
            )
        from agentsh.workspace.diffs import Diffs

        return await self._in_thread(lambda: Diffs(self._tree, history()).between(a, b))

    async def files(self) -> list[FileEntry]:
        """Return what is there, sorted by path, without .git, symlinks and what .gitignore names.

        Raises:
            UsageError: there are far too many.
        """
        found = await self._in_thread(lambda: list_files(self._tree))
        return [FileEntry(path=file.path, size_bytes=file.stat.st_size) for file in found]

    async def aclose(self) -> None:
        """Finish the write under way and let the thread go."""
        await asyncio.to_thread(self._thread.shutdown)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        """Do blocking work away from the event loop; its OSErrors become errors with a hint."""
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except OSError as error:
            raise _told(self.root, error) from error

    def _write(self, wanted: Contents, note: ChangeNote) -> Commit:
        # Looking at every file first finds what is in the way before anything is written.
        there = {path: read[0] if (read := self._tree.read(path)) is not None else None for path in wanted}
        if self._history is not None:
            return self._write_and_commit(self._history(), wanted, there, note)
        self._put(wanted, there)
        return Commit(id=None, changes=_changes(there, wanted))

    def _write_and_commit(self, history: "Repository", wanted: Contents, there: Contents, note: ChangeNote) -> Commit:
        """Write and commit. What changes is told from HEAD, not from the disk: so a repeated write reports the same."""
        committed = history.read(list(wanted))
        foreign = {p: there[p] for p in wanted if there[p] is not None and there[p] not in (committed[p], wanted[p])}
        if foreign:
            history.commit(foreign, _foreign_note(), self._now())
            committed |= foreign
        self._put(wanted, there)
        commit_note = _commit_note(note, wanted)
        changed = {path: data for path, data in wanted.items() if data != committed[path]}
        if not changed:
            earlier = history.find(commit_note.trailers[-1])
            return Commit(id=earlier, changes=history.changes(earlier) if earlier is not None else ())
        commit_id = history.commit(changed, commit_note, self._now())
        return Commit(id=commit_id, changes=_changes(committed, changed))

    def _put(self, wanted: Contents, there: Contents) -> None:
        """Write what differs."""
        for path, data in wanted.items():
            if data == there[path]:
                continue
            if data is None:
                self._tree.delete(path)
            else:
                found = self._tree.stat(path)
                self._tree.write(path, data, FILE_MODE if found is None else found.st_mode & 0o777)

    def _now(self) -> str:
        return self._clock.now() if self._clock is not None else datetime.now(UTC).isoformat()


def _open(root: Path, own: bool, clock: Clock | None, branch: str) -> FolderWorkspace:
    try:
        root.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        tree = Tree(root.resolve(strict=True))
        with tree.folder():
            pass
        remove_strays(tree)
        return FolderWorkspace(tree, _history(tree, own, branch), clock)
    except OSError as error:
        raise _told(root, error) from error


def _history(tree: Tree, own: bool, branch: str) -> "Callable[[], Repository] | None":
    """Return what opens the repository to commit to, if this folder has or gets one."""
    if own:
        return _made(tree)
    if tree.stat(".git") is not None:
        if _is_marked(tree, MARKER):
            return partial(_opened, tree)
        return _on_branch(tree, branch) if branch and _is_marked(tree, ".git/HEAD") else None
    inside_another = any((folder / ".git").exists() for folder in tree.root.parents)
    return None if inside_another or any(tree.root.iterdir()) else _made(tree)


def _made(tree: Tree) -> "Callable[[], Repository]":
    make_repository(tree)
    return partial(_opened, tree)


def _opened(tree: Tree) -> "Repository":
    from agentsh.workspace.repository import Repository

    return Repository(tree)


def _on_branch(tree: Tree, branch: str) -> "Callable[[], Repository]":
    from agentsh.workspace.repository import Repository

    repository = Repository.on_branch(tree, branch)
    return lambda: repository


def _is_marked(tree: Tree, marker: str) -> bool:
    try:
        return tree.stat(marker) is not None
    except UnsafePath:  # .git is a file or a symlink: a worktree of the user's
        return False


def _contents(files: Sequence[FileDraft]) -> Contents:
    """Return the drafts by checked path, as bytes."""
    wanted: Contents = {}
    for draft in files:
        wanted[check_path(draft.path)] = None if draft.text is None else draft.text.removeprefix(_BOM).encode("utf-8")
    kept = [path for path, data in wanted.items() if data is not None]
    folders = {folder for path in kept for folder in _folders(path)}
    if clash := next((path for path in kept if path in folders), None):
        raise refuse(clash, "other files are to be written into it as a folder")
    return wanted


def _folders(path: str) -> list[str]:
    names = path.split("/")
    return ["/".join(names[:count]) for count in range(1, len(names))]


def _changes(before: Contents, after: Contents) -> tuple[FileChange, ...]:
    changes = [change_of(path, before[path], after[path]) for path in sorted(after)]
    return tuple(change for change in changes if change is not None)


def _commit_note(note: ChangeNote, wanted: Contents) -> Note:
    """Return what the commit says; its last trailer stands for this very write."""
    summary = _one_line(note.summary) or "Change files"
    texts = {path: data.decode("utf-8") if data is not None else None for path, data in wanted.items()}
    write = request_hash([note.role, note.reaction, summary, dict(texts)])
    reaction = (("Reaction", _one_line(note.reaction)),) if note.reaction is not None else ()
    return Note(note.role, summary, (*reaction, ("Write", write)))


def _foreign_note() -> Note:
    return Note("workspace", "Keep what was changed here by hand or by a program")


def _one_line(text: str) -> str:
    """Return model text as one short line without control characters: it ends up on terminals."""
    plain = "".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in text)
    return " ".join(plain.split())[:_LONGEST_SUMMARY]


def _text(data: bytes) -> str | None:
    if len(data) > MAX_TEXT_BYTES or b"\0" in data:
        return None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None


def _told(root: Path, error: OSError) -> StoreFull | UsageError | UnsafePath:
    """Return the error that says what a system error means for the workspace."""
    if error.errno in _FULL:
        return StoreFull(
            f"the disk is full: the workspace {str(root)!r} could not be written",
            hint="Make room, then go on with: agentsh resume",
        )
    if isinstance(error, NotADirectoryError | FileExistsError):
        return UsageError(f"{str(root)!r} is not a folder", hint="Choose another --workspace.")
    return UsageError(
        f"the workspace {str(root)!r} cannot be used: {error.strerror or error}",
        hint="See who owns the folder and what it allows, or choose another --workspace.",
    )
