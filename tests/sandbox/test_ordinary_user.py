"""CI runs as root, people do not: the suite once more as uid 1000, in a process of its own."""

import pytest

from tests.sandbox.ordinary import ROOT, can_be_another, python_for_another, run_as_another

SELECTED = "not none and not real and not false"
"""The tiers that confine; what the tests themselves are worth has been shown as root."""
FILES = ("test_attacks.py", "test_opening.py")


@pytest.mark.skipif(not can_be_another(), reason="the tests already run as an ordinary user, or without setpriv")
def test_the_suite_holds_for_an_ordinary_user() -> None:
    python = python_for_another()
    if python is None:
        pytest.skip("no Python of this version that an ordinary user may run")
    suite = [str(ROOT / "tests" / "sandbox" / name) for name in FILES]
    quietly = ("-q", "-p", "no:xdist", "-p", "no:cacheprovider", "--rootdir", str(ROOT))
    done = run_as_another([python, "-m", "pytest", *quietly, "-k", SELECTED, *suite])
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
    assert " passed" in done.stdout or "100%" in done.stdout
