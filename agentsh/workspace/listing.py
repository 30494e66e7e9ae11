"""What is in a workspace: plain files with plain names, without what .gitignore names."""

import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress

from agentsh.core.errors import UnsafePath, UsageError
from agentsh.workspace.ignore import ALWAYS, Ignore
from agentsh.workspace.paths import MAX_DEPTH, TEMP_PREFIX, check_path
from agentsh.workspace.tree import Found, Tree

MAX_FILES = 50_000
_MAX_IGNORE_BYTES = 64_000


def list_files(tree: Tree) -> list[Found]:
    """Return the plain files of `tree`, sorted by path.

    Left out: symlinks, devices, what check_path refuses, what a .gitignore or `ignore.ALWAYS` names.

    Raises:
        UsageError: there are more than MAX_FILES.
    """
    found: list[Found] = []
    for file in _visit(tree, "", Ignore().and_file("", ALWAYS)):
        found.append(file)
        if len(found) > MAX_FILES:
            raise UsageError(
                f"the workspace {str(tree.root)!r} has more than {MAX_FILES} files",
                hint="Name what does not matter in its .gitignore, or choose a folder inside it.",
            )
    return sorted(found)


def remove_strays(tree: Tree) -> None:
    """Remove what a process that was killed left half-written; a living process keeps its own."""
    for folder in ["", *_folders(tree, "", Ignore().and_file("", ALWAYS)), *_git_folders(tree)]:
        for path, _ in _scan(tree, folder):
            name = path.rpartition("/")[2]
            if name.startswith(TEMP_PREFIX) and not _is_alive(name):
                _remove(tree, folder, name)


def _visit(tree: Tree, folder: str, ignore: Ignore) -> Iterator[Found]:
    entries, ignore = _entries(tree, folder, ignore)
    for found in entries:
        if stat.S_ISREG(found.stat.st_mode):
            yield found
        else:
            yield from _visit(tree, found.path, ignore)


def _folders(tree: Tree, folder: str, ignore: Ignore) -> Iterator[str]:
    entries, ignore = _entries(tree, folder, ignore)
    for path, found in entries:
        if stat.S_ISDIR(found.st_mode):
            yield path
            yield from _folders(tree, path, ignore)


def _git_folders(tree: Tree) -> Iterator[str]:
    """Yield the folders of a repository that agentsh writes into."""
    yield from (".git", ".git/refs/heads")
    yield from (path for path, _ in _scan(tree, ".git/objects") if len(path) == len(".git/objects/ab"))


def _entries(tree: Tree, folder: str, ignore: Ignore) -> tuple[list[Found], Ignore]:
    """Return the files and folders in `folder` that count, and the rules that hold there."""
    found = _scan(tree, folder)
    if any(path.rpartition("/")[2] == ".gitignore" for path, _ in found):
        ignore = _with_own_rules(tree, folder, ignore)
    return [entry for entry in found if _counts(entry, ignore)], ignore


def _scan(tree: Tree, folder: str) -> list[Found]:
    try:
        return tree.scan(folder)
    except OSError:
        return []  # gone, swapped for a symlink, or not ours to read: it is not there


def _counts(found: Found, ignore: Ignore) -> bool:
    is_folder = stat.S_ISDIR(found.stat.st_mode)
    if not (is_folder or stat.S_ISREG(found.stat.st_mode)) or found.path.count("/") >= MAX_DEPTH:
        return False
    try:
        check_path(found.path)
    except (UnsafePath, UnicodeEncodeError):
        return False
    return not ignore.ignores(found.path, is_folder=is_folder)


def _with_own_rules(tree: Tree, folder: str, ignore: Ignore) -> Ignore:
    try:
        read = tree.read(f"{folder}/.gitignore" if folder else ".gitignore", limit_bytes=_MAX_IGNORE_BYTES)
    except (UnsafePath, OSError):
        return ignore
    return ignore if read is None else ignore.and_file(folder, read[0].decode("utf-8", "replace"))


def _is_alive(temp_name: str) -> bool:
    """Whether the process that a temporary file is named after is another living one."""
    pid = temp_name.removeprefix(TEMP_PREFIX).partition("-")[0]
    if not pid.isdecimal() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _remove(tree: Tree, folder: str, name: str) -> None:
    with suppress(OSError), tree.folder(folder) as descriptor:
        try:
            os.unlink(name, dir_fd=descriptor)
        except (IsADirectoryError, PermissionError):
            shutil.rmtree(name, dir_fd=descriptor)
