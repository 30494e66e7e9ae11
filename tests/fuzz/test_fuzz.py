"""Texts from outside, put together at random: nothing raises what it should not, nothing gets out.

AGENTSH_FUZZ_CASES says how many cases each target gets of hypothesis; `make fuzz` tries a million.
"""

import os
import platform
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.run import NAMES, guided, has_atheris
from tests.fuzz.targets import TARGETS, TOKENS

CASES = int(os.environ.get("AGENTSH_FUZZ_CASES", "300"))
GUIDED = 2000
HAS_WHEELS = sys.platform == "linux" and platform.machine() == "x86_64" and sys.version_info < (3, 15)


def test_each_target_can_be_fuzzed() -> None:
    assert set(NAMES) == set(TARGETS) == set(TOKENS)


@pytest.mark.timeout(max(300, CASES // 20))
@pytest.mark.parametrize("target", NAMES)
def test_nothing_from_outside_breaks_it(target: str) -> None:
    pieces = st.one_of(st.sampled_from(TOKENS[target]), st.text(max_size=6))

    @settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(pieces, max_size=30).map("".join))
    def check(text: str) -> None:
        TARGETS[target](text)

    check()


@pytest.mark.skipif(not has_atheris() and not HAS_WHEELS, reason="atheris has no wheels for this machine")
@pytest.mark.parametrize("target", NAMES)
def test_nothing_that_reaches_new_code_breaks_it(target: str, capfd: pytest.CaptureFixture[str]) -> None:
    try:
        guided(target, GUIDED, seed=1)
    except subprocess.CalledProcessError as broken:
        pytest.fail(str(broken.stdout)[-3000:])
    assert "nothing found" in capfd.readouterr().out
