"""The real process at a real terminal: the live view, prompts, Ctrl-C."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from tests.cli.process import DEADLINE_S, Shell
from tests.cli.tiny import PROGRAM, arguments, furnish

SHOW_CURSOR = "\x1b[?25h"
HIDE_CURSOR = "\x1b[?25l"

Start = Callable[..., "pexpect.spawn[str]"]


@pytest.fixture
def at_terminal(shell: Shell) -> Iterator[Start]:
    started: list[pexpect.spawn[str]] = []

    def start(*words: str) -> "pexpect.spawn[str]":
        program, *rest = shell.command(*words)
        child = pexpect.spawn(
            program,
            rest,
            env={**shell.environ(), "TERM": "xterm-256color"},  # type: ignore[arg-type]
            cwd=str(shell.root),
            dimensions=(24, 80),
            timeout=DEADLINE_S,
            encoding="utf-8",
            echo=False,
        )
        started.append(child)
        return child

    yield start
    for child in started:
        child.close(force=True)


def rest_of(child: "pexpect.spawn[str]") -> str:
    """Wait for the end and return what was printed until then."""
    child.expect(pexpect.EOF)
    child.close()
    return child.before or ""


def run_words(script: Path, team: str = "talk", *more: str) -> list[str]:
    return ["run", "A tool", *arguments(script, team), *more]


def test_the_live_view_shows_roles_and_leaves_only_lines_and_the_result(shell: Shell, at_terminal: Start) -> None:
    script = furnish(shell, "first words\nsecond words", delay_s=0.5, chunks=8, chunk_s=0.3)
    child = at_terminal(*run_words(script, "talk", "--max-tokens", "5000"))
    child.expect_exact(HIDE_CURSOR)
    child.expect("▶ speaker.*speak")
    child.expect("of 5,000")
    child.expect("│ first words")
    text = rest_of(child)
    assert SHOW_CURSOR in text
    after = text.rpartition(SHOW_CURSOR)[2]
    assert "done: " in after
    assert "▶" not in after
    assert child.exitstatus == 0


def test_an_approval_is_asked_and_what_was_typed_holds(shell: Shell, at_terminal: Start) -> None:
    child = at_terminal(*run_words(furnish(shell, PROGRAM), "make"))
    child.expect_exact("[y]es once")
    child.sendline("y")
    text = rest_of(child)
    assert child.exitstatus == 0, text
    assert "passed: " in text


def test_a_refusal_with_its_reason_reaches_the_team(shell: Shell, at_terminal: Start) -> None:
    child = at_terminal(*run_words(furnish(shell, PROGRAM), "make"))
    child.expect_exact("[y]es once")
    child.sendline("n")
    child.expect("Why not")
    child.sendline("not today")
    text = rest_of(child)
    assert child.exitstatus == 6, text
    assert "not today" in text


def test_a_role_that_is_played_is_asked_and_its_answer_published(shell: Shell, at_terminal: Start) -> None:
    child = at_terminal(*run_words(furnish(shell, "Hello."), "talk", "--human", "speaker"))
    child.expect("You are speaker")
    child.expect("ends it")
    child.sendline("My own words")
    child.sendline("")
    text = rest_of(child)
    assert child.exitstatus == 0, text
    assert "My own words" in shell.run("sessions", "export", "a-tool").out


def test_a_question_left_open_is_asked_again_on_resume(shell: Shell, at_terminal: Start) -> None:
    script = furnish(shell, "Hello.")
    assert shell.run(*run_words(script, "talk", "--human", "speaker")).code == 4
    child = at_terminal("resume", "--headless")
    child.expect("You are speaker")
    child.expect("ends it")
    child.sendline("Later words")
    child.sendline(".")
    text = rest_of(child)
    assert child.exitstatus == 0, text
    assert "Later words" in shell.run("sessions", "export", "a-tool").out


def test_a_breakpoint_waits_for_the_person(shell: Shell, at_terminal: Start) -> None:
    child = at_terminal(*run_words(furnish(shell, "Hello."), "talk", "--pause-at", "role:speaker"))
    child.expect_exact("[g]o on")
    child.sendline("g")
    while child.expect([r"\[g\]o on", "done: "]) == 0:
        child.sendline("g")
    rest_of(child)
    assert child.exitstatus == 0


def test_ctrl_c_ends_with_the_command_to_resume_and_a_whole_terminal(shell: Shell, at_terminal: Start) -> None:
    child = at_terminal(*run_words(furnish(shell, "Hello.", delay_s=50)))
    child.expect("▶ speaker")
    child.sendintr()
    text = rest_of(child)
    assert child.exitstatus == 130, text
    assert "agentsh resume a-tool --headless" in text
    assert text.count(SHOW_CURSOR) >= 1
    assert "Traceback" not in text


def test_ctrl_c_at_a_prompt_works_too(shell: Shell, at_terminal: Start) -> None:
    child = at_terminal(*run_words(furnish(shell, "Hello."), "talk", "--human", "speaker"))
    child.expect("ends it")
    child.sendintr()
    text = rest_of(child)
    assert child.exitstatus == 130, text


def test_the_end_of_input_at_a_prompt_leaves_the_question_open(shell: Shell, at_terminal: Start) -> None:
    child = at_terminal(*run_words(furnish(shell, "Hello."), "talk", "--human", "speaker"))
    child.expect("ends it")
    child.sendeof()
    text = rest_of(child)
    assert child.exitstatus == 4, text
    assert "resume" in text


def test_what_a_model_writes_cannot_steer_the_terminal(shell: Shell, at_terminal: Start) -> None:
    evil = "\x1b]52;c;ZXZpbA==\x07\x1b]0;owned\x07[bold]plain[/bold] \x1b[?1049h"
    child = at_terminal(*run_words(furnish(shell, evil)))
    text = rest_of(child)
    assert child.exitstatus == 0, text
    assert "\x1b]" not in text
    assert "\x1b[?1049h" not in text
    assert "[bold]plain[/bold]" in re.sub(r"\x1b\[[0-9;]*m", "", text)
