"""Markdown as rows: every block of it, at every width, and never as anything but text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agentsh.tui.prose import blocks, rows

TEXT = """\
# Title

Some **bold** and *slanted* text with `code`, a [link](https://example.org) and ~~no~~.
It goes on here.

- one
- two
  - two and a half
    which goes on
- three

3. third
4. fourth

> quoted
> more

| a | long column |
|---|---|
| 1 | `x` and y |

```python
def f(x):
    return x
```

---

The end.
"""


def plain(markdown: str, width: int = 60) -> list[str]:
    return [row.plain.rstrip() for row in rows(blocks(markdown), width)]


def test_every_block_is_shown() -> None:
    assert plain(TEXT) == [
        "Title",
        "",
        "Some bold and slanted text with code, a link",
        "(https://example.org) and no. It goes on here.",
        "",
        "• one",
        "• two",
        "  ◦ two and a half which goes on",
        "• three",
        "",
        "3. third",
        "4. fourth",
        "",
        "▌ quoted more",
        "",
        "a │ long column",
        "──┼────────────",
        "1 │ x and y",
        "",
        "  def f(x):",
        "      return x",
        "",
        "────────────────────────",
        "",
        "The end.",
    ]


@settings(max_examples=60, deadline=None)
@given(st.integers(16, 120))
def test_no_row_is_wider_than_asked_for(width: int) -> None:
    assert not [row for row in rows(blocks(TEXT), width) if row.cell_length > width]


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="abc *_`#>-|[]()\n\\!<&~1.", max_size=200), st.integers(1, 40))
def test_whatever_a_model_writes_becomes_rows(text: str, width: int) -> None:
    assert isinstance(rows(blocks(text), width), list)


def test_an_empty_text_has_no_rows() -> None:
    assert plain("") == []


def test_empty_items_and_deep_lists_keep_their_marks() -> None:
    assert plain("- \n- a\n\n  b\n- - c") == ["•", "• a", "", "  b", "• ◦ c"]


def test_markup_html_and_links_are_text() -> None:
    shown = "\n".join(plain("[bold]x[/bold] [@click=app.quit]y[/] <b>z</b>\n\n<script>alert(1)</script>"))
    assert "[bold]x[/bold] [@click=app.quit]y[/] <b>z</b>" in shown
    assert "<script>alert(1)</script>" in shown
    styles = [span.style for row in rows(blocks("[a](javascript:x) [@click=app.quit]y[/]"), 60) for span in row.spans]
    assert all(isinstance(style, str) and "click" not in style and "link" not in style for style in styles)


def test_a_wide_table_is_cut_to_fit() -> None:
    table = "| a | b |\n|---|---|\n| " + "word " * 30 + " | " + "other " * 30 + " |"
    assert all(len(row) <= 50 for row in plain(table, 50))
    assert sum("word" in row for row in plain(table, 50)) > 3


def test_a_code_block_that_never_ends_is_shown_as_far_as_it_came() -> None:
    assert plain("```python\nx = 1") == ["  x = 1"]


def test_code_is_filled_to_the_edge_so_that_its_ground_is_even() -> None:
    assert {row.cell_length for row in rows(blocks("```\na\nlonger\n```"), 30)} == {30}
