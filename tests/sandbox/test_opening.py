"""The strongest tier that holds is taken; none is ever silently weaker than it says."""

import os
import shutil
from pathlib import Path

import pytest

from agentsh.core.code import Command
from agentsh.core.errors import SandboxUnavailable, UnsafePath
from agentsh.sandbox import bubblewrap, open_sandbox
from agentsh.sandbox.attacks import FURTHER, SUITE
from tests.sandbox.arena import Arena
from tests.sandbox.conftest import ALL, opened

RUN = Command(argv=("python", "-I", "-S", "-c", "print('ran')"))


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """An empty workspace."""
    (tmp_path / "workspace").mkdir()
    return tmp_path / "workspace"


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A bubblewrap of the test's own."""
    found = bubblewrap.find()
    if found is None:
        pytest.skip("bubblewrap is not installed")
    copy = Path(shutil.copy(found, tmp_path / "bwrap"))
    copy.chmod(0o755)
    return copy


async def test_the_strongest_tier_is_taken(workspace: Path) -> None:
    strongest = None
    for tier in ALL:
        try:
            strongest = await open_sandbox(workspace, tier=tier)  # type: ignore[arg-type]
            break
        except SandboxUnavailable:
            continue
    assert strongest is not None
    assert (await open_sandbox(workspace)).status.tier == strongest.status.tier


@pytest.mark.parametrize("tier", ALL)
async def test_a_status_names_each_attack_once(arena: Arena, tier: str) -> None:
    status = (await opened(arena, tier)).status
    assert set(status.holds) | set(status.leaks) <= {*SUITE, *FURTHER}
    assert not set(status.holds) & set(status.leaks)
    assert status.tier == tier
    assert status.confines == (tier != "none")


@pytest.mark.parametrize("tier", ALL)
async def test_a_status_line_says_what_was_measured(arena: Arena, tier: str) -> None:
    status = (await opened(arena, tier)).status
    confined = f"{tier}+seccomp · files workspace only · net off · processes limited"
    assert status.line.startswith("no sandbox · asks before each run" if tier == "none" else confined)
    assert ("not held: " in status.line) == bool(status.leaks)
    assert status.line.rpartition("not held: ")[2].split(", ") == [*status.leaks] or not status.leaks
    assert ("apt install bubblewrap" in status.hint) == (tier != "bubblewrap")


async def test_bubblewrap_gone_in_mid_session_is_told(workspace: Path, program: Path) -> None:
    sandbox = await open_sandbox(workspace, tier="bubblewrap", program=program)
    assert (await sandbox.run(RUN)).ok
    program.unlink()
    with pytest.raises(SandboxUnavailable, match="cannot be started any more") as caught:
        await sandbox.run(RUN)
    assert "Install bubblewrap" in caught.value.hint


async def test_bubblewrap_that_stops_working_is_told(workspace: Path, program: Path) -> None:
    sandbox = await open_sandbox(workspace, tier="bubblewrap", program=program)
    program.unlink()
    program.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    program.chmod(0o755)
    with pytest.raises(SandboxUnavailable, match="No permissions to create new namespace"):
        await sandbox.run(RUN)


async def test_a_false_bubblewrap_does_not_pass_for_one(workspace: Path, tmp_path: Path) -> None:
    false = tmp_path / "bwrap"
    false.write_text('#!/bin/sh\nwhile [ "$1" != -- ]; do shift; done; shift; exec "$@"\n')
    false.chmod(0o755)
    with pytest.raises(SandboxUnavailable):
        await open_sandbox(workspace, tier="bubblewrap", program=false)
    sandbox = await open_sandbox(workspace, program=false)
    assert sandbox.status.tier != "bubblewrap"
    assert str(false) not in sandbox.status.line


async def test_without_bubblewrap_the_hint_says_why(workspace: Path, tmp_path: Path) -> None:
    status = (await open_sandbox(workspace, program=tmp_path / "nowhere")).status
    assert status.tier != "bubblewrap"
    assert "apt install bubblewrap" in status.hint
    assert "nowhere" in status.hint


async def test_a_user_who_has_seen_it_measured_does_not_wait_again(workspace: Path) -> None:
    first, second = await open_sandbox(workspace), await open_sandbox(workspace)
    assert first.status == second.status


@pytest.mark.parametrize("place", ["/", "/usr", "/etc/somewhere", "~"])
async def test_a_workspace_that_holds_too_much_is_refused(place: str) -> None:
    with pytest.raises(SandboxUnavailable, match="holds more than a team's work"):
        await open_sandbox(Path(os.path.expanduser(place)))


@pytest.mark.parametrize("tier", ALL)
async def test_a_protected_path_that_became_a_link_stops_the_run(arena: Arena, tier: str) -> None:
    sandbox = await opened(arena, tier)
    (arena.workspace / "state").rename(arena.workspace / "moved")
    (arena.workspace / "state").symlink_to(arena.outside)
    with pytest.raises(UnsafePath, match="has become a link"):
        await sandbox.run(RUN)


@pytest.mark.parametrize("tier", ALL)
async def test_a_link_with_a_protected_name_shows_nothing(arena: Arena, tier: str) -> None:
    """A run could leave such a link for the next one to be shown what it points to."""
    sandbox = await opened(arena, tier)
    (arena.workspace / ".envrc").symlink_to(arena.outside / "secret")
    result = await arena.attack(sandbox, "go(lambda: read('.envrc'))")
    assert not arena.traces(result) or tier == "none"


async def test_the_workspaces_own_python_is_used(workspace: Path) -> None:
    own = workspace / ".venv" / "bin" / "python"
    own.parent.mkdir(parents=True)
    own.write_text("#!/bin/sh\necho own\n")
    own.chmod(0o755)
    sandbox = await open_sandbox(workspace)
    assert (await sandbox.run(Command(argv=("python", "main.py")))).stdout == "own\n"
