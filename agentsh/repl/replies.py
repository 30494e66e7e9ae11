"""Shows what a command answered, as lines."""

from collections.abc import Iterator

from agentsh.commands import reply as r
from agentsh.core.columns import columns
from agentsh.repl.lines import Line, block, line, markdown

Shown = r.Text | r.Markdown | r.Table | r.Tree | r.OpenFile
"""Answers that are there to be read."""
_DIFF = {"+": "good", "-": "bad", "@": "asked"}


def lines_of(reply: Shown) -> list[Line]:
    """Return an answer as lines, its title first."""
    match reply:
        case r.Text(text=text, title=title, language=language):
            return [*_title(title), *(_diff(text) if language == "diff" else block(text))]
        case r.Markdown(text=text, title=title):
            return [*_title(title), *markdown(text)]
        case r.Table():
            return [*_title(reply.title), *_table(reply)]
        case r.Tree(roots=roots, title=title, empty=empty):
            rows = [row for root in roots for row in _node(root, "")]
            return [*_title(title), *(rows or [line(("dim", empty))])]
        case r.OpenFile(path=path, text=text):
            return [*_title(path), *block(text)]


def _title(title: str) -> list[Line]:
    return [Line(), line(("head", title))] if title else []


def _table(table: r.Table) -> list[Line]:
    if not table.rows:
        return [line(("dim", table.empty))]
    head, *rows = columns(table.rows, table.columns)
    return [line(("dim", head)), *(line(row) for row in rows)]


def _node(node: r.Node, indent: str) -> Iterator[Line]:
    yield line(indent, node.label, ("dim", f"  {node.detail}" if node.detail else ""))
    for child in node.children:
        yield from _node(child, f"{indent}  ")


def _diff(text: str) -> list[Line]:
    return [line((_DIFF.get(found.text[:1], ""), found.text)) for found in block(text)]
