"""A branch of our own in a repository of the user's: theirs stays as it is, and nothing of theirs is lost."""

from pathlib import Path

import pytest

from agentsh.core.errors import UsageError
from agentsh.core.files import ChangeNote, FileDraft
from agentsh.core.ids import RoleName
from agentsh.workspace.folder import FolderWorkspace, open_workspace
from tests.e2e.story import git

BRANCH = "agentsh/s"
NOTE = ChangeNote(role=RoleName("ann"), summary="change")


def commit(folder: Path, message: str = "theirs") -> None:
    git(folder, "-c", "user.name=o", "-c", "user.email=o@x", "commit", "-q", "--allow-empty", "-m", message)


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "trunk")
    (folder / "a.py").write_text("a = 1\n")
    (folder / "b.py").write_text("b = 1\n")
    git(folder, "add", ".")
    commit(folder)
    return folder


async def wrote(folder: Path, **files: str) -> FolderWorkspace:
    workspace = await open_workspace(folder, own=False, branch=BRANCH)
    await workspace.write([FileDraft(path=f"{name}.py", text=text) for name, text in files.items()], NOTE)
    return workspace


async def test_work_is_committed_to_it_and_not_to_theirs(theirs: Path) -> None:
    before = git(theirs, "rev-parse", "trunk")
    await wrote(theirs, a="a = 2\n")
    assert git(theirs, "rev-parse", "trunk") == before
    assert git(theirs, "rev-parse", "--abbrev-ref", "HEAD").strip() == BRANCH
    assert git(theirs, "diff", "--stat", "trunk..HEAD").split()[0] == "a.py"
    git(theirs, "fsck", "--strict")


@pytest.mark.parametrize("pack", [False, True])
async def test_it_is_gone_on_with_when_it_is_checked_out(theirs: Path, pack: bool) -> None:
    await wrote(theirs, a="a = 2\n")
    if pack:
        git(theirs, "pack-refs", "--all")
        git(theirs, "gc", "-q")
    await wrote(theirs, a="a = 3\n")
    assert len(git(theirs, "log", "--format=%h", "trunk..HEAD").split()) == 2


async def test_what_is_staged_or_changed_stays_so(theirs: Path) -> None:
    (theirs / "b.py").write_text("b = 2\n")
    (theirs / "c.py").write_text("c = 1\n")
    git(theirs, "add", "c.py")
    await wrote(theirs, a="a = 2\n")
    assert git(theirs, "status", "--porcelain").splitlines() == [" M b.py", "A  c.py"]


async def test_what_they_changed_in_a_file_is_committed_before_it_is_overwritten(theirs: Path) -> None:
    (theirs / "a.py").write_text("a = 'by hand'\n")
    await wrote(theirs, a="a = 2\n")
    assert "by hand" in git(theirs, "show", "HEAD~1:a.py")


async def test_a_repository_without_a_commit_begins_on_it(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    await wrote(tmp_path, a="a = 1\n")
    assert git(tmp_path, "log", "--format=%s").split() == ["change"]
    assert git(tmp_path, "branch", "--format=%(refname:short)").split() == [BRANCH]


async def test_who_checked_out_another_one_is_told_how_to_go_back(theirs: Path) -> None:
    await wrote(theirs, a="a = 2\n")
    git(theirs, "checkout", "-q", "trunk")
    with pytest.raises(UsageError, match="has 'trunk' checked out, not 'agentsh/s'") as told:
        await open_workspace(theirs, own=False, branch=BRANCH)
    assert told.value.hint == "Type there: git switch agentsh/s"
    assert git(theirs, "rev-parse", "--abbrev-ref", "HEAD").strip() == "trunk"


async def test_a_name_that_is_taken_by_a_branch_of_theirs_is_told(theirs: Path) -> None:
    git(theirs, "branch", "agentsh")
    with pytest.raises(UsageError, match="has a branch 'agentsh', so 'agentsh/s' cannot be"):
        await open_workspace(theirs, own=False, branch=BRANCH)


@pytest.mark.parametrize("name", ["trunk", "agentsh/../trunk", "agentsh/a/b", "../../hooks/pre-commit", "agentsh/"])
async def test_no_other_branch_is_ever_committed_to(theirs: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is no branch of agentsh's"):
        await open_workspace(theirs, own=False, branch=name)


async def test_two_sessions_have_two_branches(theirs: Path) -> None:
    await wrote(theirs, a="a = 2\n")
    git(theirs, "checkout", "-q", "trunk")
    await open_workspace(theirs, own=False, branch="agentsh/t")
    assert git(theirs, "branch", "--format=%(refname:short)").split() == ["agentsh/s", "agentsh/t", "trunk"]


async def test_a_detached_head_begins_it_too(theirs: Path) -> None:
    git(theirs, "checkout", "-q", "--detach")
    await wrote(theirs, a="a = 2\n")
    assert git(theirs, "rev-parse", "HEAD~1") == git(theirs, "rev-parse", "trunk")
