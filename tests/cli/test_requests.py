"""Flags become what wiring takes; one that does not fit is told by its name and value."""

import pytest

from agentsh.cli import requests
from agentsh.core.errors import UsageError
from agentsh.core.settings import RunOptions


def test_what_was_not_said_stays_open() -> None:
    asked = requests.valid(RunOptions, idea="A tool")
    assert (asked.team, asked.model, asked.approve, asked.budget.max_tokens) == (None, None, None, None)
    assert requests.policy(None, yes=False) is None


def test_yes_is_approve_always() -> None:
    assert requests.policy(None, yes=True) == requests.policy("always", yes=True) == "always"
    with pytest.raises(UsageError, match="--yes"):
        requests.policy("ask", yes=True)


def test_the_last_of_a_variable_wins_and_may_hold_anything() -> None:
    assert requests.variables(["a=1", "b=x=y", "a=2", "c="]) == {"a": "2", "b": "x=y", "c": ""}


@pytest.mark.parametrize("pair", ["a", "=1", " =1"])
def test_a_variable_needs_a_key_and_a_value(pair: str) -> None:
    with pytest.raises(UsageError, match="--var"):
        requests.variables([pair])


@pytest.mark.parametrize(
    ("limits", "flag"),
    [
        ((0, None, None, None, None), "--max-tokens is 0"),
        ((None, 0.0, None, None, None), "--max-seconds is 0"),
        ((None, None, -1, None, None), "--max-rounds is -1"),
        ((None, None, None, 0, None), "--max-steps is 0"),
        ((None, None, None, None, -0.5), "--max-money is -0.5"),
    ],
)
def test_a_budget_that_is_none_is_told_by_its_flag(
    limits: tuple[int | None, float | None, int | None, int | None, float | None], flag: str
) -> None:
    with pytest.raises(UsageError, match=flag):
        requests.budget(*limits)


def test_flags_that_contradict_each_other_are_told() -> None:
    with pytest.raises(UsageError, match="--verbose"):
        requests.manner(jsonl=False, quiet=True, verbose=True)
