"""Numbers over time, in characters."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agentsh.core.plot import bars, plot, sampled


def test_a_value_holds_until_the_next_point() -> None:
    assert sampled([(0, 1.0), (4, 5.0)], 9, upto=8) == [1, 1, 1, 1, 5, 5, 5, 5, 5]


def test_the_least_is_low_and_the_greatest_is_full() -> None:
    assert bars([0, 1, 2, 3], 1, 0, 3) == ["▁▃▆█"]
    assert bars([0, 8], 2, 0, 8) == [" █", "▁█"]
    assert bars([3, 3], 1, 3, 3) == ["▄▄"]


def test_a_plot_has_its_scale_and_its_times() -> None:
    rows = plot([(0, 10.0), (5, 9.0), (12, 2.0)], 20, 3)
    assert rows[0].startswith("10 ┤")
    assert rows[2].startswith(" 2 ┤")
    assert rows[-1].split() == ["0", "12"]


def test_bars_fit_the_scale_and_of_one_time_the_last_value_counts() -> None:
    edited_thrice = [(0, 10.0), (2, 1.0), (2, 570.0), (2, 3.0), (3, float("nan"))]
    assert plot(edited_thrice, 20, 1, upto=3) == ["10 ┤██▁▁", "    0  3"]
    unseen_peak = [(time, 80.0 if time == 1 else 10.0 if time < 50 else 0.0) for time in range(100)]
    assert plot(unseen_peak, 9, 1) == ["80 ┤▂▂▁▁▁", "    0  99"]


def test_a_number_that_never_changed_stands_once_where_its_bars_end() -> None:
    rows = plot([(0, 3.0)], 8, 4, upto=4)[:-1]
    assert [row.partition("┤")[0].strip() for row in rows] == ["", "", "3", ""]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 500), st.floats(-1e9, 1e9)), min_size=1, max_size=60, unique_by=lambda p: p[0]),
    st.integers(12, 120),
    st.integers(1, 12),
)
def test_a_plot_is_as_large_as_it_may_be_and_no_larger(
    points: list[tuple[int, float]], width: int, height: int
) -> None:
    rows = plot(sorted(points), width, height)
    assert len(rows) == height + 1
    assert max(map(len, rows)) <= max(width, 24)
    assert all(set(row.partition("┤")[2]) <= set(" ▁▂▃▄▅▆▇█") for row in rows[:-1])
