"""The plain views: a line an event, JSON a line, streams cut into whole lines."""

import json

import pytest

from agentsh.cli.views import JsonView, LineView, SilentView
from agentsh.core.ids import SessionName
from tests.cli import stories as s


def test_json_lines_have_the_contract_s_keys(capsys: pytest.CaptureFixture[str]) -> None:
    view = JsonView(SessionName("a-tool"))
    view.event(s.recorded(1, s.session_started()))
    view.event(s.recorded(12, s.published("hello\x1b[2J")))
    view.delta(s.delta("not an event"))
    out = capsys.readouterr().out
    lines = [json.loads(line) for line in out.splitlines()]
    assert [(line["seq"], line["kind"], line["session"], line["role"]) for line in lines] == [
        (1, "session.started", "a-tool", None),
        (12, "message.published", "a-tool", "engineer"),
    ]
    assert lines[1]["at"] == s.AT
    assert lines[1]["message"]["content"] == "hello\x1b[2J"
    assert "\x1b" not in out


def test_lines_go_to_stderr_and_stdout_stays_for_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    view = LineView(verbose=False)
    view.event(s.recorded(1, s.file_changed("main.py", 3)))
    view.event(s.recorded(2, s.step_started()))
    view.delta(s.delta("not shown\n"))
    view.close()
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "main.py +3" in err


def test_verbose_shows_what_roles_write(capsys: pytest.CaptureFixture[str]) -> None:
    view = LineView(verbose=True)
    view.delta(s.delta("one\ntw"))
    view.delta(s.delta("o\nthree"))
    view.close()
    assert capsys.readouterr().err.splitlines() == ["engineer │ one", "engineer │ two", "engineer │ three"]


def test_the_silent_view_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    view = SilentView()
    view.open()
    view.event(s.recorded(1, s.file_changed("main.py", 3)))
    view.delta(s.delta("x\n"))
    view.draw()
    view.close()
    assert capsys.readouterr() == ("", "")
