"""Values in free text: `32`, `"hello"`, `[1, 2]`, and bare words, which are text."""

import re
from collections.abc import Iterator

from agentsh.core.model import Frozen
from agentsh.roles.function_first.python import value_of

_WORDS = {"true": "True", "false": "False", "none": "None", "null": "None"}
_SPELLINGS = str.maketrans("\u2018\u2019\u201c\u201d\u2212", "''\"\"-")
_CLOSING = {"(": ")", "[": "]", "{": "}", "\u2018": "\u2019", "\u201c": "\u201d", "'": "'", '"': '"', "`": "`"}
_QUOTES = "'\"`\u2018\u201c"
_NUMBER_OR_WORD = re.compile(r"[-\u2212]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w%]|\.\w)|(?:True|False|None)\b")
_LONGEST = 400
_TYPES = (str, int, float, bool, type(None), list, tuple, dict, set)


class Value(Frozen):
    """A value in a text, and where it stands."""

    source: str
    """In Python's own spelling."""
    start: int
    end: int
    bare: str | None = None
    """What stood there, when it had neither quotes nor brackets: it may have been meant as text."""


def strict(text: str) -> str | None:
    """Return the Python source of the value that `text` is; None for bare words and anything else."""
    written = text.strip().strip("`").strip()
    for source in (_WORDS.get(written.lower(), written), written.translate(_SPELLINGS)):
        try:
            value = value_of(source) if source and len(source) <= _LONGEST else None
        except ValueError:
            continue
        if source and isinstance(value, _TYPES):
            return _source(value)
    return None


def loose(text: str) -> str | None:
    """Return the Python source of what `text` means as a value; bare words are text; None when nothing is there."""
    if (source := strict(text)) is not None:
        return source
    bare = text.strip().strip("`").strip()
    return repr(bare) if bare and "\n" not in bare and len(bare) <= _LONGEST else None


def is_bare(text: str) -> bool:
    """Return whether a value stands in `text` without quotes and brackets."""
    return text.strip().strip("`").strip()[:1] not in _CLOSING


def leading(text: str, start: int = 0) -> Value | None:
    """Return the unmistakable value at `start` of `text`, spaces before it aside; None: there is none."""
    while text[start : start + 1] in (" ", "\t"):
        start += 1
    number = _NUMBER_OR_WORD.match(text, start)
    end = number.end() if number else span_end(text, start)
    source = None if end is None else strict(text[start:end])
    if source is None or end is None:
        return None
    written = text[start:end]
    return Value(source=source, start=start, end=end, bare=written.strip("`") if is_bare(written) else None)


def values(text: str) -> Iterator[Value]:
    """Yield the unmistakable values in `text`, in their order."""
    position = 0
    while position < len(text):
        at_boundary = not _continues_word(text, position) and not text[position].isspace()
        value = leading(text, position) if at_boundary else None
        if value is not None:
            yield value
        position = position + 1 if value is None else value.end


def span_end(text: str, start: int) -> int | None:
    """Return where the quoted or bracketed stretch that begins at `start` ends; None when none begins there.

    An apostrophe inside a word opens nothing.
    """
    opened = text[start : start + 1]
    if not opened or opened not in _CLOSING:
        return None
    if opened in _QUOTES:
        end = -1 if _continues_word(text, start) else text.find(_CLOSING[opened], start + 1, start + _LONGEST)
        return None if end == -1 else end + 1
    return _bracket_end(text, start)


def _bracket_end(text: str, start: int) -> int | None:
    closers: list[str] = []
    position = start
    while position < min(len(text), start + _LONGEST):
        character = text[position]
        if character in _QUOTES:
            position = span_end(text, position) or position + 1
            continue
        if character in "([{":
            closers.append(_CLOSING[character])
        elif character == closers[-1]:
            closers.pop()
        position += 1
        if not closers:
            return position
    return None


def _continues_word(text: str, position: int) -> bool:
    before = text[position - 1 : position] if position else ""
    return before.isalnum() or (before in ("_", ".") and text[position].isdigit())


def _source(value: object) -> str:
    """Return the spelling of a value; an infinite number has none that can be read back."""
    source = repr(value)
    return source.replace("inf", "1e999") if isinstance(value, float) else source
