"""What was typed is there the next time, for its owner alone."""

import os
from pathlib import Path

from agentsh.commands.history import MOST_LINES, History


def test_what_was_typed_comes_back_in_its_order(tmp_path: Path) -> None:
    path = tmp_path / "home" / "history"
    for text in ("first", "two\nlines", "/pause"):
        History(path).add(text)
    assert History(path).load() == ["first", "two\nlines", "/pause"]


def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "home" / "history"
    History(path).add("mine")
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_what_looks_like_a_secret_is_not_kept(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    history.add("use api_key=abcdef0123456789 there")
    assert "abcdef0123456789" not in (tmp_path / "history").read_text()
    assert "use api_key=" in history.load()[0]


def test_nothing_and_what_was_pasted_whole_are_not_kept(tmp_path: Path) -> None:
    history = History(tmp_path / "history")
    history.add("  ")
    history.add("x" * 100_000)
    assert history.load() == []


def test_a_pipe_in_its_place_is_neither_read_nor_written(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "history")
    History(tmp_path / "history").add("said")
    assert History(tmp_path / "history").load() == []


def test_broken_lines_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_bytes(b'"good"\n{broken\n\xff\xfe\n7\n"last"\n')
    assert History(path).load() == ["good", "last"]


def test_an_endless_history_is_shortened(tmp_path: Path) -> None:
    path = tmp_path / "history"
    path.write_text("".join(f'"line {number}"\n' for number in range(3 * MOST_LINES)))
    assert History(path).load()[0] == f"line {2 * MOST_LINES}"
    assert len(path.read_text().splitlines()) == MOST_LINES
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_home_that_cannot_be_written_has_no_history(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    history = History(tmp_path / "file" / "history")
    history.add("lost")
    assert history.load() == []
