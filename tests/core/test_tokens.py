from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.chat import ChatMessage
from agentsh.core.tokens import TOKENS_PER_MESSAGE, estimate_prompt, estimate_tokens, was_probably_cut


def test_english_and_code_are_estimated_too_high_rather_than_too_low() -> None:
    english = "The quick brown fox jumps over the lazy dog near the old stone bridge. " * 20
    assert 280 <= 1.15 * estimate_tokens(english) <= 600  # 15 tokens a sentence with common tokenizers
    assert estimate_tokens("for i in range(10):\n        print(i)\n") >= 12


def test_indentation_costs_little() -> None:
    flat = "x = 1\n" * 50
    assert estimate_tokens(flat.replace("x", "            x")) <= estimate_tokens(flat) + 3 * 50


def test_chinese_costs_more_than_a_token_a_character() -> None:
    assert 4 <= estimate_tokens("写一个游戏") <= 10


@given(st.text(), st.text())
def test_more_text_never_has_fewer_tokens(front: str, rest: str) -> None:
    assert estimate_tokens(front + rest + "a") + 2 >= estimate_tokens(front)


@given(st.text(min_size=1))
def test_any_text_has_a_token(text: str) -> None:
    assert estimate_tokens(text) >= 1


def test_half_a_surrogate_pair_is_counted_like_any_character() -> None:
    assert estimate_tokens("a\udc80") >= 1


def test_a_prompt_counts_what_the_template_adds() -> None:
    messages = [ChatMessage(role="user", content="hi")] * 3
    assert estimate_prompt(messages) == 3 * (TOKENS_PER_MESSAGE + estimate_tokens("hi"))


def test_a_prompt_was_cut_when_the_server_saw_less_than_half_of_it() -> None:
    assert was_probably_cut(10_000, 4096)
    assert not was_probably_cut(10_000, 6_700)
    assert not was_probably_cut(10_000, 0)
