"""The history of a workspace: one commit a change, in a repository that plain git reads.

Objects, index and branch are written by agentsh itself, each whole or not at all. No git is called, so no hook, filter
or setting of the repository ever runs, and a killed process leaves no lock behind.
"""

import re
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from io import BytesIO
from stat import S_ISDIR

from dulwich.errors import FileFormatException, NotTreeError
from dulwich.index import (
    ConflictedIndexEntry,
    IndexChecksumWriter,
    IndexEntry,
    index_entry_from_stat,
    read_index_dict,
    write_index_dict,
)
from dulwich.object_store import DiskObjectStore, commit_tree_changes, tree_lookup_path
from dulwich.objects import Blob, Commit, ObjectID, ShaFile, Tree

from agentsh.core.errors import UsageError
from agentsh.core.files import FileChange
from agentsh.workspace.changes import Note, Pair, change_of
from agentsh.workspace.tree import FILE_MODE
from agentsh.workspace.tree import Tree as Files

_PLAIN_FILE = 0o100644
_FILES = (_PLAIN_FILE, 0o100755)
_BRANCH = re.compile(r"refs/heads/(?!.*\.\.)[\w./-]{1,200}")
_OURS = re.compile(r"agentsh/[\w-]{1,200}")
_DAMAGE = (KeyError, ValueError, FileFormatException, zlib.error)
"""What dulwich raises for objects that are missing or not what they should be."""
_LOOK_BACK = 500
"""Commits that are searched for one that an interrupted write has left."""


class Objects(DiskObjectStore):
    """Reads loose and packed objects; writes loose ones without a lock file."""

    def __init__(self, files: Files) -> None:
        super().__init__(files.root / ".git" / "objects")
        self._files = files

    def add_object(self, obj: ShaFile) -> None:
        """Store `obj` unless it is there."""
        name = obj.id.decode("ascii")
        path = f".git/objects/{name[:2]}/{name[2:]}"
        if self._files.stat(path) is None:
            self._files.write(path, obj.as_legacy_object(), 0o400)


class Repository:
    """The git repository in `files.root`. Everything blocks, so call it from a worker thread."""

    def __init__(self, files: Files) -> None:
        self._files = files

    @classmethod
    def on_branch(cls, files: Files, branch: str) -> "Repository":
        """Return a repository of the user's, with a branch of our own checked out that begins where theirs is.

        No file and nothing that is staged changes: only HEAD does, to a branch that has the same commit.

        Raises:
            UsageError: it is no name for one of our branches; or it is there and another one is checked out, or
                its name is taken by another branch.
        """
        if not _OURS.fullmatch(branch):
            raise UsageError(f"{branch!r} is no branch of agentsh's", hint="They are called agentsh/SESSION.")
        repository, ref = cls(files), f"refs/heads/{branch}"
        current = repository._head_ref()
        if current == ref:
            return repository
        above = ref.rpartition("/")[0]
        if not repository._is_free_for_folders(above):
            message = f"{str(files.root)!r} has a branch {above.removeprefix('refs/heads/')!r}, so {branch!r} cannot be"
            raise UsageError(message, hint="Rename that branch: git branch -m agentsh something-else")
        if repository._resolve(ref) is not None:
            message = f"{str(files.root)!r} has {current.rpartition('heads/')[2]!r} checked out, not {branch!r}"
            raise UsageError(message, hint=f"Type there: git switch {branch}")
        if (commit := repository.head()) is not None:
            files.write(f".git/{ref}", commit.encode() + b"\n")
        files.write(".git/HEAD", f"ref: {ref}\n".encode())
        return repository

    def head(self) -> str | None:
        """Return the id of the newest commit of the branch that is checked out; None before the first."""
        return self._resolve(self._head_ref())

    def read(self, paths: list[str], *, at: str | None = None) -> dict[str, bytes | None]:
        """Return what commit `at`, by default HEAD, has at `paths`; None: nothing."""
        commit = at or self.head()
        with self._objects() as objects:
            tree = _commit(objects, commit).tree if commit is not None else None
            return {path: _blob(objects, tree, path) for path in paths}

    def commit(self, changes: Mapping[str, bytes | None], note: Note, at: str) -> str:
        """Commit `changes` (None deletes) on top of HEAD, and nothing else. Returns the commit's id.

        Objects come first, then the index, then the branch: wherever it stops, what is there is whole and doing it
        again completes it.
        """
        parent = self.head()
        with self._objects() as objects:
            old = _commit(objects, parent).tree if parent is not None else None
            entries = _entries(objects, old, changes)
            base = _tree(objects, old) if old is not None else Tree()
            tree = commit_tree_changes(objects, base, [(path.encode(), *entry) for path, entry in entries.items()])
            commit = _new_commit(tree, parent, note, at)
            objects.add_object(commit)
        self._update_index(entries)
        self._files.write(f".git/{self._head_ref()}", commit.id + b"\n")
        return commit.id.decode("ascii")

    def find(self, trailer: tuple[str, str]) -> str | None:
        """Return the newest commit with `trailer`, among the last few hundred of the branch."""
        line = ": ".join(trailer).encode()
        commit_id = self.head()
        with self._objects() as objects:
            for _ in range(_LOOK_BACK):
                if commit_id is None:
                    return None
                commit = _commit(objects, commit_id)
                if line in commit.message.splitlines():
                    return commit_id
                commit_id = commit.parents[0].decode("ascii") if commit.parents else None
        return None

    def changes(self, id: str) -> tuple[FileChange, ...]:
        """Return what commit `id` changed, sorted by path."""
        changes = (change_of(*pair) for pair in self.pairs(self.parent(id), id))
        return tuple(change for change in changes if change is not None)

    def pairs(self, before: str | None, after: str) -> Iterator[Pair]:
        """Yield each file that two commits differ in, sorted by path; `before` None: nothing was there."""
        with self._objects() as objects:
            old_tree = _commit(objects, before).tree if before is not None else None
            pairs = [
                Pair((new or old or b"").decode("utf-8", "replace"), _data(objects, was), _data(objects, is_))
                for (old, new), _modes, (was, is_) in objects.tree_changes(old_tree, _commit(objects, after).tree)
            ]
        yield from sorted(pairs, key=lambda pair: pair.path)

    def parent(self, id: str) -> str | None:
        """Return the commit before `id`; None: it is the first."""
        with self._objects() as objects:
            commit = _commit(objects, id)
        return commit.parents[0].decode("ascii") if commit.parents else None

    def log(self, most: int = _LOOK_BACK) -> Iterator[str]:
        """Yield the ids of the newest `most` commits, newest first."""
        commit_id = self.head()
        for _ in range(most):
            if commit_id is None:
                return
            yield commit_id
            commit_id = self.parent(commit_id)

    def check_out(self, id: str | None) -> None:
        """Let the branch end at commit `id`, and the files be what it holds; None: nothing. For a new folder only."""
        self._files.write(".git/HEAD", b"ref: refs/heads/main\n")
        self._files.delete(".git/index")
        if id is None:
            self._files.delete(".git/refs/heads/main")
            return
        entries: dict[str, tuple[int | None, ObjectID | None]] = {}
        with self._objects() as objects:
            for entry in objects.iter_tree_contents(_commit(objects, id).tree):
                path = entry.path.decode("utf-8", "replace")
                if entry.mode in _FILES and (data := _data(objects, entry.sha)) is not None:
                    self._files.write(path, data, FILE_MODE | (entry.mode & 0o100))
                    entries[path] = (entry.mode, entry.sha)
        self._files.write(".git/refs/heads/main", id.encode() + b"\n")
        self._update_index(entries)

    def paths(self, id: str) -> list[str]:
        """Return the paths of all files of a commit."""
        with self._objects() as objects:
            entries = objects.iter_tree_contents(_commit(objects, id).tree)
            return [entry.path.decode("utf-8", "replace") for entry in entries]

    def versions(self, path: str) -> Iterator[bytes | None]:
        """Yield the versions of a file, newest first, each different from the one before it."""
        newest: bytes | None = None
        for number, id_ in enumerate(self.log()):
            with self._objects() as objects:
                data = _blob(objects, _commit(objects, id_).tree, path)
            if data != newest or (number == 0 and data is not None):
                yield data
            newest = data

    def _head_ref(self) -> str:
        """Return the file under .git that holds the current commit: a branch, or HEAD itself when it is detached."""
        read = self._files.read(".git/HEAD")
        text = read[0].decode("utf-8", "replace").strip() if read is not None else ""
        if re.fullmatch(r"[0-9a-f]{40}", text):
            return "HEAD"
        if (branch := text.removeprefix("ref: ")) != text and _BRANCH.fullmatch(branch):
            return branch
        raise UsageError(
            f"{str(self._files.root / '.git' / 'HEAD')!r} holds {text!r}, which names no branch",
            hint="Mend it with git, or move .git away for a new history.",
        )

    def _resolve(self, ref: str) -> str | None:
        read = self._files.read(f".git/{ref}")
        if read is not None:
            return read[0].decode("ascii", "replace").strip()
        packed = self._files.read(".git/packed-refs")
        for line in packed[0].decode("utf-8", "replace").splitlines() if packed is not None else []:
            commit_id, _, name = line.partition(" ")
            if name == ref:
                return commit_id
        return None

    def _is_free_for_folders(self, ref: str) -> bool:
        """Return whether no branch has this name, so that branches may lie below it."""
        found = self._files.stat(f".git/{ref}")
        return S_ISDIR(found.st_mode) if found is not None else self._resolve(ref) is None

    @contextmanager
    def _objects(self) -> Iterator[Objects]:
        objects = Objects(self._files)
        try:
            yield objects
        except _DAMAGE as error:
            raise UsageError(
                f"the history in {str(self._files.root / '.git')!r} is damaged: {error}",
                hint="See what `git fsck` says, or move .git away for a new history.",
            ) from error
        finally:
            objects.close()

    def _update_index(self, entries: Mapping[str, tuple[int | None, ObjectID | None]]) -> None:
        """Bring the index up to date for these paths, so that `git status` tells the truth."""
        index = self._read_index()
        for path, (mode, blob_id) in entries.items():
            found = self._files.stat(path)
            if blob_id is None or found is None:
                index.pop(path.encode(), None)
            else:
                for inner in [name for name in index if name.startswith(f"{path}/".encode())]:
                    del index[inner]
                index[path.encode()] = index_entry_from_stat(found, blob_id, mode)
        buffer = BytesIO()
        writer = IndexChecksumWriter(buffer)
        write_index_dict(writer, index, version=2)
        writer.write_checksum()
        self._files.write(".git/index", buffer.getvalue(), durable=False)

    def _read_index(self) -> dict[bytes, IndexEntry | ConflictedIndexEntry]:
        """Return the index; one that cannot be read is made anew from HEAD."""
        read = self._files.read(".git/index")
        if read is not None:
            try:
                return read_index_dict(BytesIO(read[0]))
            except (ValueError, AssertionError, IndexError, TypeError, struct.error):
                pass
        return self._index_of_head()

    def _index_of_head(self) -> dict[bytes, IndexEntry | ConflictedIndexEntry]:
        head = self.head()
        if head is None:
            return {}
        with self._objects() as objects:
            return {
                entry.path: IndexEntry(0, 0, 0, 0, entry.mode, 0, 0, 0, entry.sha)
                for entry in objects.iter_tree_contents(_commit(objects, head).tree)
            }


def _commit(objects: Objects, id: str) -> Commit:
    found = objects[ObjectID(id.encode("ascii", "replace"))]
    if not isinstance(found, Commit):
        raise KeyError(id)
    return found


def _tree(objects: Objects, id: ObjectID) -> Tree:
    found = objects[id]
    if not isinstance(found, Tree):
        raise KeyError(id)
    return found


def _lookup(objects: Objects, tree: ObjectID | None, path: str) -> tuple[int, ObjectID] | None:
    if tree is None:
        return None
    try:
        return tree_lookup_path(objects.__getitem__, tree, path.encode())
    except (KeyError, NotTreeError):
        return None


def _blob(objects: Objects, tree: ObjectID | None, path: str) -> bytes | None:
    found = _lookup(objects, tree, path)
    return _data(objects, found[1]) if found is not None else None


def _data(objects: Objects, id: ObjectID | None) -> bytes | None:
    """Return a blob's bytes; None for nothing, and for what is no blob."""
    blob = objects[id] if id is not None else None
    return blob.data if isinstance(blob, Blob) else None


def _entries(
    objects: Objects, tree: ObjectID | None, changes: Mapping[str, bytes | None]
) -> dict[str, tuple[int | None, ObjectID | None]]:
    """Store the new contents; return (mode, id) for each path, (None, None) for what goes."""
    entries: dict[str, tuple[int | None, ObjectID | None]] = {}
    for path, data in changes.items():
        old = _lookup(objects, tree, path)
        if data is None:
            entries[path] = (None, None)
            continue
        for folder in _folders(path):
            if (found := _lookup(objects, tree, folder)) is not None and found[0] in _FILES:
                entries[folder] = (None, None)
        blob = Blob.from_string(data)
        objects.add_object(blob)
        entries[path] = (old[0] if old is not None and old[0] in _FILES else _PLAIN_FILE, blob.id)
    return entries


def _folders(path: str) -> list[str]:
    names = path.split("/")
    return ["/".join(names[:count]) for count in range(1, len(names))]


def _new_commit(tree: ObjectID, parent: str | None, note: Note, at: str) -> Commit:
    commit = Commit()
    commit.tree = tree
    commit.parents = [ObjectID(parent.encode("ascii"))] if parent is not None else []
    name = re.sub(r"[^\w.-]+", "-", note.author) or "somebody"
    commit.author = commit.committer = f"{name} <{name}@agentsh>".encode()
    commit.author_time = commit.commit_time = int(datetime.fromisoformat(at).astimezone(UTC).timestamp())
    commit.author_timezone = commit.commit_timezone = 0
    trailers = "".join(f"{key}: {value}\n" for key, value in note.trailers)
    commit.message = f"{note.summary}\n\n{trailers}".encode()
    return commit
