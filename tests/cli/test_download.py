"""How far a download is: a line a tenth, or one line that is drawn anew."""

import pytest

from agentsh.cli.download import DownloadView, megabytes
from agentsh.core.chat import PullProgress

STEPS = [PullProgress(status="weights", completed_bytes=n * 1_000_000, total_bytes=98_000_000) for n in range(99)]


def test_without_a_terminal_there_is_a_line_a_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    view = DownloadView(redraw=False)
    for step in STEPS:
        view(step)
    view.close()
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 11
    assert lines[-1] == "weights  100 % of 98 MB"


def test_with_a_terminal_one_line_is_drawn_anew(capsys: pytest.CaptureFixture[str]) -> None:
    view = DownloadView(redraw=True)
    for step in STEPS:
        view(step)
    view.close()
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "100% of 98 MB" in err


def test_a_server_s_status_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    DownloadView(redraw=True)(PullProgress(status="\x1b]0;evil\x07pulling"))
    assert "evil" not in capsys.readouterr().err


def test_quiet_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    view = DownloadView(redraw=True, quiet=True)
    view(STEPS[0])
    view.close()
    assert capsys.readouterr().err == ""


def test_sizes_are_read_by_people() -> None:
    assert [megabytes(n) for n in (5_200, 98_362_432, 4_700_000_000)] == ["5 kB", "98 MB", "4.7 GB"]
