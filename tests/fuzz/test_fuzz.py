"""Texts from outside, put together at random: nothing raises what it should not, nothing gets out.

AGENTSH_FUZZ_CASES says how many cases each target gets; `python -m tests.fuzz.run` takes atheris where it is installed.
"""

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz.targets import TARGETS, TOKENS

CASES = int(os.environ.get("AGENTSH_FUZZ_CASES", "300"))


@pytest.mark.timeout(max(120, CASES // 20))
@pytest.mark.parametrize("target", sorted(TARGETS))
def test_nothing_from_outside_breaks_it(target: str) -> None:
    pieces = st.one_of(st.sampled_from(TOKENS[target]), st.text(max_size=6))

    @settings(max_examples=CASES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(st.lists(pieces, max_size=30).map("".join))
    def check(text: str) -> None:
        TARGETS[target](text)

    check()
