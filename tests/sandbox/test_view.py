"""What a run may see is decided by agentsh, never by what lies in the workspace."""

from pathlib import Path

import pytest

from agentsh.core.errors import SandboxUnavailable, UnsafePath
from agentsh.sandbox.environment import (
    base_interpreter,
    clean_environment,
    interpreter,
    interpreter_roots,
    resolve_argv,
)
from agentsh.sandbox.view import PROTECTED_NAMES, SYSTEM, View, shown, view_of


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    """A workspace with a repository and a nested state folder."""
    root = tmp_path.resolve() / "workspace"
    (root / ".git").mkdir(parents=True)
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "b" / "state.db").touch()
    return root


def test_the_usual_names_and_ones_own_are_kept(workspace: Path) -> None:
    (workspace / ".envrc").touch()
    view = view_of(workspace, [Path("a/b/state.db")])
    assert view.kept() == [workspace / ".envrc", workspace / ".git", workspace / "a/b/state.db"]


def test_what_is_not_there_is_not_kept(workspace: Path) -> None:
    assert view_of(workspace, [Path("a/missing")]).kept() == [workspace / ".git"]


def test_the_folders_on_the_way_to_what_is_kept_stay_in_place(workspace: Path) -> None:
    view = view_of(workspace, [Path("a/b/state.db")])
    assert view.anchors(view.kept()) == [workspace / "a", workspace / "a/b"]


def test_a_path_outside_the_workspace_needs_no_protection(workspace: Path, tmp_path: Path) -> None:
    assert view_of(workspace, [tmp_path / "session.db", Path("../session.db"), workspace]).protected == ()


def test_absolute_and_linked_ways_lead_to_one_view(workspace: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(workspace)
    by_link = view_of(tmp_path / "link", [tmp_path / "link" / "a/b/state.db"])
    assert by_link == view_of(workspace, [Path("a/b/state.db")])


@pytest.mark.parametrize("name", [".git", ".bashrc", ".venv", "agentsh.toml"])
def test_a_link_under_a_usual_name_is_not_followed(workspace: Path, tmp_path: Path, name: str) -> None:
    if name == ".git":
        (workspace / name).rmdir()
    (tmp_path / "elsewhere").mkdir()
    (workspace / name).symlink_to(tmp_path / "elsewhere")
    assert name in PROTECTED_NAMES
    assert workspace / name not in View(workspace).kept()


def test_a_link_in_place_of_ones_own_path_is_refused(workspace: Path, tmp_path: Path) -> None:
    view = view_of(workspace, [Path("a/b/state.db")])
    (workspace / "a").rename(tmp_path / "moved")
    (workspace / "a").symlink_to(tmp_path / "moved")
    with pytest.raises(UnsafePath, match=r"state\.db"):
        view.kept()


def test_a_false_venv_does_not_choose_what_is_shown(workspace: Path) -> None:
    (workspace / ".venv" / "bin").mkdir(parents=True)
    (workspace / ".venv" / "pyvenv.cfg").write_text("home = /root/.ssh\n")
    assert interpreter(workspace) == base_interpreter()
    seen = shown(network=True)
    assert not [path for path in seen if "ssh" in path.parts]
    assert set(interpreter_roots()) >= {path for path in seen if path.parts[1] != "etc"}


def test_the_machines_settings_are_shown_by_name_only() -> None:
    seen = {str(path) for path in shown(network=False)}
    assert not seen & {"/etc", "/etc/shadow", "/etc/passwd", "/etc/ssl/private", "/etc/resolv.conf"}
    assert not set(SYSTEM) & {"/", "/etc", "/home", "/root", "/var", "/opt", "/run", "/tmp"}


@pytest.mark.parametrize("place", ["/", "/etc", "/proc/self", "/dev/shm", "/usr"])
def test_no_workspace_holds_the_system(place: str) -> None:
    with pytest.raises(SandboxUnavailable):
        view_of(Path(place), [])


def test_the_home_itself_is_no_workspace_but_a_folder_in_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "project").mkdir()
    with pytest.raises(SandboxUnavailable):
        view_of(tmp_path, [])
    assert view_of(tmp_path / "project", []).workspace == (tmp_path / "project").resolve()


def test_python_is_the_workspaces_own_or_the_base_interpreter(workspace: Path) -> None:
    assert interpreter(workspace) == base_interpreter()
    (workspace / ".venv" / "bin").mkdir(parents=True)
    (workspace / ".venv" / "bin" / "python").symlink_to(base_interpreter())
    own = interpreter(workspace)
    assert own == workspace / ".venv/bin/python"
    assert resolve_argv(("python3", "-V"), own) == [str(own), "-V"]
    assert resolve_argv(("ls", "python"), own) == ["ls", "python"]


def test_a_command_may_add_to_the_environment(workspace: Path) -> None:
    given = clean_environment(Path("/opt/py/bin/python"), "/tmp", {"LANG": "de_DE.UTF-8", "MODE": "x"})
    assert given["PATH"].startswith("/opt/py/bin:")
    assert (given["LANG"], given["MODE"], given["HOME"]) == ("de_DE.UTF-8", "x", "/tmp")
