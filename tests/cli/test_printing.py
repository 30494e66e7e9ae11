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


def test_under_a_test_runner_nobody_is_at_a_terminal() -> None:
    assert not printing.terminal_there()
    assert not printing.stderr_is_terminal()
