"""Markdown as rows of one widget: parsed once, laid out for a width, drawn only where it is in sight.

Textual's own Markdown makes a widget of every block, and a screen of 700 widgets takes 90 ms to lay out. What stands
still is drawn by this instead. Nothing in the text is markup, a link that can be clicked, or an escape sequence.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from textual.content import Content, Span

from agentsh.core.terminal import clean
from agentsh.tui.tables import Table

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token

MOST_COLOURED = 20_000
"""Characters of a code block; a longer one has no colours."""
CODE_INDENT = 2
_QUOTE = Content.styled("▌ ", "$muted")
_INLINE = {
    "strong_open": "bold",
    "em_open": "italic",
    "s_open": "strike",
    "link_open": "underline",
}
CODE = "$accent on $foreground 8%"
FENCE = "on $foreground 5%"
HEADINGS = {"h1": "bold $primary", "h2": "bold $primary", "h3": "bold $secondary"}


@dataclass(frozen=True, slots=True)
class Block:
    """Rows that hang together: a paragraph, a code block, a table, or nothing."""

    content: Content | Table = field(default_factory=Content)
    first: Content = field(default_factory=Content)
    """Before its first row, such as a bullet."""
    rest: Content = field(default_factory=Content)
    """Before its other rows."""
    code: bool = False

    def rows(self, width: int) -> Iterator[Content]:
        """Yield its rows."""
        room = max(1, width - self.first.cell_length)
        for place, row in enumerate(self._own_rows(room)):
            yield (self.rest if place else self.first) + row

    def _own_rows(self, room: int) -> list[Content]:
        if isinstance(self.content, Table):
            return self.content.rows(room)
        if not self.code:
            return self.content.wrap(room)
        inner = max(1, room - 2 * CODE_INDENT)
        folded = [row for line in self.content.split("\n", allow_blank=True) for row in line.fold(inner)]
        return [_filled(row, room) for row in folded]


def rows(blocks: Sequence[Block], width: int) -> list[Content]:
    """Return blocks as rows of at most `width` cells."""
    return [row for block in blocks for row in block.rows(max(4, width))]


def blocks(markdown: str) -> list[Block]:
    """Return the blocks of a text from outside, a blank one between two."""
    return _Reader(_parser().parse(clean(markdown))).blocks


@lru_cache(maxsize=1)
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


def _filled(row: Content, room: int) -> Content:
    indented = row.pad_left(CODE_INDENT)
    return indented.pad_right(max(0, room - indented.cell_length)).stylize_before(FENCE)


class _Reader:
    """Walks through the tokens once."""

    def __init__(self, tokens: "Sequence[Token]") -> None:
        self.blocks: list[Block] = []
        self._first: list[Content] = []
        self._rest: list[Content] = []
        self._numbers: list[int | None] = []
        self._tight = 0
        self._style = ""
        self._table: list[list[Content]] | None = None
        for token in tokens:
            self._take(token)

    def _take(self, token: "Token") -> None:
        if (opened := _OPENED.get(token.type)) is not None:
            opened(self, token)
        elif token.type in ("fence", "code_block"):
            self._blank()
            self._put(Block(_code(token.content.rstrip("\n"), token.info.strip()), *self._prefixes(), code=True))
        elif token.type == "inline":
            self._inline(inline(token.children or ()))
        elif token.type == "hr":
            self._blank()
            self._put(Block(Content.styled("─" * 24, "$faint"), *self._prefixes()))
        elif token.type == "html_block":
            self._blank()
            self._put(Block(Content(token.content.rstrip("\n")), *self._prefixes()))

    def open_heading(self, token: "Token") -> None:
        """Its text is bold."""
        self._style = HEADINGS.get(token.tag, "bold")

    def close_heading(self, _token: "Token") -> None:
        """What follows is plain again."""
        self._style = ""

    def open_list(self, token: "Token") -> None:
        """Its items follow each other closely."""
        if not self._numbers:
            self._blank()
        self._numbers.append(int(str(token.attrs.get("start", 1))) if token.type == "ordered_list_open" else None)

    def close_list(self, _token: "Token") -> None:
        """Its items are over."""
        self._numbers.pop()

    def open_item(self, _token: "Token") -> None:
        """A bullet or a number stands before its first row."""
        number = self._numbers[-1]
        mark = ("•", "◦", "▪")[(len(self._numbers) - 1) % 3] if number is None else f"{number}."
        if number is not None:
            self._numbers[-1] = number + 1
        self._first.append(Content.styled(f"{mark} ", "$primary"))
        self._rest.append(Content(" " * (len(mark) + 1)))

    def close_item(self, _token: "Token") -> None:
        """An item that holds nothing shows its bullet all the same."""
        if self._first[-1] is not self._rest[-1]:
            self._put(Block(Content(), *self._prefixes()))
        self._first.pop()
        self._rest.pop()

    def open_quote(self, _token: "Token") -> None:
        """A bar stands before its rows."""
        self._blank()
        self._first.append(_QUOTE)
        self._rest.append(_QUOTE)

    def close_quote(self, _token: "Token") -> None:
        """It is over."""
        self._first.pop()
        self._rest.pop()

    def open_table(self, _token: "Token") -> None:
        """Cells are collected."""
        self._table = []

    def close_table(self, _token: "Token") -> None:
        """All cells are known."""
        cells, self._table = self._table or [], None
        self._blank()
        self._put(Block(Table(tuple(tuple(row) for row in cells)), *self._prefixes()))

    def open_row(self, _token: "Token") -> None:
        """Another row of a table."""
        if self._table is not None:
            self._table.append([])

    def _inline(self, content: Content) -> None:
        if self._table is not None:
            self._table[-1].append(content)
            return
        if not self._numbers or self._first[-1:] == self._rest[-1:]:
            self._blank()
        styled = content.stylize_before(self._style) if self._style else content
        self._put(Block(styled, *self._prefixes()))

    def _prefixes(self) -> tuple[Content, Content]:
        return Content("").join(self._first), Content("").join(self._rest)

    def _put(self, block: Block) -> None:
        self.blocks.append(block)
        self._first = list(self._rest)

    def _blank(self) -> None:
        """Leave a row free, unless nothing stands above or a bullet waits for its first row."""
        if self.blocks and self._first == self._rest and self.blocks[-1] != Block():
            self.blocks.append(Block())


_OPENED: "dict[str, Callable[[_Reader, Token], None]]" = {
    "heading_open": _Reader.open_heading,
    "heading_close": _Reader.close_heading,
    "bullet_list_open": _Reader.open_list,
    "ordered_list_open": _Reader.open_list,
    "bullet_list_close": _Reader.close_list,
    "ordered_list_close": _Reader.close_list,
    "list_item_open": _Reader.open_item,
    "list_item_close": _Reader.close_item,
    "blockquote_open": _Reader.open_quote,
    "blockquote_close": _Reader.close_quote,
    "table_open": _Reader.open_table,
    "table_close": _Reader.close_table,
    "tr_open": _Reader.open_row,
}


def inline(tokens: "Sequence[Token]") -> Content:
    """Return the text of a paragraph, with its styles; a link's address stands behind it."""
    parts: list[str] = []
    spans: list[Span] = []
    opened: list[tuple[int, str, str]] = []
    at = 0

    def add(text: str, style: str = "") -> None:
        nonlocal at
        if style:
            spans.append(Span(at, at + len(text), style))
        parts.append(text)
        at += len(text)

    for token in tokens:
        if token.type in _INLINE:
            opened.append((at, _INLINE[token.type], str(token.attrs.get("href", ""))))
        elif token.nesting < 0 and opened:
            start, style, address = opened.pop()
            spans.append(Span(start, at, style))
            if address and address != "".join(parts)[start:]:
                add(f" ({address})", "$muted")
        else:
            add(*_text(token))
    return Content("".join(parts), spans)


def _text(token: "Token") -> tuple[str, str]:
    match token.type:
        case "code_inline":
            return token.content, CODE
        case "softbreak":
            return " ", ""
        case "hardbreak":
            return "\n", ""
        case "image":
            return f"[image: {token.content or token.attrs.get('src', '')}]", "$muted"
        case _:
            return token.content, ""


def _code(text: str, language: str) -> Content:
    if not language or len(text) > MOST_COLOURED:
        return Content(text.expandtabs(4))
    from textual.highlight import highlight

    return highlight(text, language=language.split(maxsplit=1)[0], tab_size=4)
