"""How figures and times are said, and how much of a text is shown."""

from datetime import UTC, datetime

import pytest

from agentsh.tui.shown import LONGEST_LINE, ago, amount, elapsed, excerpt, meter, since_s

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("2026-03-01T11:59:30.000Z", "just now"),
        ("2026-03-01T11:59:00.000Z", "1 minute ago"),
        ("2026-03-01T09:00:00.000Z", "3 hours ago"),
        ("2026-02-27T09:00:00.000Z", "2 days ago"),
        ("2026-03-02T09:00:00.000Z", "just now"),
        ("garbled", ""),
    ],
)
def test_times_are_said_as_people_say_them(at: str, said: str) -> None:
    assert ago(at, NOW) == said


def test_a_time_that_cannot_be_read_has_no_age() -> None:
    assert since_s("", NOW) is None


@pytest.mark.parametrize(("seconds", "said"), [(0, "0s"), (59.9, "59s"), (187, "3m07s"), (3840, "1h04m")])
def test_durations_are_short(seconds: float, said: str) -> None:
    assert elapsed(seconds) == said


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "0"), (950, "950"), (12_345, "12.3k"), (150_000, "150k"), (1_200_000, "1.2M"), (3e9, "3.0G")],
)
def test_amounts_are_short(count: float, said: str) -> None:
    assert amount(count) == said


@pytest.mark.parametrize(("share", "bar"), [(0, "▱▱▱▱"), (0.5, "▰▰▱▱"), (1, "▰▰▰▰"), (7, "▰▰▰▰"), (-1, "▱▱▱▱")])
def test_a_meter_stays_in_its_cells(share: float, bar: str) -> None:
    assert meter(share, 4) == bar


def test_an_excerpt_is_cleaned_and_says_what_it_leaves_out() -> None:
    text, left_out = excerpt("\x1b[31mred\x1b[0m" + "x" * 20_000)
    assert text.startswith("red")
    assert left_out > 7_000
    assert max(map(len, text.split("\n"))) <= LONGEST_LINE + 1
