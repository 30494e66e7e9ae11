"""The result on stdout: what was made, where, how to run it, whether it passed, what it cost, how to go on."""

from pathlib import Path

from agentsh.cli.outcome import Outcome, entry_of, resume_command
from agentsh.core import events as e
from agentsh.core.chat import Usage
from agentsh.core.errors import ExitCode
from agentsh.core.ids import QuestionId
from agentsh.core.model import JsonObject
from agentsh.core.settings import DEMO_LABEL
from agentsh.core.verdict import GateResult
from tests.cli import stories as s

WORKSPACE = Path("/tmp/a tool")
PASSED = GateResult(gate="tests", passed=True, evidence="")


def told(*events: e.Event, exit_code: int = 0, summary: str = "the program was run and passed") -> str:
    outcome = Outcome()
    for seq, event in enumerate((s.session_started(), *events), 1):
        outcome.see(s.recorded(seq, event))
    return "\n".join(outcome.lines(s.finished(exit_code, summary), WORKSPACE, 42.0))


def test_success_says_what_where_how_and_at_what_cost() -> None:
    usage = Usage(prompt_tokens=1234, completion_tokens=567, calls=9)
    text = told(s.file_changed("main.py", 42), s.step_finished(usage=usage), s.verified(PASSED))
    assert text.startswith("done: the program was run and passed")
    for part in ("main.py +42", "/tmp/a tool", "cd '/tmp/a tool' && python main.py", "passed: tests"):
        assert part in text
    for part in ("1,234 + 567 tokens in 9 model calls, 42s", "a-tool", "--workspace '/tmp/a tool'"):
        assert part in text


def test_the_program_is_started_as_it_was_when_it_passed() -> None:
    request: JsonObject = {"entry": "tool.py", "entry_args": ["two words"]}
    tried = s.step_started("verify").model_copy(update={"request": request})
    assert "python tool.py 'two words'" in told(s.file_changed("tool.py", 3), tried, s.verified(PASSED))


def test_failure_prints_the_error_of_the_program() -> None:
    evidence = "Traceback (most recent call last):\n  File 'main.py', line 3\nNameError: name 'sys'"
    text = told(s.verified(GateResult(gate="entry", passed=False, evidence=evidence)), exit_code=6, summary=evidence)
    assert text.startswith("the program does not run")
    assert "│ NameError: name 'sys'" in text
    assert resume_command("a-tool", ExitCode.NOT_RUNNING) in text


def test_what_the_newest_verdict_says_counts() -> None:
    text = told(s.verified(GateResult(gate="entry", passed=False, evidence="broken")), s.verified(PASSED))
    assert "broken" not in text
    assert "passed: tests" in text


def test_a_file_that_was_deleted_was_not_made() -> None:
    text = told(s.file_changed("main.py", 3), s.file_changed("old.py", 3), s.file_changed("old.py", 0, 3, "deleted"))
    assert "old.py" not in text


def test_lines_of_a_file_are_those_that_it_has_now() -> None:
    text = told(s.file_changed("main.py", 40), s.file_changed("main.py", 5, 3, "modified"))
    assert "main.py +42" in text


def test_an_open_question_is_printed_in_full_and_an_answered_one_is_not() -> None:
    asked = e.HumanAsked(question=QuestionId("q:1"), role=s.QA, prompt="Which colour?\nAny.", choices=("red", "blue"))
    text = told(asked, exit_code=4, summary="somebody is needed")
    assert "qa_engineer is asked:" in text
    assert "│ Which colour?" in text
    assert "red, blue" in text
    answered = e.HumanAnswered(question=QuestionId("q:1"), role=s.QA, answer="red")
    assert "Which colour?" not in told(asked, answered)


def test_a_demo_model_is_named_as_one() -> None:
    outcome = Outcome(facts=s.session_started(provider="local"))
    assert DEMO_LABEL in "\n".join(outcome.lines(s.finished(), WORKSPACE, 1.0))


def test_the_program_to_start_is_found_or_left_out() -> None:
    assert entry_of(["README.md", "main.py", "other.py"]) == "main.py"
    assert entry_of(["dice.py", "test_dice.py", "lib/helper.py"]) == "dice.py"
    assert entry_of(["a.py", "b.py"]) is None
    assert entry_of(["README.md"]) is None


def test_a_team_that_makes_no_program_ends_with_its_last_word() -> None:
    words = "\n".join(f"line {number}" for number in range(40))
    talking = s.session_started()
    team = talking.team.model_copy(update={"team": talking.team.team.model_copy(update={"verify": False})})
    outcome = Outcome()
    for seq, event in enumerate((talking.model_copy(update={"team": team}), s.published(words)), 1):
        outcome.see(s.recorded(seq, event))
    text = "\n".join(outcome.lines(s.finished(0, "the team is done"), WORKSPACE, 1.0))
    assert "│ line 29" in text
    assert "│ … 10 lines more" in text
    assert "line 0" not in told(s.published(words))
