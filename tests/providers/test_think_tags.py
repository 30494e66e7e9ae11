import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.providers.think_tags import ThinkSplitter


def split(*chunks: str) -> tuple[str, str]:
    """Return (thinking, text)."""
    splitter = ThinkSplitter()
    parts = [part for chunk in chunks for part in splitter.feed(chunk)] + list(splitter.close())
    return tuple("".join(text for kind, text in parts if kind == wanted) for wanted in ("thinking", "text"))


@pytest.mark.parametrize(
    ("said", "thinking", "text"),
    [
        ("plain", "", "plain"),
        ("<think>hm</think>\n\nyes", "hm", "yes"),
        ("\n<think>\nhm\n</think>yes", "\nhm\n", "\nyes"),
        ("<THINKING>hm</Thinking>yes", "hm", "yes"),
        ("<think></think>yes", "", "yes"),
        ("yes</think>", "", "yes"),
        ("</think>yes", "", "yes"),
        ("a <think>b", "", "a b"),
        ("first\n<think>hm</think>\nsecond", "", "first\nhm\nsecond"),
        ("<think>a</think>\n<think>b</think>yes", "ab", "yes"),
        ("<think>never closed", "never closed", ""),
        ("a < b <thin> </thinkers> c", "", "a < b <thin> </thinkers> c"),
        ("ends in <thi", "", "ends in <thi"),
        ("<think>hm</thi", "hm</thi", ""),
        ("    indented", "", "    indented"),
    ],
)
def test_thinking_is_told_from_the_answer(said: str, thinking: str, text: str) -> None:
    assert split(said) == (thinking, text)


_PIECES = st.lists(
    st.sampled_from(["<think>", "</think>", "<thinking>", "</thinking>", "<", "</", "think>", "\n", " ", "a", "b <"]),
    max_size=12,
)


@given(_PIECES, st.lists(st.integers(min_value=1, max_value=5), min_size=1, max_size=60))
def test_how_a_stream_is_cut_into_chunks_makes_no_difference(pieces: list[str], sizes: list[int]) -> None:
    said = "".join(pieces)
    chunks, start = [], 0
    for size in sizes:
        chunks.append(said[start : start + size])
        start += size
    assert split(*chunks, said[start:]) == split(said)


@given(st.text(alphabet=st.characters(exclude_characters="<")))
def test_text_without_tags_passes_unchanged_and_at_once(text: str) -> None:
    assert "".join(part for _, part in ThinkSplitter().feed(text)) == text


@given(st.lists(st.sampled_from(["<think>", "</think>", "<Thinking>", "\n", "word ", "x<y"]), max_size=12))
def test_no_tag_is_left_in_the_answer(pieces: list[str]) -> None:
    _, text = split("".join(pieces))
    assert "think" not in text.lower()
