"""The live view's data: what each role does now, whose words are shown, how fast they come."""

from agentsh.cli.board import RATE_WINDOW_S, STREAM_HOLD_S, Board
from agentsh.core import events as e
from agentsh.core.chat import Usage
from tests.cli import stories as s


def board_after(*events: e.Event) -> Board:
    board = Board()
    for seq, event in enumerate(events, 1):
        board.see(s.recorded(seq, event), float(seq))
    return board


def test_a_role_shows_what_it_does_since_when() -> None:
    board = board_after(s.session_started(), s.reaction_started(), s.step_started("verify"))
    assert board.roles[s.ENGINEER].state == "works"
    assert board.roles[s.ENGINEER].action == "write_code"
    assert board.roles[s.ENGINEER].doing == "tries the program"
    assert board.roles[s.ENGINEER].since == 3.0
    assert board.roles[s.QA].state == "idle"


def test_a_role_that_has_finished_is_idle_and_its_stream_gone() -> None:
    board = board_after(s.session_started(), s.reaction_started(), s.step_started())
    board.hear(s.delta("line one\nline two"), 4.0)
    assert board.tail(5) == ["line one", "line two"]
    board.see(s.recorded(5, e.ReactionFinished(reaction=s.WRITING, role=s.ENGINEER)), 5.0)
    assert board.roles[s.ENGINEER].state == "idle"
    assert board.tail(5) == []


def test_a_failed_role_says_so() -> None:
    failed = e.ReactionFailed(reaction=s.WRITING, role=s.ENGINEER, error="no answer")
    assert board_after(s.session_started(), s.reaction_started(), failed).roles[s.ENGINEER].state == "failed"


def test_tokens_add_up() -> None:
    usage = Usage(prompt_tokens=10, completion_tokens=5, calls=1)
    board = board_after(s.session_started(), s.step_finished(usage=usage), s.step_finished(usage=usage))
    assert (board.usage.prompt_tokens, board.usage.completion_tokens) == (20, 10)


def test_two_streams_at_once_do_not_flicker() -> None:
    board = board_after(s.session_started())
    board.hear(s.delta("from the engineer"), 1.0)
    board.hear(s.delta("from qa", s.QA), 1.1)
    assert board.tail(1) == ["from the engineer"]
    board.hear(s.delta("still qa", s.QA), 1.1 + STREAM_HOLD_S)
    assert board.tail(1) == ["still qa"]


def test_a_new_step_of_the_same_role_begins_with_an_empty_stream() -> None:
    board = board_after(s.session_started())
    board.hear(s.delta("draft\x1b]0;unfinished"), 1.0)
    board.hear(s.delta("answer", ordinal=2), 1.1)
    assert board.tail(5) == ["answer"]


def test_the_rate_is_of_the_last_seconds_only() -> None:
    board = board_after(s.session_started())
    for piece in range(40):
        board.hear(s.delta("x"), piece / 10)
    assert 9 <= board.tokens_per_second(4.0) <= 11
    assert board.tokens_per_second(5.0 + RATE_WINDOW_S) == 0


def test_waiting_for_a_turn_or_for_the_model_is_shown() -> None:
    board = board_after(s.session_started(), s.reaction_started(), s.step_started())
    board.hear(e.Delta(role=s.ENGINEER, reaction=s.WRITING, ordinal=1, kind="queued", ahead=2), 4.0)
    assert board.roles[s.ENGINEER].doing == "queued, 2 ahead"
    board.hear(s.delta("", kind="loading"), 5.0)
    assert "loaded" in board.roles[s.ENGINEER].doing


def test_a_long_stream_stays_small() -> None:
    board = board_after(s.session_started())
    for _ in range(100):
        board.hear(s.delta("x" * 999 + "\n"), 1.0)
    assert len(board.tail(100)) <= 3
