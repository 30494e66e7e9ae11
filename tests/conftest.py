"""What holds for all tests: generated cases are the same in every run, so that a red test is red for a reason."""

import pytest
from hypothesis import settings

settings.register_profile("steady", derandomize=True, deadline=None)  # the machine may be busy
settings.load_profile("steady")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let pictures of screens be written again: see tests/tui/test_snapshots.py."""
    parser.addoption("--snapshots", action="store_true", help="write the kept pictures of screens again")
