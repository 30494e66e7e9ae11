"""The probe attacks wherever temporary files are kept, also below a long path."""

import tempfile
from pathlib import Path

import pytest

from agentsh.core.code import SandboxStatus
from agentsh.core.errors import SandboxUnavailable
from agentsh.sandbox import bubblewrap
from agentsh.sandbox.bubble import abilities
from agentsh.sandbox.probe import Findings, probe

PROGRAM = bubblewrap.find()


async def measured(program: Path) -> Findings:
    able = abilities(program)
    status = SandboxStatus(tier="bubblewrap", line="")
    return await probe(lambda view: bubblewrap.BubblewrapSandbox(program, view, status, able))


@pytest.mark.skipif(PROGRAM is None, reason="bubblewrap is not installed")
async def test_a_long_path_to_temporary_files_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PROGRAM is not None
    folder = tmp_path / ("long" * 25)
    folder.mkdir()
    usual = await measured(PROGRAM)
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    assert await measured(PROGRAM) == usual
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(PROGRAM is None, reason="bubblewrap is not installed")
async def test_no_place_for_temporary_files_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    assert PROGRAM is not None
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    with pytest.raises(SandboxUnavailable, match="no room"):
        await measured(PROGRAM)
