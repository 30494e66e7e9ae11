"""A text goes through the person's own editor, and comes back."""

from pathlib import Path

import pytest

from agentsh.commands.editor import edited
from agentsh.core.errors import UsageError


def editor(tmp_path: Path, script: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "editor"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", f"{path} --wait")


async def test_what_the_editor_leaves_is_the_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = f'echo "$1" >> "$2"; stat -c %a "$(dirname "$2")" >> "$2"; echo "$2" > {tmp_path}/name'
    editor(tmp_path, script, monkeypatch)
    assert (await edited("before\n", ".sh")).splitlines() == ["before", "--wait", "700"]
    name = Path((tmp_path / "name").read_text().strip())
    assert name.suffix == ".sh"
    assert not name.exists()


async def test_an_editor_that_fails_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor(tmp_path, "exit 3", monkeypatch)
    with pytest.raises(UsageError, match="ended with 3"):
        await edited("text")


async def test_an_editor_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "/nowhere/ed")
    with pytest.raises(UsageError, match="/nowhere/ed"):
        await edited("text")
