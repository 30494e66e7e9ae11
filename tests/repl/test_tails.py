"""What is being said, as much of it as there is room for."""

from agentsh.core import events as e
from agentsh.repl.tails import KEPT, Tails
from tests.cli import stories as s


def test_the_last_lines_are_kept_each_with_who_says_them() -> None:
    tails = Tails()
    tails.hear(s.delta("one\ntwo\n\nthr"))
    tails.hear(s.delta("ee"))
    assert tails.lines(80, 2) == [("engineer", "two"), ("engineer", "three")]


def test_roles_that_speak_at_once_share_the_room() -> None:
    tails = Tails()
    tails.hear(s.delta("a\nb\nc"))
    tails.hear(s.delta("x\ny\nz", s.QA))
    assert tails.lines(80, 4) == [("engineer", "b"), ("engineer", "c"), ("qa_engineer", "y"), ("qa_engineer", "z")]
    assert tails.lines(80, 1) == [("qa_engineer", "z")]
    assert tails.lines(80, 0) == []


def test_a_long_line_is_wrapped_to_the_terminal() -> None:
    tails = Tails()
    tails.hear(s.delta("x" * 50))
    assert [len(words) for _, words in tails.lines(31, 6)] == [20, 20, 10]


def test_an_escape_sequence_that_is_cut_into_pieces_vanishes_too() -> None:
    tails = Tails()
    for piece in ("a\x1b", "]0;owned", "\x07b"):
        tails.hear(s.delta(piece))
    assert tails.lines(80, 2) == [("engineer", "ab")]


def test_what_is_waited_for_is_said_before_the_first_word() -> None:
    tails = Tails()
    tails.hear(e.Delta(role=s.ENGINEER, reaction=s.WRITING, ordinal=1, kind="queued", ahead=2))
    assert tails.lines(80, 2) == [("engineer", "waits for the model, 2 before it …")]
    tails.hear(e.Delta(role=s.ENGINEER, reaction=s.WRITING, ordinal=1, kind="loading"))
    assert tails.lines(80, 2) == [("engineer", "the model is being loaded …")]


def test_a_generation_that_is_whole_is_gone() -> None:
    tails = Tails()
    tails.hear(s.delta("words"))
    tails.see(s.step_finished())
    assert tails.lines(80, 6) == []


def test_an_interview_is_gone_with_its_answer() -> None:
    tails = Tails()
    tails.hear(s.delta("words"))
    tails.see(e.Interviewed(role=s.ENGINEER, question="why?", answer="words", model="tiny"))
    assert tails.lines(80, 6) == []


def test_an_hour_of_words_takes_no_more_room_than_the_last_of_them() -> None:
    tails = Tails()
    for _ in range(1_000):
        tails.hear(s.delta("x" * 100))
    assert sum(len(words) for _, words in tails.lines(80, 1_000)) == KEPT
