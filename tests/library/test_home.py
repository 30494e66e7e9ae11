"""Home: named, else the nearest project, else the user's own folder."""

from pathlib import Path

import pytest

from agentsh.core.errors import UsageError
from agentsh.library.home import find_home, shipped_prompts, user_folder


@pytest.fixture(autouse=True)
def user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path


def test_the_nearest_folder_with_settings_is_home(user: Path) -> None:
    outer, inner = user / "outer", user / "outer" / "inner"
    (inner / "a" / "b").mkdir(parents=True)
    (outer / "agentsh.toml").touch()
    assert find_home(inner / "a" / "b").root == outer
    (inner / "agentsh.toml").touch()
    home = find_home(inner / "a" / "b")
    assert (home.root, home.config) == (inner, inner / "agentsh.toml")
    assert (home.sessions, home.prompts, home.plugins) == (inner / "sessions", inner / "prompts", inner / "plugins")


def test_a_folder_called_like_the_settings_is_no_project(user: Path) -> None:
    (user / "agentsh.toml").mkdir()
    assert find_home(user).root == user / "data" / "agentsh"


def test_outside_of_projects_the_users_own_folders_hold(user: Path) -> None:
    home = find_home(user)
    assert (home.root, home.config) == (user / "data" / "agentsh", user / "config" / "agentsh" / "agentsh.toml")
    assert user_folder() == user / "config" / "agentsh"
    assert home.shelves[:2] == (user / "prompts", user / "config" / "agentsh" / "prompts")


def test_a_home_that_is_named_wins_and_need_not_be_there(user: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (user / "agentsh.toml").touch()
    monkeypatch.chdir(user)
    assert find_home(user, Path("new")).root == user / "new"
    assert not (user / "new").exists()


def test_a_home_that_is_a_file_is_refused(user: Path) -> None:
    (user / "file").touch()
    with pytest.raises(UsageError, match="is not a folder"):
        find_home(user, user / "file")


def test_prompts_are_looked_for_here_then_at_the_users_then_where_they_ship(user: Path) -> None:
    home = find_home(user, user / "here")
    assert home.shelves == (user / "here" / "prompts", user / "config" / "agentsh" / "prompts", shipped_prompts())
    assert (shipped_prompts() / "teams" / "software-company.md").is_file()
