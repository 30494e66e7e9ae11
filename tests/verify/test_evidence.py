"""An excerpt is short, and never pretends to be the whole."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.code import EndedBy, RunResult
from agentsh.verify.evidence import (
    MAX_CHARS,
    MAX_LINES,
    excerpt,
    how_it_ended,
    last_traceback,
    own_frames,
    place_of,
    relative,
    shown,
)

TRACEBACK = """\
before
Traceback (most recent call last):
  File "main.py", line 3, in <module>
    go()
  File "lib/go.py", line 7, in go
    json.loads("{")
  File "/usr/lib/python3.11/json/__init__.py", line 346, in loads
    return _default_decoder.decode(s)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/usr/lib/python3.11/json/decoder.py", line 337, in decode
    obj, end = self.raw_decode(s)
json.decoder.JSONDecodeError: Expecting property name
"""


def test_a_short_text_comes_back_as_it_is() -> None:
    assert excerpt("one\ntwo\n") == "one\ntwo"


def test_of_a_long_text_the_begin_and_the_end_are_kept_and_the_gap_is_told() -> None:
    text = "\n".join(f"line {n}" for n in range(1000))
    lines = excerpt(text).splitlines()
    assert lines[0] == "line 0"
    assert lines[-1] == "line 999"
    assert len(lines) == MAX_LINES
    assert lines[1] == f"[… {1000 - MAX_LINES + 1} lines left out …]"


def test_a_wide_line_is_cut_and_that_is_told() -> None:
    assert "characters left out" in excerpt("x" * 100_000)


@given(st.text(max_size=5000) | st.lists(st.text(max_size=400), max_size=60).map("\n".join))
def test_an_excerpt_is_never_much_longer_than_asked(text: str) -> None:
    found = excerpt(text)
    assert len(found) <= MAX_CHARS + 60
    assert "left out" in found or len(found.splitlines()) <= MAX_LINES


def test_addresses_do_not_make_two_failures_differ() -> None:
    assert excerpt("<A object at 0x7f0a5c0b>") == excerpt("<A object at 0x7f0b6d1c>")


def test_the_last_traceback_is_found_and_the_libraries_are_left_out_of_it() -> None:
    traceback = last_traceback("Traceback (most recent call last):\n  first\nError\n" + TRACEBACK)
    assert traceback is not None
    assert own_frames(traceback, {"main.py", "lib/go.py"}) == (
        "Traceback (most recent call last):\n"
        "  [… 2 frames of libraries left out …]\n"
        '  File "main.py", line 3, in <module>\n'
        "    go()\n"
        '  File "lib/go.py", line 7, in go\n'
        '    json.loads("{")\n'
        "json.decoder.JSONDecodeError: Expecting property name"
    )
    assert place_of(traceback, {"main.py", "lib/go.py"}) == ("lib/go.py", 7)


def test_a_traceback_of_libraries_only_stays_whole() -> None:
    assert own_frames(TRACEBACK, set()) == TRACEBACK
    assert place_of(TRACEBACK, set()) is None
    assert last_traceback("no traceback here") is None


def test_paths_of_the_workspace_become_relative() -> None:
    assert relative('File "/work/a/main.py", line 1', "/work/a/") == 'File "main.py", line 1'


@pytest.mark.parametrize(
    ("ended_by", "says"),
    [
        ("deadline", "still running after 2.5 s"),
        ("output", "printed without end"),
        ("memory", "memory"),
        ("disk", "disk"),
        ("processes", "processes"),
        ("signal", "signal 11"),
        ("itself", "exit code 4"),
    ],
)
def test_each_way_to_end_has_its_words(ended_by: EndedBy, says: str) -> None:
    result = RunResult(exit_code=4 if ended_by == "itself" else None, signal=11, ended_by=ended_by)
    assert says in how_it_ended(result, 2.5)


def test_a_command_is_shown_as_it_is_typed() -> None:
    assert shown(["python", "main.py", "a b", "--x=1"]) == "python main.py 'a b' --x=1"


@pytest.mark.parametrize(
    "flood", [" " * 64_000, 'File "' * 10_000, "\n" * 64_000, "Traceback (most recent call last):\n" * 2_000]
)
def test_a_flood_is_searched_in_no_time(flood: str) -> None:
    start = time.process_time()
    assert place_of(flood, {"main.py"}) is None
    own_frames(last_traceback(flood) or flood, {"main.py"})
    excerpt(flood)
    assert time.process_time() - start < 5
