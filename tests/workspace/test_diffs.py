"""Differences of a workspace: newest, of a file, of a commit, between two; and of nothing that keeps no history."""

from pathlib import Path

import pytest

from agentsh.core.errors import UsageError
from agentsh.core.files import ChangeNote, FileDraft
from agentsh.core.ids import RoleName
from agentsh.workspace.folder import FolderWorkspace, open_workspace

NOTE = ChangeNote(role=RoleName("ann"), summary="change")


async def written(root: Path, *versions: dict[str, str | None]) -> tuple[FolderWorkspace, list[str]]:
    workspace = await open_workspace(root, own=True)
    commits = []
    for version in versions:
        drafts = [FileDraft(path=path, text=text) for path, text in version.items()]
        commits.append(str((await workspace.write(drafts, NOTE)).id))
    return workspace, commits


async def test_newest_commit_and_what_changed_since(tmp_path: Path) -> None:
    workspace, _ = await written(tmp_path, {"a.py": "1\n", "b.py": "1\n"}, {"a.py": "2\n"})
    assert await workspace.diff() == "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-1\n+2"
    (tmp_path / "a.py").write_text("3\n")
    (tmp_path / "c.py").write_text("new\n")
    (tmp_path / "b.py").unlink()
    text = await workspace.diff()
    assert "-1\n+3" in text, "the newest commit and the change since are one"
    assert "--- /dev/null\n+++ b/c.py" in text
    assert "--- a/b.py\n+++ /dev/null" in text


async def test_of_one_file_from_its_last_version(tmp_path: Path) -> None:
    workspace, _ = await written(tmp_path, {"a.py": "1\n"}, {"a.py": "2\n"}, {"b.py": "x\n"})
    assert "-1\n+2" in await workspace.diff("a.py")
    (tmp_path / "a.py").write_text("3\n")
    assert "-2\n+3" in await workspace.diff("a.py")


async def test_of_one_commit_and_between_two(tmp_path: Path) -> None:
    workspace, commits = await written(tmp_path, {"a.py": "1\n"}, {"a.py": "2\n"}, {"a.py": None})
    assert "-1\n+2" in await workspace.diff(commits[1][:8])
    assert (await workspace.diff(commits[0][:8], commits[2])).endswith("-1")
    assert await workspace.diff(commits[0], commits[0]) == ""


async def test_binary_files_only_differ(tmp_path: Path) -> None:
    workspace, _ = await written(tmp_path, {"a.py": "1\n"})
    (tmp_path / "a.py").write_bytes(b"\0\1")
    assert await workspace.diff("a.py") == "Binary files a/a.py and b/a.py differ"


@pytest.mark.parametrize("ref", ["nothere.py", "abcdef", "../outside", "ab"])
async def test_what_is_not_there_is_told(tmp_path: Path, ref: str) -> None:
    workspace, _ = await written(tmp_path, {"a.py": "1\n"})
    with pytest.raises(UsageError, match="no commit"):
        await workspace.diff(ref)
    with pytest.raises(UsageError, match="no commit"):
        await workspace.diff(ref, "a.py")


async def test_a_new_workspace_differs_from_nothing(tmp_path: Path) -> None:
    workspace = await open_workspace(tmp_path, own=True)
    assert await workspace.diff() == ""


async def test_a_folder_of_the_users_says_that_it_keeps_no_history(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("1\n")
    workspace = await open_workspace(tmp_path, own=False)
    with pytest.raises(UsageError, match="keeps no history"):
        await workspace.diff()
