"""Text from outside is shown on a terminal and never obeyed."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.terminal import Cleaner, clean, one_line

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)
PIECES_OF_ESCAPES = st.sampled_from(
    ["\x1b", "[", "]", "P", "_", "^", "X", "\\", "\x07", "\x9b", "\x9d", "\x9c", "\r", "\n", "31m", "0;", "\x18", "\b"]
)
HOSTILE = st.lists(st.one_of(ANYTHING, PIECES_OF_ESCAPES), max_size=20).map("".join)
PLAIN = st.text(st.one_of(st.characters(categories=["L", "N", "P", "S", "Zs"]), st.sampled_from("\n\t")), max_size=200)
UNSEEN_LETTERS = set("\u115f\u1160\u3164\uffa0")


def in_pieces(pieces: list[str]) -> str:
    cleaner = Cleaner()
    return "".join(cleaner.feed(piece) for piece in pieces)


@given(st.lists(HOSTILE, max_size=8))
def test_no_control_character_comes_out_however_the_text_is_cut(pieces: list[str]) -> None:
    shown = in_pieces(pieces)
    assert all(c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"} for c in shown)


@given(HOSTILE)
def test_the_cut_into_pieces_makes_no_difference(text: str) -> None:
    assert in_pieces(list(text)) == clean(text) == in_pieces([text[:7], text[7:]])


@given(PLAIN)
def test_plain_text_is_unchanged(text: str) -> None:
    if not UNSEEN_LETTERS & set(text):
        assert clean(text) == text


@given(HOSTILE)
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@pytest.mark.parametrize(
    "attack",
    [
        "\x1b]52;c;ZXZpbA==\x07",  # writes the clipboard
        "\x1b]52;c;ZXZpbA==\x1b\\",
        "\x9d52;c;ZXZpbA==\x9c",
        "\x1b]0;title\x07",
        "\x1b]8;;http://evil\x1b\\",
        "\x1b[2J\x1b[H",
        "\x1b[31;1m",
        "\x9b31m",
        "\x1bP1$r0m\x1b\\",
        "\x1b_Gf=100;AAAA\x1b\\",
        "\x1b^private\x1b\\",
        "\x1bXstart\x1b\\",
        "\x1bc",
        "\x1b(0",
        "\x1b#8",
        "\x1b]0;broken off by a new one\x1b[31m",
        "\x1b]0;cancelled\x18",
        "\x00\x07\x08\x0b\x0c\x0e\x7f\x85",
    ],
)
def test_a_sequence_leaves_nothing_of_itself(attack: str) -> None:
    assert clean(f"a{attack}b") == "ab"


def test_return_and_backspace_overwrite_nothing() -> None:
    assert clean("rm -rf /\rls      ") == "rm -rf /\nls      "
    assert clean("one\r\ntwo\r\r\nthree") == "one\ntwo\n\nthree"
    assert clean("evil\b\b\b\bgood") == "evilgood"


def test_a_return_at_the_end_of_a_piece_still_belongs_to_the_newline_of_the_next() -> None:
    assert in_pieces(["one\r", "\ntwo"]) == "one\ntwo"


def test_a_string_that_nobody_ends_hides_no_more_than_its_line() -> None:
    assert clean("shown \x1b]0;hidden\nshown again") == "shown \nshown again"


def test_bidi_and_invisible_characters_are_seen_as_marks() -> None:
    assert clean("user\u202exeb.nimda") == "user\u2039U+202E\u203axeb.nimda"
    assert clean("pay\u200bpal\ufeff") == "pay\u2039U+200B\u203apal\u2039U+FEFF\u203a"
    assert clean("\U000e0041") == "\u2039U+E0041\u203a"


def test_a_lone_surrogate_is_replaced() -> None:
    assert clean("a\ud800b") == "a\ufffdb"
    clean("a\udfff").encode("utf-8")


def test_an_unfinished_sequence_does_not_swallow_the_next_text() -> None:
    cleaner = Cleaner()
    assert cleaner.feed("a\x1b]0;never ended") == "a"
    cleaner.flush()
    assert cleaner.feed("b") == "b"


def test_the_work_grows_with_the_text_and_not_faster() -> None:
    for piece in ("\x1b", "\x1b[", "\x1b]", "\x1b[0;", "\r", "\u202e", "\x9d\x1b"):
        began = time.process_time()
        clean(piece * 200_000)
        assert time.process_time() - began < 10  # quadratic work would take hours


def test_one_line_is_short_and_flat() -> None:
    assert one_line("  first\n\n second\tthird ", 40) == "first second third"
    assert one_line("abcdef", 4) == "abc…"
    assert one_line("\x1b[31mred\x1b[0m", 40) == "red"
