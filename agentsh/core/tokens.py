"""How many tokens a text has, guessed from its length: enough to budget by, and to notice that a prompt was cut."""

from collections.abc import Sequence

from agentsh.core.chat import ChatMessage

ASCII_PER_TOKEN = 3
"""English has about 4 characters a token and code about 3; the lower one errs towards too many tokens."""
BYTES_PER_TOKEN = 2
"""For what is not ASCII: a Chinese character counts 1.5, a Cyrillic letter 1."""
TOKENS_PER_MESSAGE = 8
"""What a chat template puts around a message."""
CUT_BELOW = 0.5
"""A server that saw less than this share of the estimate has probably cut the prompt."""

_INDENT = "    "


def estimate_tokens(text: str) -> int:
    """Return the tokens of `text`, rather too many than too few. Indentation counts one a four spaces."""
    indents = text.count(_INDENT)
    if text.isascii():
        return indents - (len(_INDENT) * indents - len(text)) // ASCII_PER_TOKEN
    ascii_chars = sum(character < "\x80" for character in text)
    wide_bytes = len(text.encode("utf-8", "surrogatepass")) - ascii_chars
    plain = ascii_chars - len(_INDENT) * indents
    return indents - (-plain // ASCII_PER_TOKEN) - (-wide_bytes // BYTES_PER_TOKEN)


def estimate_prompt(messages: Sequence[ChatMessage]) -> int:
    """Return the tokens of a whole prompt, with what a chat template adds."""
    return sum(TOKENS_PER_MESSAGE + estimate_tokens(message.content) for message in messages)


def was_probably_cut(estimated_tokens: int, seen_tokens: int) -> bool:
    """Return whether a server that counted `seen_tokens` saw only part of the prompt; 0 means it did not count."""
    return 0 < seen_tokens < CUT_BELOW * estimated_tokens
