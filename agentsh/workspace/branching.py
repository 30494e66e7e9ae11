"""A second workspace that begins where another one was at some time; the other stays as it is."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agentsh.core.canonical import digest
from agentsh.core.errors import StoreError, UnsafePath, UsageError
from agentsh.workspace.changes import Pair
from agentsh.workspace.listing import list_files
from agentsh.workspace.paths import TEMP_PREFIX, check_path
from agentsh.workspace.repository import Repository
from agentsh.workspace.tree import FOLDER_MODE, Tree


@dataclass(frozen=True, slots=True)
class Moment:
    """What a workspace was like.

    Attributes:
        commit: the newest one then; None: there was none.
        own: whether agentsh made the folder, so that its history is agentsh's as well.
        files: digest of each file's text that the session knew of then; empty: not known, or no text.
        gone: files that the session knew to have been deleted.
        touched: whatever the session has changed, before or after.
        newest: whether it is now: then what is there counts, and not what is known of it.
    """

    commit: str | None
    own: bool
    files: Mapping[str, str]
    gone: frozenset[str]
    touched: frozenset[str]
    newest: bool


def branch_files(source: Path, target: Path, moment: Moment) -> tuple[str, ...]:
    """Make the folder `target` with what `source` held at a moment; whole or not at all.

    Returns:
        files that were there then and that nothing holds as they were.

    Raises:
        UsageError: there is something at `target`, or the history of `source` is damaged.
        StoreError: it cannot be written.
    """
    if os.path.lexists(target):
        raise UsageError(f"there is something at {str(target)!r} already", hint="choose another name")
    fresh = target.with_name(f"{TEMP_PREFIX}{os.getpid()}-{target.name}")
    try:
        fresh.mkdir(mode=FOLDER_MODE)
        lost = _fill(source, Tree(fresh.resolve()), moment)
        fresh.rename(target)
    except OSError as error:
        raise StoreError(f"the workspace {str(target)!r} cannot be made: {error.strerror or error}") from error
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
    return lost


def _fill(source: Path, fresh: Tree, moment: Moment) -> tuple[str, ...]:
    if not source.is_dir():
        return tuple(sorted(moment.files))
    there = Tree(source.resolve())
    if moment.own and (source / ".git").is_dir():
        shutil.copytree(source / ".git", fresh.root / ".git", symlinks=True, ignore=_half_written)
        Repository(fresh).check_out(moment.commit)
    elif moment.commit is not None:
        history = Repository(there)
        _put(fresh, history.read(history.paths(moment.commit), at=moment.commit))
    else:
        _put(fresh, {path: data for path, data in _present(there).items() if path not in moment.touched})
    _put(fresh, dict.fromkeys(moment.gone))
    if moment.newest:
        return _as_it_is(fresh, _present(there))
    return tuple(path for path, known in sorted(moment.files.items()) if not _has(there, fresh, path, known))


def _as_it_is(fresh: Tree, present: Mapping[str, bytes | None]) -> tuple[str, ...]:
    gone = {found.path: None for found in list_files(fresh) if found.path not in present}
    _put(fresh, {**gone, **present})
    return ()


def _has(there: Tree, fresh: Tree, path: str, known: str) -> bool:
    """Return whether a file is what it was: from its commit, or because nobody has changed it since."""
    if not known or _digest(_read(fresh, path)) == known:
        return True
    data = _read(there, path)
    if data is not None and _digest(data) == known:
        _put(fresh, {path: data})
        return True
    return False


def _present(tree: Tree) -> dict[str, bytes | None]:
    return {found.path: _read(tree, found.path) for found in list_files(tree)}


def _put(tree: Tree, files: Mapping[str, bytes | None]) -> None:
    for path, data in files.items():
        if data is None:
            tree.delete(path)
        elif _read(tree, path) != data:
            tree.write(path, data, durable=False)


def _read(tree: Tree, path: str) -> bytes | None:
    try:
        found = tree.read(check_path(path))
    except UnsafePath:
        return None
    return None if found is None else found[0]


def _digest(data: bytes | None) -> str:
    """Return what file.changed tells of a text; empty for what is none."""
    try:
        return "" if data is None else digest(data.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return ""


def _half_written(_folder: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith(TEMP_PREFIX)]


def differing(a: Path, b: Path) -> list[Pair]:
    """Return each file that two workspaces do not have alike, as they are now, sorted by path."""
    here, there = (_present(Tree(folder.resolve())) if folder.is_dir() else {} for folder in (a, b))
    paths = sorted({*here, *there})
    return [Pair(path, here.get(path), there.get(path)) for path in paths if here.get(path) != there.get(path)]
