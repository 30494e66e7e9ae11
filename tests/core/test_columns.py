"""Rows laid out in columns."""

from agentsh.core.columns import columns


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    rows = [("short", "1", "x"), ("a-long-name", "22", "two\nlines")]
    assert columns(rows, ("NAME", "N", "WHAT")) == [
        "NAME         N   WHAT",
        "short        1   x",
        "a-long-name  22  two lines",
    ]


def test_a_cell_cannot_break_its_line() -> None:
    (_, line) = columns([("a\r\nb\x1b[1A", "c")], ("X", "Y"))
    assert line == "a b  c"
