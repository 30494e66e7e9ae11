"""What happens, in lines."""

from agentsh.core import events as e
from agentsh.core.code import RunResult
from agentsh.core.ids import QuestionId, RoleName, boss_message_id
from agentsh.core.messages import from_boss
from agentsh.core.verdict import GateResult
from agentsh.repl.lines import plain
from agentsh.repl.telling import message_lines, tell_lines
from tests.cli import stories as s


def test_a_message_is_told_in_full() -> None:
    assert plain(tell_lines(s.published("## Code\n\nmain.py is there"))) == (
        "\nengineer · write_code\n  ## Code\n\n  main.py is there"
    )


def test_a_message_says_to_whom_it_goes() -> None:
    said = from_boss(boss_message_id(1), "Listen", (RoleName("qa"), RoleName("engineer")))
    assert plain(message_lines(said)) == "\nyou → qa, engineer\n  Listen"


def test_what_the_inbox_shows_is_not_told_twice() -> None:
    asked = e.HumanAsked(question=QuestionId("q"), role=s.QA, prompt="?")
    approval = e.ApprovalAsked(question=QuestionId("q"), role=s.QA, what="run code", detail="ls")
    assert tell_lines(asked) == tell_lines(approval) == []


def test_leaving_is_not_told_to_who_leaves() -> None:
    assert tell_lines(e.SessionFinished(status="interrupted", exit_code=130, summary="interrupted")) == []


def test_an_end_says_how_it_came() -> None:
    assert plain(tell_lines(s.finished())) == "\nfinished: the program was run and passed"
    (_, told) = tell_lines(s.finished(6, "tests: 1 failed"))
    assert told.parts[0] == ("bad", "failed: ")


def test_a_failure_says_the_next_step() -> None:
    failed = e.ReactionFailed(reaction=s.WRITING, role=s.ENGINEER, error="no answer", hint="/retry")
    assert plain(tell_lines(failed)) == "engineer stopped: no answer\n  /retry"
    lost = failed.model_copy(update={"hint": "Start it with: ollama serve"})
    assert plain(tell_lines(lost)).endswith("\n  Start it with: ollama serve; then /retry")
    assert "/retry" in plain(tell_lines(e.ErrorSeen(message="trouble", hint="/retry")))


def test_what_a_shell_command_printed_is_shown() -> None:
    ran = e.ShellRan(command="ls", result=RunResult(exit_code=2, stdout="a\nb\n", stderr="no c\x1b[1A\n", seconds=0.1))
    assert plain(tell_lines(ran)) == "!ls: ran code: exit 2, 0.1 s\n  a\n  b\n  no c"


def test_a_verdict_has_the_colour_of_what_it_says() -> None:
    (passed,) = tell_lines(s.verified(GateResult(gate="tests", passed=True, evidence="")))
    (failed,) = tell_lines(s.verified(GateResult(gate="tests", passed=False, evidence="1 failed")))
    assert passed.parts[0][0] == "good"
    assert failed.parts[0][0] == "warn"


def test_what_only_the_engine_needs_is_not_told() -> None:
    assert tell_lines(s.step_started()) == tell_lines(s.reaction_started()) == []
