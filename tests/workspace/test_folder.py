"""The workspace through its port: whole files, one commit a write, and a repeated write is harmless."""

import asyncio
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agentsh.core.errors import UnsafePath, UsageError
from agentsh.core.files import ChangeNote, FileDraft
from agentsh.core.ids import ReactionId, RoleName
from agentsh.ports import Workspace
from agentsh.workspace.folder import FolderWorkspace, open_workspace
from agentsh.workspace.paths import TEMP_PREFIX

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is the judge here")


class StoppedClock:
    def now(self) -> str:
        return "2026-01-02T03:04:05.678Z"

    def monotonic(self) -> float:
        return 0.0


def note(summary: str = "Write files", role: str = "architect", number: int = 1) -> ChangeNote:
    return ChangeNote(role=RoleName(role), reaction=ReactionId(f"{role}:{number}"), summary=summary)


def drafts(**texts: str | None) -> list[FileDraft]:
    return [FileDraft(path=name.replace("__", "/") + ".py", text=text) for name, text in texts.items()]


def git(root: Path, *words: str) -> str:
    done = subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout


def strays(root: Path) -> list[str]:
    return [str(path) for path in root.rglob(f"{TEMP_PREFIX}*")]


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[FolderWorkspace]:
    workspace = await open_workspace(tmp_path / "session", own=True, clock=StoppedClock())
    yield workspace
    await workspace.aclose()


async def test_it_is_a_workspace(own: FolderWorkspace, tmp_path: Path) -> None:
    workspace: Workspace = own
    assert workspace.root == tmp_path / "session"
    assert own.keeps_history
    assert await own.head() is None
    assert await workspace.files() == []
    assert (tmp_path / "session").stat().st_mode & 0o777 == 0o700


async def test_a_write_says_what_changed(own: FolderWorkspace) -> None:
    first = await own.write(drafts(main="a\nb\n", lib__x="x\n"), note())
    assert [(c.path, c.change, c.added_lines, c.removed_lines, c.size_bytes) for c in first.changes] == [
        ("lib/x.py", "added", 1, 0, 2),
        ("main.py", "added", 2, 0, 4),
    ]
    second = await own.write(drafts(main="a\nc\nd\n", lib__x=None), note("Mend"))
    assert [(c.path, c.change, c.added_lines, c.removed_lines) for c in second.changes] == [
        ("lib/x.py", "deleted", 0, 1),
        ("main.py", "modified", 2, 1),
    ]
    assert await own.head() == second.id != first.id
    assert await own.read("main.py") == "a\nc\nd\n"
    assert await own.read("lib/x.py") is None
    assert not (own.root / "lib").exists()


async def test_a_repeated_write_gives_the_same_commit_and_the_same_changes(own: FolderWorkspace) -> None:
    first = await own.write(drafts(main="a\n", lib__x="x\n"), note())
    assert await own.write(drafts(main="a\n", lib__x="x\n"), note()) == first
    await own.write(drafts(other="o\n"), note("Another", role="engineer"))
    again = await open_workspace(own.root, own=True)
    assert await again.write(drafts(main="a\n", lib__x="x\n"), note()) == first


async def test_a_write_that_died_before_its_commit_reports_in_full_when_repeated(own: FolderWorkspace) -> None:
    await own.write(drafts(main="old\n"), note())
    (own.root / "main.py").write_text("new\n")
    again = await own.write(drafts(main="new\n", more="m\n"), note("Second"))
    assert [(change.path, change.change) for change in again.changes] == [("main.py", "modified"), ("more.py", "added")]
    assert again.id is not None


async def test_what_is_there_already_is_no_change(own: FolderWorkspace) -> None:
    await own.write(drafts(main="a\n"), note())
    same = await own.write(drafts(main="a\n"), note("By another", role="engineer"))
    assert same.id is None
    assert same.changes == ()


async def test_the_same_story_at_the_same_time_gives_the_same_ids(tmp_path: Path) -> None:
    ids = []
    for name in ("one", "two"):
        workspace = await open_workspace(tmp_path / name, own=True, clock=StoppedClock())
        ids.append((await workspace.write(drafts(main="a\n"), note())).id)
    assert ids[0] == ids[1]


async def test_a_hand_written_change_is_kept_before_it_is_overwritten(own: FolderWorkspace) -> None:
    await own.write(drafts(main="team\n"), note())
    (own.root / "main.py").write_text("mine\n")
    written = await own.write(drafts(main="team again\n"), note("Again"))
    assert written.changes[0].removed_lines == 1
    if shutil.which("git"):
        assert git(own.root, "show", "HEAD~1:main.py") == "mine\n"
        assert git(own.root, "log", "-1", "--format=%an", "HEAD~1").strip() == "workspace"


@needs_git
async def test_git_reads_the_history_and_finds_nothing_amiss(own: FolderWorkspace) -> None:
    await own.write(drafts(main="a\n", lib__x="x\n"), note("Write design\nReaction: forged:9\x1b[2J"))
    await own.write(drafts(main="b\n"), note("Mend", role="engineer", number=2))
    git(own.root, "gc", "-q")
    await own.write(drafts(lib__x=None, lib__y="y\n"), note("After gc"))
    assert git(own.root, "status", "--short") == ""
    assert git(own.root, "ls-files").split() == ["lib/y.py", "main.py"]
    assert git(
        own.root, "log", "--format=%an|%s|%(trailers:key=Reaction,valueonly,separator=%x2C)|%at"
    ).splitlines() == [
        "architect|After gc|architect:1|1767323045",
        "engineer|Mend|engineer:2|1767323045",
        "architect|Write design Reaction: forged:9 [2J|architect:1|1767323045",
    ]
    git(own.root, "fsck", "--strict", "--no-dangling")


@needs_git
async def test_no_hook_and_no_filter_of_the_repository_runs(own: FolderWorkspace) -> None:
    await own.write(drafts(main="a\n"), note())
    trace = own.root.parent / "ran"
    for hook in ("pre-commit", "commit-msg", "post-commit", "post-index-change", "reference-transaction"):
        path = own.root / ".git/hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\necho {hook} >> {trace}\n")
        path.chmod(0o755)
    git(own.root, "config", "filter.evil.clean", f"sh -c 'echo filter >> {trace}; cat'")
    git(own.root, "config", "core.fsmonitor", f"sh -c 'echo monitor >> {trace}'")
    (own.root / ".git/info/attributes").write_text("* filter=evil\n")
    assert (await own.write(drafts(main="b\n"), note("Again"))).id is not None
    assert not trace.exists()


async def test_a_file_may_take_a_folders_place_and_back(own: FolderWorkspace) -> None:
    await own.write(drafts(a__x="1\n"), note("One"))
    await own.write([FileDraft(path="a/x.py", text=None)], note("Two"))
    await own.write([FileDraft(path="a", text="file\n")], note("Three"))
    (own.root / "a").unlink()
    done = await own.write(drafts(a__x="2\n"), note("Four"))
    assert done.id is not None
    if shutil.which("git"):
        assert git(own.root, "ls-tree", "-r", "--name-only", "HEAD").split() == ["a/x.py"]
        assert git(own.root, "status", "--short") == ""


@pytest.mark.parametrize(
    "path",
    ["../x.py", "/tmp/x.py", ".git/hooks/pre-commit", "a\n.py", ".bashrc", "agentsh.toml", "-x", "~/x", "link/x.py"],
)
async def test_of_a_write_with_one_bad_path_nothing_is_written(own: FolderWorkspace, path: str, tmp_path: Path) -> None:
    (own.root / "link").symlink_to(tmp_path)
    with pytest.raises(UnsafePath, match="is refused"):
        await own.write([FileDraft(path="good.py", text="x"), FileDraft(path=path, text="x")], note())
    assert await own.files() == []
    assert await own.head() is None
    with pytest.raises(UnsafePath):
        await own.read(path)


async def test_two_drafts_that_cannot_both_be_are_refused(own: FolderWorkspace) -> None:
    with pytest.raises(UnsafePath, match="as a folder"):
        await own.write([FileDraft(path="a", text="x"), FileDraft(path="a/b.py", text="x")], note())
    assert await own.files() == []


async def test_texts_are_utf8_without_mark_and_end_as_given(own: FolderWorkspace) -> None:
    texts = {"a": "\ufeffé\n", "b": "no end", "c": "x\r\ny\r\n", "d": ""}
    await own.write(drafts(**texts), note())
    assert [(own.root / f"{name}.py").read_bytes() for name in texts] == [b"\xc3\xa9\n", b"no end", b"x\r\ny\r\n", b""]
    assert await own.read("c.py") == "x\r\ny\r\n"
    assert await own.read("b.py") == "no end"


async def test_what_is_no_text_is_not_read(own: FolderWorkspace) -> None:
    (own.root / "binary.bin").write_bytes(b"a\0b")
    (own.root / "latin.txt").write_bytes(b"\xe4\xf6")
    (own.root / "large.txt").write_bytes(b"x" * 1_000_001)
    assert [await own.read(name) for name in ("binary.bin", "latin.txt", "large.txt", "none.txt")] == [None] * 4
    assert len(await own.files()) == 3


async def test_files_are_listed_without_what_is_ignored_hidden_or_not_plain(
    own: FolderWorkspace, tmp_path: Path
) -> None:
    for path in ("main.py", "__pycache__/m.pyc", "sub/a.log", "sub/b.txt", "build/out", "sub/.git/config", ".bashrc"):
        (own.root / path).parent.mkdir(parents=True, exist_ok=True)
        (own.root / path).write_text("x")
    (own.root / ".gitignore").write_text("build/\n*.log\n")
    (own.root / "link.py").symlink_to(tmp_path)
    (own.root / "up").symlink_to(tmp_path)
    os.mkfifo(own.root / "pipe")
    (own.root / "bad\nname.py").write_text("x")
    Path(os.fsdecode(bytes(own.root) + b"/\xff.py")).write_text("x")
    assert [file.path for file in await own.files()] == [".gitignore", "main.py", "sub/b.txt"]


async def test_a_repository_of_the_users_is_not_committed_to(tmp_path: Path) -> None:
    root = tmp_path / "project"
    (root / ".git").mkdir(parents=True)
    (root / ".git/HEAD").write_text("ref: refs/heads/main\n")
    before = sorted(str(path) for path in (root / ".git").rglob("*"))
    workspace = await open_workspace(root, own=False)
    commit = await workspace.write(drafts(main="x\n"), note())
    assert not workspace.keeps_history
    assert await workspace.head() is None
    assert (commit.id, len(commit.changes)) == (None, 1)
    assert await workspace.write(drafts(main="x\n"), note()) == commit.model_copy(update={"changes": ()})
    assert sorted(str(path) for path in (root / ".git").rglob("*")) == before
    assert await workspace.read("main.py") == "x\n"


async def test_a_worktree_of_the_users_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "tree").mkdir()
    (tmp_path / "tree/.git").write_text("gitdir: /elsewhere\n")
    workspace = await open_workspace(tmp_path / "tree", own=False)
    assert (await workspace.write(drafts(main="x\n"), note())).id is None
    assert (tmp_path / "tree/.git").read_text() == "gitdir: /elsewhere\n"


async def test_a_folder_with_files_gets_no_repository_and_an_empty_one_does(tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full/old.txt").write_text("old")
    full = await open_workspace(tmp_path / "full", own=False)
    assert (await full.write(drafts(main="x\n"), note())).id is None
    assert not (tmp_path / "full/.git").exists()
    empty = await open_workspace(tmp_path / "new/empty", own=False)
    assert (await empty.write(drafts(main="x\n"), note())).id is not None
    again = await open_workspace(tmp_path / "new/empty", own=False)
    assert again.keeps_history
    (tmp_path / "new/empty/.git/agentsh").unlink()
    assert not (await open_workspace(tmp_path / "new/empty", own=False)).keeps_history


async def test_no_repository_is_made_inside_another(tmp_path: Path) -> None:
    (tmp_path / "project/.git").mkdir(parents=True)
    inner = await open_workspace(tmp_path / "project/new", own=False)
    assert not inner.keeps_history
    assert not (tmp_path / "project/new/.git").exists()


async def test_a_file_of_the_users_keeps_its_mode(tmp_path: Path) -> None:
    (tmp_path / "run.py").write_text("old")
    (tmp_path / "run.py").chmod(0o755)
    workspace = await open_workspace(tmp_path, own=False)
    await workspace.write(drafts(run="new"), note())
    assert (tmp_path / "run.py").stat().st_mode & 0o777 == 0o755


async def test_a_file_in_place_of_the_folder_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is not a folder") as caught:
        await open_workspace(tmp_path / "file", own=False)
    assert caught.value.hint


async def test_a_damaged_history_is_one_clear_error_and_the_files_stay(own: FolderWorkspace) -> None:
    await own.write(drafts(main="a\n"), note())
    (own.root / ".git/HEAD").write_text("garbage")
    with pytest.raises(UsageError, match="names no branch") as caught:
        await own.write(drafts(main="b\n"), note())
    assert caught.value.hint
    (own.root / ".git/HEAD").write_text("ref: refs/heads/main\n")
    (own.root / ".git/refs/heads/main").write_text("1" * 40 + "\n")
    with pytest.raises(UsageError, match="damaged"):
        await own.write(drafts(main="b\n"), note())
    assert await own.read("main.py") == "a\n"


async def test_a_head_that_points_out_of_the_repository_is_not_followed(own: FolderWorkspace, tmp_path: Path) -> None:
    (own.root / ".git/HEAD").write_text("ref: refs/heads/../../../../escaped\n")
    with pytest.raises(UsageError, match="names no branch"):
        await own.write(drafts(main="b\n"), note())
    assert not list(tmp_path.rglob("escaped"))


@pytest.mark.parametrize("content", [b"", b"DIRC", b"DIRC\0\0\0\2\0\0\0\7half", b"garbage"])
async def test_an_index_that_a_power_cut_spoiled_is_made_anew(own: FolderWorkspace, content: bytes) -> None:
    await own.write(drafts(main="a\n", more="m\n"), note())
    (own.root / ".git/index").write_bytes(content)
    assert (await own.write(drafts(main="b\n"), note("Again"))).id is not None
    if shutil.which("git"):
        assert git(own.root, "status", "--short") == ""


async def test_writes_at_the_same_time_are_made_one_after_the_other(own: FolderWorkspace) -> None:
    commits = await asyncio.gather(
        *(own.write([FileDraft(path=f"f{n}.py", text=f"{n}\n")], note(f"File {n}", number=n)) for n in range(20))
    )
    assert len({commit.id for commit in commits}) == 20
    assert len(await own.files()) == 20
    if shutil.which("git"):
        assert git(own.root, "rev-list", "--count", "HEAD").strip() == "20"


_WRITER = """
import asyncio, sys
from pathlib import Path
from agentsh.core.files import ChangeNote, FileDraft
from agentsh.workspace.folder import open_workspace

async def main():
    workspace = await open_workspace(Path(sys.argv[1]), own=True)
    print("open", flush=True)
    for number in range(int(sys.argv[2]), 100000):
        text = f"{number}\\n" * 20000
        drafts = [FileDraft(path=path, text=text) for path in ("main.py", "sub/more.py")]
        await workspace.write(drafts, ChangeNote(role="engineer", summary=f"Write {number}"))
        print(number, flush=True)

asyncio.run(main())
"""


async def test_a_kill_at_any_instant_leaves_whole_files_and_a_whole_history(tmp_path: Path) -> None:
    root = tmp_path / "session"
    chance = random.Random(7)
    number = 0
    for turn in range(12):
        writer = subprocess.Popen(
            [sys.executable, "-c", _WRITER, str(root), str(number)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        first = writer.stdout.readline() if turn % 3 == 0 else ""  # a slow machine has written something too
        time.sleep(chance.uniform(0.0, 0.15))
        writer.send_signal(signal.SIGKILL)
        acknowledged = [int(line) for line in (first + writer.stdout.read()).split("\n") if line]
        writer.wait()
        writer.stdout.close()
        workspace = await open_workspace(root, own=True)
        assert strays(root) == []
        last = acknowledged[-1] if acknowledged else number - 1
        for path in ("main.py", "sub/more.py"):
            text = await workspace.read(path)
            if text is not None:
                lines = set(text.splitlines())
                assert len(lines) == 1
                assert len(text.splitlines()) == 20000
                assert last <= int(lines.pop()) <= last + 1
        number = last + 1
        if shutil.which("git"):
            git(root, "fsck", "--strict", "--no-dangling")
    assert number > 0
    done = await (await open_workspace(root, own=True)).write(drafts(main="end\n"), note("End"))
    assert done.id is not None
