"""Sandboxes of every tier that the machine offers, and an arena."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agentsh.core.errors import SandboxUnavailable
from agentsh.ports import Sandbox
from agentsh.sandbox import open_sandbox
from tests.sandbox.arena import Arena

CONFINING = ("bubblewrap", "landlock")
ALL = (*CONFINING, "none")


@pytest.fixture
def arena(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Arena]:
    """A place for one attack, with a secret in the environment of the tests too."""
    with Arena(tmp_path) as arena:
        monkeypatch.setenv("AGENTSH_TEST_KEY", arena.secret)
        yield arena


async def opened(arena: Arena, tier: str) -> Sandbox:
    """Return the sandbox of a tier; skips where the machine has none."""
    try:
        return await open_sandbox(arena.workspace, protected=arena.protected, tier=tier)  # type: ignore[arg-type]
    except SandboxUnavailable as error:
        pytest.skip(str(error))
