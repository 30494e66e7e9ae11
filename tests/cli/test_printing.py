"""What reaches stdout and stderr is cleaned, aligned, and never an escape sequence."""

import json

import pytest

from agentsh.cli import printing

EVIL = "a\x1b]52;c;ZXZpbA==\x07\x1b[2Jb\rc\u202ed"
HARMLESS = "ab\nc\u2039U+202E\u203ad\n"


def test_text_is_cleaned_wherever_it_goes(capsys: pytest.CaptureFixture[str]) -> None:
    printing.say(EVIL)
    printing.note(EVIL)
    assert capsys.readouterr() == (HARMLESS, HARMLESS)


def test_json_keeps_the_text_and_shows_no_control(capsys: pytest.CaptureFixture[str]) -> None:
    printing.say_json({"text": EVIL, "broken": "\ud800"}, indent=None)
    out = capsys.readouterr().out
    assert json.loads(out) == {"text": EVIL, "broken": "\ud800"}
    assert out.isascii()
    assert out.rstrip("\n").isprintable()


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    rows = [("short", "1", "x"), ("a-long-name", "22", "two\nlines")]
    assert printing.table(rows, ("NAME", "N", "WHAT")) == [
        "NAME         N   WHAT",
        "short        1   x",
        "a-long-name  22  two lines",
    ]


def test_a_cell_cannot_break_its_line() -> None:
    (_, line) = printing.table([("a\r\nb\x1b[1A", "c")], ("X", "Y"))
    assert line == "a b  c"


def test_under_a_test_runner_nobody_is_at_a_terminal() -> None:
    assert not printing.terminal_there()
    assert not printing.stderr_is_terminal()
