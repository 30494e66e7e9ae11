"""Laws of a project from elsewhere: a pipe, a device or a flood in a file's place is told, and never waited for."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from agentsh.core.errors import FileError
from agentsh.library.examined import Examined
from tests.cli import tiny
from tests.plugins.conftest import Here, shell

__all__ = ["shell"]

TERABYTE = 1 << 40


def flood(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(TERABYTE)


PLACED: dict[str, Callable[[Path], None]] = {
    "pipe": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "folder": Path.mkdir,
    "flood": flood,
}
TOLD = ("is not a plain file", "larger than", "is not a session file")


@pytest.mark.parametrize(
    ("file", "arguments", "code", "kind"),
    [
        ("agentsh.toml", ["rules"], 2, "pipe"),
        ("agentsh.toml", ["rules"], 2, "flood"),
        ("prompts/teams/office.md", ["team", "show", "office"], 2, "folder"),
        ("prompts/roles/speaker.md", ["team", "show", "talk"], 2, "device"),
        ("prompts/actions/speak.md", ["run", "Hello", "--team", "talk", "--provider", "scripted"], 2, "pipe"),
        ("plugins/loaded.py", ["plugins", "trust"], 2, "pipe"),
        ("plugins/loaded.py", ["plugins", "trust"], 2, "flood"),
        ("sessions/x.db", ["sessions", "show", "x"], 7, "pipe"),
        ("sessions/x.db", ["resume", "x", "--headless"], 7, "device"),
    ],
)
def test_what_stands_in_the_place_of_a_file_is_told(
    shell: Here, file: str, arguments: list[str], code: int, kind: str
) -> None:
    tiny.furnish(shell, "Hello.")
    path = shell.home / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    PLACED[kind](path)
    ended = shell.run(*arguments)
    assert (ended.code, ended.out) == (code, "")
    assert str(path) in ended.err.splitlines()[0]
    assert any(words in ended.err for words in TOLD)


def test_one_such_file_keeps_nothing_else_from_being_seen(shell: Here) -> None:
    tiny.furnish(shell, "Hello.")
    for file in ("prompts/teams/office.md", "prompts/parts/again.md", "plugins/loaded.py", "sessions/x.db", "history"):
        (shell.home / file).parent.mkdir(parents=True, exist_ok=True)
        os.mkfifo(shell.home / file)
    assert "is not a plain file" in shell.run("plugins", "list").err
    assert "session 'x' is left out" in shell.run("sessions", "list").err
    listed = shell.run("team", "list")
    assert listed.code == 0
    assert "talk" in listed.out
    ended = shell.run("run", "Hello", *tiny.arguments(shell.root / "script.yaml"))
    assert ended.code == 0, ended.err


def test_nor_is_what_stands_beside_a_session(shell: Here, recorded_session: str) -> None:
    log, lock = (shell.home / "sessions" / f"{recorded_session}.db{end}" for end in ("-wal", ".lock"))
    os.mkfifo(log)
    ended = shell.run("sessions", "show", recorded_session)
    assert (ended.code, f"{str(log)!r} is not a session file" in ended.err) == (7, True), ended.err
    log.unlink()
    os.mkfifo(lock)
    assert shell.run("sessions", "show", recorded_session).code == 0


@pytest.mark.parametrize("kind", PLACED)
def test_what_was_found_of_models_is_read_from_a_plain_file(tmp_path: Path, kind: str) -> None:
    PLACED[kind](tmp_path / "models.json")
    with pytest.raises(FileError, match=r"is not a plain file|larger than 1 MB"):
        Examined(tmp_path / "models.json")
