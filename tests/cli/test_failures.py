"""What ended a command becomes one message and an exit code."""

import json
from pathlib import Path

import pytest

from agentsh.cli import failures
from agentsh.core.errors import (
    AgentshError,
    BudgetSpent,
    ExitCode,
    FileError,
    ModelMissing,
    PersonNeeded,
    SessionLocked,
    UsageError,
)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UsageError("wrong"), 2),
        (FileError("a.md", 3, "wrong"), 2),
        (BudgetSpent("max_tokens", 10, 12), 3),
        (PersonNeeded("asked"), 4),
        (ModelMissing("qwen3:8b", "http://127.0.0.1:11434"), 5),
        (SessionLocked("open elsewhere"), 7),
    ],
)
def test_each_error_has_its_exit_code_and_is_told_in_one_message(
    error: AgentshError, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    assert failures.told(error, jsonl=False) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"agentsh: {error}\n")
    assert error.hint in err


def test_a_script_reads_the_same_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    failures.told(ModelMissing("qwen3:8b", "http://x:1"), jsonl=True, session="a-tool")
    line = json.loads(capsys.readouterr().out)
    assert line["kind"] == "error"
    assert line["session"] == "a-tool"
    assert line["exit_code"] == 5
    assert line["hint"] == "Type: agentsh models pull qwen3:8b"
    assert line["at"].endswith("Z")


def test_an_error_s_words_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    failures.told(AgentshError("said \x1b]0;evil\x07this", hint="\x1b[2Jdo"), jsonl=False)
    assert capsys.readouterr().err == "agentsh: said this\n  do\n"


def test_an_intended_error_is_found_in_a_group_only_when_nothing_else_is_there() -> None:
    meant = UsageError("wrong")
    assert failures.intended(meant) is meant
    assert failures.intended(ExceptionGroup("g", [ExceptionGroup("h", [meant])])) is meant
    assert failures.intended(ExceptionGroup("g", [meant, KeyError("bug")])) is None
    assert failures.intended(KeyError("bug")) is None


def test_the_only_error_of_a_group_is_taken_out() -> None:
    bug = KeyError("bug")
    assert failures.sole(ExceptionGroup("g", [ExceptionGroup("h", [bug])])) is bug
    several = ExceptionGroup("g", [bug, KeyError("other")])
    assert failures.sole(several) is several


def test_what_a_bug_says_of_secrets_reaches_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_TOKEN", "zq93kfj20dkx8")
    failures.bug(RuntimeError("zq93kfj20dkx8 at https://me:hunter2@host/x"), [], tmp_path)
    err = capsys.readouterr().err
    assert "RuntimeError: [redacted] at https://[redacted]@host/x" in err


def test_a_crash_file_that_cannot_be_written_is_told(
    tmp_path_factory: pytest.TempPathFactory, capsys: pytest.CaptureFixture[str]
) -> None:
    blocked = tmp_path_factory.mktemp("home") / "file"
    blocked.write_text("")
    assert failures.bug(KeyError("oh"), [], blocked / "crashes") == ExitCode.BUG
    err = capsys.readouterr().err
    assert "KeyError: 'oh'" in err
    assert "No crash file" in err
