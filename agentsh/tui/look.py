"""What is being looked at: a file, a diff, a message as a whole, or what a command answered."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content

from agentsh.commands import reply as r
from agentsh.core.terminal import clean, one_line
from agentsh.tui.page import Page
from agentsh.tui.prose import Block
from agentsh.tui.tables import Table as Cells

MOST_MARKDOWN = 60_000
"""Characters; longer ones are shown as plain text."""


class Look(Vertical):
    """Shows one thing at a time."""

    DEFAULT_CSS = """
    Look { background: $surface; & > Page { height: 1fr; } }
    """

    def compose(self) -> ComposeResult:
        """Rows, whatever they are."""
        yield Page(id="look-page", empty="Enter on a file shows it here; d shows what changed in it.")

    def on_mount(self) -> None:
        """Nothing is looked at yet."""
        self.border_title = "Preview"

    @property
    def page(self) -> Page:
        """Where plain rows are shown."""
        return self.query_one("#look-page", Page)

    def show_text(self, text: str, title: str, language: str = "") -> None:
        """Show a text: Markdown as such, everything else in rows."""
        self.border_title = Content(one_line(title, 60) or "Preview")
        if language == "markdown" and len(text) <= MOST_MARKDOWN:
            self.page.show_prose(text)
        else:
            self.page.show(text, "" if language == "markdown" else language)

    def show_table(self, table: r.Table) -> None:
        """Show rows under columns."""
        self.border_title = Content(one_line(table.title, 60) or "Preview")
        self.page.show_blocks(table_blocks(table))

    def show_tree(self, tree: r.Tree) -> None:
        """Show lines that hang from each other."""
        self.border_title = Content(one_line(tree.title, 60) or "Preview")
        self.page.show_blocks(tree_blocks(tree))


def table_blocks(table: r.Table) -> list[Block]:
    """Return a table as it is laid out for whatever width there is."""
    if not table.rows:
        return [Block(Content.styled(clean(table.empty), "$muted"))]
    cells = [tuple(Content(one_line(cell, 400)) for cell in row) for row in (table.columns, *table.rows)]
    return [Block(Cells(tuple(cells)))]


def tree_blocks(tree: r.Tree) -> list[Block]:
    """Return a tree with its branches; a line that is too long goes on below its own beginning."""
    if not tree.roots:
        return [Block(Content.styled(clean(tree.empty), "$muted"))]
    return [block for root in tree.roots for block in _node_blocks(root, "", "")]


def _node_blocks(node: r.Node, first: str, rest: str) -> list[Block]:
    told = Content.assemble(
        (one_line(node.label, 300), "bold"), (f"  {one_line(node.detail, 300)}" if node.detail else "", "$muted")
    )
    blocks = [Block(told, Content.styled(first, "$muted"), Content.styled(rest, "$muted"))]
    for place, child in enumerate(node.children):
        last = place == len(node.children) - 1
        blocks += _node_blocks(child, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  "))
    return blocks
