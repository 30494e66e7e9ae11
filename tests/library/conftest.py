"""What the library's tests share."""

from pathlib import Path

import pytest

from tests.library.team import Files, duo


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return duo(tmp_path / "prompts")
