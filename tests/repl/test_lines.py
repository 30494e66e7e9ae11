"""Lines hold words and styles, and nothing that a terminal would obey."""

from hypothesis import given
from hypothesis import strategies as st

from agentsh.repl.lines import LONGEST_LINE, MOST_CHARACTERS, block, line, markdown, plain

EVIL = "a\x1b]52;c;ZXZpbA==\x07b\x1b[2J\u202ec\x9b1A\bd"


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_no_text_becomes_a_control(text: str) -> None:
    shown = plain([line(text), *block(text), *markdown(text)])
    assert not any(ord(character) < 32 and character not in "\n\t" for character in shown)
    assert not any(0x7F <= ord(character) < 0xA0 for character in shown)


def test_a_line_is_one_line() -> None:
    assert line("a\nb", ("bad", "c\r\nd")).text == "a bc d"


def test_escape_sequences_vanish_and_invisible_characters_are_named() -> None:
    assert line(EVIL).text == "ab\u2039U+202E\u203acd"


def test_markup_is_not_read() -> None:
    assert line("[bold]x[/bold] <b>y</b> {z}").parts == (("", "[bold]x[/bold] <b>y</b> {z}"),)


def test_an_endless_text_is_cut_with_a_word_about_the_rest() -> None:
    shown = block("x" * 1_000_000)
    assert len(shown[0].text) == LONGEST_LINE + 1
    assert shown[-1].text == f"… {1_000_000 - MOST_CHARACTERS:,} more characters"


def test_many_lines_are_cut_with_a_word_about_the_rest() -> None:
    shown = block("\n".join(str(number) for number in range(100)), most=10)
    assert [shown[0].text, shown[9].text, shown[10].text] == ["0", "9", "… 90 more lines"]


def test_markdown_stays_as_it_was_written() -> None:
    text = "# Head\n\nwords\n\n```python\n# no head\n```\n\nmore"
    shown = markdown(text, "  ")
    assert plain(shown) == "\n".join(f"  {words}" if words else "" for words in text.split("\n"))
    styles = [next((style for style, _ in found.parts if style != "gutter"), "") for found in shown]
    assert styles == ["head", "", "", "", "code", "code", "code", "", ""]
