"""Every kind of event has its line, cleaned and on one row."""

import pytest

from agentsh.core import events as e
from agentsh.core.code import SandboxStatus
from agentsh.core.terminal import clean
from agentsh.tui import telling
from agentsh.tui.telling import line_of
from tests.cli import stories


def recorded(event: e.Event) -> e.Recorded:
    return e.Recorded(seq=7, at=stories.AT, event=event)


def test_a_kind_without_words_of_its_own_is_told_all_the_same() -> None:
    line = line_of(recorded(e.TickFinished(tick=3)))
    assert line is not None
    assert line.text
    assert telling._told.dispatch(int)(7) == ("event", "dim")


@pytest.mark.parametrize(
    ("event", "words", "tone"),
    [
        (stories.boss_says("Make it"), "user_requirement: Make it", "plain"),
        (stories.published("# Title\n\ntext"), "write_code: Title · text", "plain"),
        (stories.file_changed("main.py", 42, 3), "main.py +42 -3", "accent"),
        (stories.finished(), "finished: the program was run and passed", "good"),
        (stories.finished(6, "it does not run"), "failed: it does not run", "bad"),
        (e.SandboxProbed(status=SandboxStatus(tier="none", line="no sandbox")), "sandbox: no sandbox", "warn"),
        (e.SessionPaused(why="breakpoint"), "paused: breakpoint", "warn"),
        (e.ErrorSeen(message="disk full", hint="make room"), "disk full (make room)", "bad"),
    ],
)
def test_what_happened_is_said_in_a_line(event: e.Event, words: str, tone: str) -> None:
    line = line_of(recorded(event))
    assert line is not None
    assert (line.text, line.tone, line.seq) == (words, tone, 7)


def test_the_evidence_of_a_verdict_stands_in_its_line() -> None:
    from agentsh.core.verdict import GateResult

    failed = stories.verified(GateResult(gate="tests", passed=False, evidence="1 != 2\nmore"))
    line = line_of(recorded(failed))
    assert line is not None
    assert line.text == "the program does not pass: tests: 1 != 2"
    assert line.tone == "bad"


def test_a_line_is_harmless_and_one_row_whatever_is_in_it() -> None:
    line = line_of(recorded(stories.published("\x1b]52;c;ZXZpbA==\x07a\rb\u202ec" + "x" * 10_000)))
    assert line is not None
    assert "\n" not in line.text
    assert clean(line.text) == line.text
    assert len(line.text) <= telling.LONGEST
