"""A long list of lines as rows: quick to append, wrapped and filtered, the oldest dropped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from agentsh.tui.lines import Line, LineLog


def line(text: str, who: str = "engineer") -> Line:
    return Line("10:00:00", who, text)


def filled(*texts: str, width: int = 80, wrap: bool = False) -> LineLog:
    log = LineLog()
    log.set_width(width)
    log.wrap = wrap
    log.add(line(text) for text in texts)
    return log


def test_each_line_is_one_row_unless_lines_are_wrapped() -> None:
    log = filled("short", "long " * 100)
    assert log.rows == 2
    log.wrap = True
    log.lay_out()
    assert log.rows > 2
    assert "".join(log.row(y).text for y in range(1, log.rows)) == "long " * 100  # type: ignore[union-attr]


@given(
    st.lists(st.text(st.characters(blacklist_categories=["Cc", "Cs"]), max_size=60), max_size=12), st.integers(1, 90)
)
def test_no_row_is_wider_than_the_screen_and_none_is_lost(texts: list[str], width: int) -> None:
    log = filled(*texts, width=width, wrap=True)
    rows = [log.row(y) for y in range(log.rows)]
    assert all(row is not None for row in rows)
    assert log.row(log.rows) is None
    assert "".join(row.text for row in rows if row) == "".join(texts)
    assert all(cell_len(row.text) <= max(2, width - log.indent) for row in rows if row)


def test_a_filter_keeps_what_holds_the_text_in_any_case_and_what_comes_later_too() -> None:
    log = filled("one", "Two", "three")
    log.keep_only("TWO")
    assert [log.row(0).text, log.rows] == ["Two", 1]  # type: ignore[union-attr]
    log.add([line("two more"), line("four")])
    assert log.rows == 2
    log.keep_only("")
    assert log.rows == 5


def test_a_speaker_is_found_too() -> None:
    log = LineLog()
    log.add([line("x", who="architect"), line("y")])
    log.keep_only("arch")
    assert log.rows == 1


def test_the_oldest_go_when_there_are_too_many_and_the_view_is_told_how_far_to_move() -> None:
    log = LineLog(most=100)
    assert log.add(line(str(n)) for n in range(100)) == 0
    moved = log.add([line("100")])
    assert moved == 11
    assert log.rows == 90
    assert log.row(0).text == "11"  # type: ignore[union-attr]


def test_at_the_end_fewer_are_kept_than_for_who_scrolls_up() -> None:
    log = LineLog(most=100, kept=20)
    assert log.add(line(str(n)) for n in range(100)) == 0
    assert log.oldest == line("0")
    assert log.add([line("100")], at_end=True) == 83
    assert log.oldest == line("83")


def test_older_lines_go_before_all_others() -> None:
    log = filled("b")
    assert log.put_before([line("a1"), line("a2")]) == 2
    assert [log.row(y).text for y in range(3)] == ["a1", "a2", "b"]  # type: ignore[union-attr]


@pytest.mark.parametrize(("width", "head"), [(100, "10:00:00 engineer"), (50, "engineer"), (20, "")])
def test_time_and_speaker_stand_before_a_line_as_far_as_there_is_room(width: int, head: str) -> None:
    log = filled("text", width=width)
    row = log.row(0)
    assert row is not None
    assert log.head(row).strip() == head
    assert len(log.head(row)) == log.indent
