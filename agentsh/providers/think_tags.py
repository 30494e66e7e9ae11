"""Keeps a model's thinking apart from its answer where the server has not done so.

A `<think>` before the answer opens a block of thinking. Any other such tag is a stray: it is dropped, and the text
around it stays, because an answer may be about such tags.
"""

import re
from collections.abc import Iterator
from typing import Literal

Part = tuple[Literal["text", "thinking"], str]

_TAGS = ("<think>", "</think>", "<thinking>", "</thinking>")
_TAG = re.compile("|".join(_TAGS), re.IGNORECASE)
_LONGEST_TAG = max(map(len, _TAGS))


class ThinkSplitter:
    """Sorts a stream of text into thinking and answer. A tag may be split over any number of chunks."""

    def __init__(self) -> None:
        self._held = ""
        self._thinking = False
        self._answering = False
        self._skip_space = False

    def feed(self, chunk: str) -> Iterator[Part]:
        """Yield what is decided, in order; what may be the front of a tag is held back."""
        if "<" not in chunk and not self._held:
            yield from self._part(chunk)
            return
        text = self._held + chunk
        keep = _unfinished_tag(text)
        self._held = text[len(text) - keep :]
        yield from self._split(text[: len(text) - keep])

    def close(self) -> Iterator[Part]:
        """Yield what was held back: it was no tag after all."""
        held, self._held = self._held, ""
        yield from self._part(held)

    def _split(self, text: str) -> Iterator[Part]:
        start = 0
        for tag in _TAG.finditer(text):
            yield from self._part(text[start : tag.start()])
            self._turn(closing=tag.group().startswith("</"))
            start = tag.end()
        yield from self._part(text[start:])

    def _turn(self, *, closing: bool) -> None:
        if closing and self._thinking:
            self._thinking, self._skip_space = False, True
        elif not closing and not self._answering:
            self._thinking = True

    def _part(self, text: str) -> Iterator[Part]:
        if self._thinking:
            if text:
                yield "thinking", text
            return
        if self._skip_space:
            text = text.lstrip()
        if text:
            self._skip_space = False
            self._answering = self._answering or not text.isspace()
            yield "text", text


def _unfinished_tag(text: str) -> int:
    """Return how many characters at the end could go on to be a tag."""
    start = text.rfind("<", max(0, len(text) - _LONGEST_TAG + 1))
    if start < 0:
        return 0
    tail = text[start:].lower()
    could_be = any(tag.startswith(tail) and tag != tail for tag in _TAGS)
    return len(tail) if could_be else 0
