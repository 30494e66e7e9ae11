"""Descriptors, not names, decide where a write lands."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agentsh.core.errors import UnsafePath
from agentsh.workspace.paths import TEMP_PREFIX
from agentsh.workspace.tree import Tree
from tests.support.patience import HANG_S


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.txt").write_text("secret")
    return folder


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    root = tmp_path / "root"
    root.mkdir()
    return Tree(root)


def listing(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_file_is_replaced_whole_and_nothing_is_left_beside_it(tree: Tree) -> None:
    tree.write("a/b/c.txt", b"one")
    tree.write("a/b/c.txt", b"two")
    read = tree.read("a/b/c.txt")
    assert read is not None
    assert read[0] == b"two"
    assert listing(tree.root) == {"a/b/c.txt": "two"}


def test_files_are_private_to_their_owner(tree: Tree) -> None:
    os.umask(old := os.umask(0))
    tree.write("a/b.txt", b"")
    assert (tree.root / "a").stat().st_mode & 0o777 == 0o700
    assert (tree.root / "a/b.txt").stat().st_mode & 0o777 == 0o600
    os.umask(old)


def test_a_symlinked_folder_is_not_entered(tree: Tree, outside: Path) -> None:
    (tree.root / "link").symlink_to(outside, target_is_directory=True)
    before = listing(outside)
    for attempt in (
        lambda: tree.write("link/new.txt", b"x"),
        lambda: tree.write("link/secret.txt", b"x"),
        lambda: tree.read("link/secret.txt"),
        lambda: tree.delete("link/secret.txt"),
        lambda: tree.stat("link/secret.txt"),
        lambda: tree.make_folder("link/sub"),
    ):
        with pytest.raises(UnsafePath, match="symlink"):
            attempt()
    assert listing(outside) == before


def test_a_symlinked_file_is_not_read_and_its_target_not_written(tree: Tree, outside: Path) -> None:
    (tree.root / "link.txt").symlink_to(outside / "secret.txt")
    with pytest.raises(UnsafePath, match="symlink"):
        tree.read("link.txt")
    tree.write("link.txt", b"mine")
    assert (outside / "secret.txt").read_text() == "secret"
    assert not (tree.root / "link.txt").is_symlink()


def test_a_hard_link_elsewhere_keeps_its_content(tree: Tree, outside: Path) -> None:
    (tree.root / "hard.txt").hardlink_to(outside / "secret.txt")
    tree.write("hard.txt", b"mine")
    assert (outside / "secret.txt").read_text() == "secret"


def test_a_pipe_does_not_hold_a_reader_up(tree: Tree) -> None:
    os.mkfifo(tree.root / "pipe")
    with pytest.raises(UnsafePath, match="plain file"):
        tree.read("pipe")


def test_a_file_is_no_folder_and_a_folder_no_file(tree: Tree) -> None:
    tree.write("file", b"")
    tree.write("folder/x", b"")
    for attempt in (
        lambda: tree.write("file/x", b""),
        lambda: tree.write("folder", b""),
        lambda: tree.read("folder"),
        lambda: tree.delete("folder"),
    ):
        with pytest.raises(UnsafePath):
            attempt()
    assert sorted(listing(tree.root)) == ["file", "folder/x"]


def test_deleting_the_last_file_of_a_folder_takes_the_folder_along(tree: Tree) -> None:
    tree.write("a/b/c.txt", b"")
    tree.write("a/d.txt", b"")
    tree.delete("a/b/c.txt")
    tree.delete("a/b/c.txt")
    assert not (tree.root / "a/b").exists()
    assert (tree.root / "a/d.txt").exists()


_ATTACKER = """
import os, shutil, sys
real, parked, outside = sys.argv[1:]
print("ready", flush=True)
while True:
    try:
        os.rename(real, parked)
        os.symlink(outside, real)
        os.unlink(real)
        os.rename(parked, real)
    except OSError:
        if os.path.islink(real):
            os.unlink(real)
        elif os.path.isdir(real) and os.path.isdir(parked):
            shutil.rmtree(real, ignore_errors=True)
"""


def test_a_folder_swapped_for_a_symlink_in_mid_write_lets_nothing_escape(tree: Tree, outside: Path) -> None:
    """Another process swaps the folder as fast as it can; every write lands inside or is refused."""
    tree.make_folder("sub")
    before = listing(outside)
    words = [sys.executable, "-c", _ATTACKER, str(tree.root / "sub"), str(tree.root / "parked"), str(outside)]
    refused = written = 0
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as attacker:
        assert attacker.stdout is not None
        attacker.stdout.readline()
        deadline = time.monotonic() + HANG_S
        while (refused < 20 or written < 20) and time.monotonic() < deadline:
            try:
                tree.write("sub/secret.txt", b"overwritten", durable=False)
                tree.read("sub/secret.txt")
                written += 1
            except (UnsafePath, OSError):
                refused += 1
        attacker.kill()
    assert (refused >= 20, written >= 20) == (True, True)
    assert listing(outside) == before


def test_a_failed_write_leaves_the_old_file_and_no_stray(tree: Tree) -> None:
    tree.write("a.txt", b"old")
    (tree.root / "dir").mkdir()
    with pytest.raises(UnsafePath):
        tree.write("dir", b"new")
    assert not [name for name in os.listdir(tree.root) if name.startswith(TEMP_PREFIX)]
