"""`agentsh run` and `agentsh resume` as real processes: results, exit codes, JSON lines, signals."""

import json
import signal

import pytest

from tests.cli.process import Shell, stop
from tests.cli.tiny import PROGRAM, arguments, furnish, talked


def test_a_result_is_on_stdout_and_progress_on_stderr(shell: Shell) -> None:
    ended = talked(shell, reply="Hello \x1b]0;evil\x07there.")
    assert ended.code == 0, ended
    assert ended.out.startswith("done: ")
    for part in ("a-tool", "1 model calls", "session"):
        assert part in ended.out
    assert "speaker · speak: Hello there." in ended.err
    assert "sandbox: " in ended.err
    assert "\x1b" not in ended.err + ended.out


def test_quiet_is_the_result_only(shell: Shell) -> None:
    ended = talked(shell, "--quiet")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("done: ")


def test_verbose_shows_what_a_role_writes(shell: Shell) -> None:
    ended = talked(shell, "--verbose", reply="first line\nsecond line")
    written = [line for line in ended.err.splitlines() if line.startswith("speaker │ ")]
    assert written == ["speaker │ first line", "speaker │ second line"]


def test_json_lines_are_all_there_is_on_stdout(shell: Shell) -> None:
    ended = talked(shell, "--jsonl")
    assert ended.code == 0
    lines = [json.loads(line) for line in ended.out.splitlines()]
    assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
    assert all({"seq", "at", "kind", "session", "role"} <= set(line) for line in lines)
    kinds = [line["kind"] for line in lines]
    assert kinds[0] == "session.started"
    assert kinds[-1] == "session.finished"
    assert {"message.published", "reaction.started", "step.started", "step.finished", "reaction.finished"} <= set(kinds)
    assert {line["session"] for line in lines} == {"a-tool"}


def test_a_program_that_was_made_says_where_it_is_and_how_to_run_it(shell: Shell) -> None:
    script = furnish(shell, PROGRAM)
    ended = shell.run("run", "A tool that doubles", *arguments(script, "make"), "--yes", "--session", "double")
    assert ended.code == 0, ended
    workspace = shell.home / "sessions" / "double"
    assert (workspace / "main.py").is_file()
    for part in ("main.py +", f"cd {workspace} && python main.py", "passed: ", "tests"):
        assert part in ended.out
    assert "maker · main.py +" in ended.err


def test_a_program_that_does_not_run_is_exit_6_with_its_error(shell: Shell) -> None:
    script = furnish(shell, PROGRAM.replace("return 2 * number", "return 3 * number"))
    ended = shell.run("run", "A tool that doubles", *arguments(script, "make"), "--yes")
    assert ended.code == 6, ended
    assert "63 != 42" in ended.out
    assert ended.err.rstrip().splitlines()[-1] == "  Type: agentsh resume a-tool-that-doubles --headless"


def test_a_budget_is_exit_3_and_a_larger_one_goes_on(shell: Shell) -> None:
    script = furnish(shell, PROGRAM)
    run = ["A tool", *arguments(script, "make"), "--yes", "--max-steps", "1", "--session", "s"]
    ended = shell.run("run", *run)
    assert ended.code == 3, ended
    assert "--max-steps" in ended.err
    assert "agentsh resume s" in ended.err
    resumed = shell.run("resume", "s", "--headless", "--max-steps", "100", "--jsonl")
    assert resumed.code == 0, resumed
    lines = [json.loads(line) for line in resumed.out.splitlines()]
    assert lines[0]["kind"] == "session.resumed"
    asked = [line for line in lines if line["kind"] == "step.started" and line["step"] == "model"]
    assert asked == []


def test_the_latest_session_is_resumed_without_a_name(shell: Shell) -> None:
    talked(shell)
    ended = shell.run("resume")
    assert ended.code == 0, ended
    assert "a-tool" in ended.out


def test_a_question_without_a_terminal_is_exit_4_and_printed(shell: Shell) -> None:
    ended = talked(shell, "--human", "speaker")
    assert ended.code == 4, ended
    assert "speaker is asked" in ended.out
    assert ended.err.endswith("Type: agentsh resume a-tool\n"), "where somebody can answer it"
    shown = json.loads(shell.run("sessions", "show", "a-tool", "--json").out)
    assert shown["status"] == "waiting"


def test_a_breakpoint_without_a_terminal_is_exit_4(shell: Shell) -> None:
    ended = talked(shell, "--pause-at", "role:speaker")
    assert ended.code == 4, ended
    assert "agentsh resume a-tool" in ended.err


def test_a_session_name_is_used_once(shell: Shell) -> None:
    assert talked(shell, "--session", "mine").code == 0
    ended = talked(shell, "--session", "mine")
    assert ended.code == 2
    assert "agentsh resume mine" in ended.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_exit_130_and_the_session_goes_on_later(shell: Shell, number: signal.Signals) -> None:
    script = furnish(shell, "Hello.", delay_s=50)
    process = shell.start("run", "A tool", *arguments(script), "--jsonl")
    assert process.stdout is not None
    for line in process.stdout:
        if json.loads(line)["kind"] == "step.started":
            break
    ended = stop(process, number)
    assert ended.code == 130
    assert "agentsh resume a-tool --headless" in ended.err
    assert "Traceback" not in ended.err
    last = [json.loads(line) for line in ended.out.splitlines()]
    assert "session.finished" in [line["kind"] for line in last]
    furnish(shell, "Hello.")
    resumed = shell.run("resume", "a-tool", "--headless")
    assert resumed.code == 0, resumed


def test_a_session_that_is_open_elsewhere_is_exit_7_and_names_who_has_it(shell: Shell) -> None:
    process = shell.start("run", "A tool", *arguments(furnish(shell, "Hello.", delay_s=50)), "--jsonl")
    assert process.stdout is not None
    process.stdout.readline()
    ended = shell.run("resume", "a-tool")
    stop(process, signal.SIGTERM)
    assert ended.code == 7, ended
    assert str(process.pid) in ended.err


def test_a_reader_that_goes_away_ends_the_run_quietly(shell: Shell) -> None:
    script = furnish(shell, "Hello.", delay_s=50)
    process = shell.start("run", "A tool", *arguments(script), "--jsonl")
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.readline()
    process.stdout.close()
    process.send_signal(signal.SIGTERM)
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(200) == 130
    assert "Traceback" not in err
