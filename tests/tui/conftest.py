"""What the app's tests share."""

from pathlib import Path

import pytest

from tests.tui.lobby import StageLobby
from tests.tui.story import COMPANY, streaming


@pytest.fixture
def company(tmp_path: Path) -> StageLobby:
    """A small company at work, that asks before it runs code."""
    return StageLobby(tmp_path / "session.db", COMPANY, streaming(), policy="ask")
