"""The crash file: all that is needed to mend a bug, nothing that is secret."""

from pathlib import Path

import pytest

from agentsh.cli.crash import write_crash_file

SECRET = "correct-horse-battery"


def crash(folder: Path, arguments: list[str]) -> Path:
    try:
        raise ValueError(f"could not use {SECRET}")
    except ValueError as error:
        return write_crash_file(error, arguments, folder)


def test_it_names_versions_arguments_and_the_place_of_the_bug(tmp_path: Path) -> None:
    text = crash(tmp_path / "crashes", ["run", "A tool"]).read_text()
    for part in ("agentsh ", "Python 3.", "['run', 'A tool']", "ValueError", "test_crash.py"):
        assert part in text


def test_values_of_secret_variables_are_taken_out_wherever_they_stand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_API_KEY", SECRET)
    assert SECRET not in crash(tmp_path / "crashes", ["run", SECRET]).read_text()


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = crash(tmp_path / "crashes", [])
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
