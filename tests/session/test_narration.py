"""A session in plain lines: who said what, which files changed, what was tried, what went wrong."""

import pytest

from agentsh.core import events as e
from agentsh.core.cards import BudgetCard, RoleCard
from agentsh.core.code import RunResult
from agentsh.core.ids import QuestionId, SessionName
from agentsh.core.settings import DEMO_LABEL
from agentsh.core.verdict import GateResult
from agentsh.session.narration import duration, line_of, tell
from tests.cli import stories as s

PASSED = GateResult(gate="compiles", passed=True, evidence="")


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (s.published("## Code\n\nmain.py is there"), ["engineer", "write_code", "## Code main.py is there"]),
        (s.boss_says("A tool"), ["boss", "A tool"]),
        (s.file_changed("main.py", 42, 3, "modified"), ["engineer", "main.py +42 -3"]),
        (s.file_changed("old.py", 0, 3, "deleted"), ["old.py deleted"]),
        (s.verified(PASSED), ["passed", "compiles"]),
        (
            s.verified(PASSED, GateResult(gate="tests", passed=False, evidence="1 failed\nassert 1 == 2")),
            ["failed at tests", "assert 1 == 2"],
        ),
        (s.step_finished("run", RunResult(exit_code=3, seconds=1.5).model_dump(mode="json")), ["exit 3", "1.5 s"]),
        (
            s.step_finished("run", RunResult(exit_code=None, ended_by="deadline").model_dump(mode="json")),
            ["ended by deadline"],
        ),
        (
            e.ModelRetried(reaction=s.WRITING, role=s.ENGINEER, attempt=2, reason="503 busy"),
            ["attempt 2", "503 busy"],
        ),
        (
            e.ModelTruncated(
                reaction=s.WRITING, role=s.ENGINEER, estimated_tokens=9000, seen_tokens=4096, num_ctx=8192
            ),
            ["cut", "4096", "9000", "8192"],
        ),
        (e.BudgetWasSpent(budget="max_tokens", limit=100, spent=120), ["max_tokens", "120", "100"]),
        (
            e.ApprovalAsked(question=QuestionId("q"), role=s.QA, what="run code", detail="python main.py"),
            ["qa_engineer", "run code", "python main.py"],
        ),
        (e.ReactionFailed(reaction=s.WRITING, role=s.ENGINEER, error="no answer"), ["engineer", "no answer"]),
        (e.ErrorSeen(message="trouble"), ["trouble"]),
        (e.Noticed(message="no server " + 30 * "x", hint="start one"), ["no server", "start one"]),
        (e.SessionResumed(reason="reopened", model="qwen3:8b"), ["where it stopped", "qwen3:8b"]),
        (e.SessionResumed(reason="go", role=s.QA), ["qa_engineer goes on"]),
        (
            e.GenerationStopped(reaction=s.WRITING, role=s.ENGINEER, ordinal=1, partial="12345"),
            ["engineer was stopped", "5 characters"],
        ),
        (
            e.GenerationSettled(reaction=s.WRITING, role=s.ENGINEER, ordinal=1, how="drop"),
            ["engineer", "is asked again"],
        ),
        (e.HumanWithdrawn(question=QuestionId("q"), role=s.QA), ["qa_engineer", "taken back"]),
        (
            e.FileConflict(role=s.ENGINEER, reaction=s.WRITING, path="main.py", kept="hand"),
            ["main.py", "by hand is kept"],
        ),
        (
            e.FileConflict(role=s.ENGINEER, reaction=s.WRITING, path="main.py", kept="role"),
            ["main.py", "engineer's version is kept"],
        ),
        (e.BudgetChanged(budget=BudgetCard(max_tokens=100)), ["budget: max_tokens 100"]),
        (e.BudgetChanged(budget=BudgetCard()), ["no limits"]),
        (e.BreakpointsChanged(breakpoints=("before:run",)), ["before:run"]),
        (e.ModelChanged(model="qwen3:8b"), ["the team", "qwen3:8b"]),
        (e.RoleFired(role=s.QA), ["qa_engineer leaves"]),
        (e.RoleHired(role=s.QA, card=RoleCard(name=s.QA, profile="QA")), ["qa_engineer joins"]),
        (e.ShellRan(command="ls", result=RunResult(exit_code=0)), ["!ls", "exit 0"]),
        (e.SessionRenamed(name=SessionName("snake")), ["snake"]),
    ],
)
def test_an_event_that_means_something_is_told_with_its_values(event: e.Event, words: list[str]) -> None:
    line = line_of(s.recorded(1, event))
    assert line is not None
    assert all(word in line for word in words), line
    assert "\n" not in line


@pytest.mark.parametrize(
    "event",
    [s.reaction_started(), s.step_started(), s.step_finished(), s.finished(), e.SessionResumed(reason="more")],
)
def test_what_only_the_engine_needs_is_not_told(event: e.Event) -> None:
    assert line_of(s.recorded(1, event)) is None


def test_a_demo_model_is_named_as_one() -> None:
    assert DEMO_LABEL in tell(s.session_started(provider="local"))
    assert DEMO_LABEL not in tell(s.session_started())


def test_words_of_a_model_cannot_steer_the_terminal() -> None:
    line = line_of(s.recorded(1, s.published("\x1b]52;c;ZXZpbA==\x07\x1b[2J\u202ehidden [link=x]")))
    assert line is not None
    assert "\x1b" not in line
    assert "\u202e" not in line
    assert "[link=x]" in line


def test_durations_read_like_a_clock() -> None:
    assert [duration(s) for s in (0.4, 59, 60, 187, 3723)] == ["0s", "59s", "1:00", "3:07", "1:02:03"]
