"""A new project has settings that load as the defaults, and nothing that was there is lost."""

import tomllib
from pathlib import Path

import pytest

from agentsh.core.errors import UsageError
from agentsh.core.settings import Settings
from agentsh.library.config import load_settings
from agentsh.library.home import find_home
from agentsh.library.project import init_project


def test_a_new_project_is_a_home_with_the_default_settings(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "project"
    written = {path.relative_to(folder).as_posix() for path in init_project(folder)}
    assert {"agentsh.toml", "prompts/README.md", "plugins/README.md", "sessions/README.md"} <= written
    assert find_home(folder / "prompts" / "teams").root == folder
    assert load_settings(folder) == Settings()


def test_what_the_settings_show_is_valid_when_it_is_uncommented(tmp_path: Path) -> None:
    init_project(tmp_path)
    lines = (tmp_path / "agentsh.toml").read_text(encoding="utf-8").splitlines()
    settings = [line.removeprefix("# ") for line in lines if " = " in line or line.startswith(("[", "# ["))]
    values = tomllib.loads("\n".join(settings))
    assert Settings.model_validate(values).model.num_ctx == Settings().model.num_ctx


def test_a_project_is_not_made_twice(tmp_path: Path) -> None:
    init_project(tmp_path)
    (tmp_path / "agentsh.toml").write_text("mine")
    with pytest.raises(UsageError, match="is a project already"):
        init_project(tmp_path)
    assert (tmp_path / "agentsh.toml").read_text() == "mine"


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "README.md").write_text("mine")
    assert tmp_path / "prompts" / "README.md" not in init_project(tmp_path)
    assert (tmp_path / "prompts" / "README.md").read_text() == "mine"


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="cannot be made a project: Not a directory"):
        init_project(tmp_path / "file" / "project")
