"""The workspace as a live tree, with marks on what the team changed."""

from collections.abc import Sequence
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widgets import Tree
from textual.widgets.tree import TreeNode

from agentsh.core.terminal import one_line
from agentsh.session.look import FileView

MOST_FILES = 2_000
LONGEST_NAME = 200
"""Characters of a name; a system that allows more is not known."""
EMPTY = "nothing has been written yet"


class Files(Tree[str]):
    """Folders and files; Enter previews one, d shows what changed in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False, id="list.down"),
        Binding("k", "cursor_up", "Up", show=False, id="list.up"),
        Binding("g", "scroll_home", "Top", show=False, id="list.top"),
        Binding("G", "scroll_end", "End", show=False, id="list.end"),
        Binding("d", "diff", "Diff", id="files.diff"),
    ]
    DEFAULT_CSS = """
    Files {
        background: $surface;
        padding: 0 1;
        &:focus { background-tint: $foreground 0%; }
        scrollbar-size-vertical: 1;
        scrollbar-size-horizontal: 0;
    }
    """

    class Previewed(Message):
        """A file is to be shown."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    class DiffWanted(Message):
        """What changed in a file is to be shown."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__("workspace", id=id)
        self.show_root = False
        self.guide_depth = 2
        self._marks: dict[str, FileView] = {}
        self._paths: tuple[str, ...] | None = None
        self._folders: dict[str, TreeNode[str]] = {}
        """By path: what is shown of a name is not the name."""

    def show(self, found: Sequence[FileView]) -> None:
        """Show what is there now; folders stay open or closed, and the cursor stays where it is."""
        self._marks = {file.path: file for file in found[:MOST_FILES] if file.change}
        paths = tuple(file.path for file in found[:MOST_FILES])
        if paths != self._paths:
            self._paths = paths
            self._rebuild()
        else:
            self._relabel(self.root)

    def render_label(self, node: TreeNode[str], base_style: Style, style: Style) -> Text:
        """Return a name, and how many lines came and went."""
        label = Text(str(node.label), style=base_style + style, no_wrap=True, overflow="ellipsis")
        if node.allow_expand:
            return Text("▾ " if node.is_expanded else "▸ ", style=base_style) + label
        if not node.data:
            return Text(EMPTY, style=base_style + Style(color=self._colour("muted")))
        change = self._marks.get(node.data)
        if change is None:
            return label
        mark = Text("", style=base_style)
        if change.added_lines:
            mark.append(f"  +{change.added_lines}", style=self._colour("success"))
        if change.removed_lines:
            mark.append(f"  -{change.removed_lines}", style=self._colour("error"))
        return label + (mark if mark.plain else Text("  ●", style=self._colour("accent")))

    def action_diff(self) -> None:
        """Show what changed in the file under the cursor."""
        if (path := self._chosen) is not None:
            self.post_message(self.DiffWanted(path))

    def on_tree_node_selected(self, event: Tree.NodeSelected[str]) -> None:
        """Preview a file."""
        event.stop()
        if event.node.data:
            self.post_message(self.Previewed(event.node.data))

    @property
    def _chosen(self) -> str | None:
        node = self.cursor_node
        return node.data if node is not None and node.data else None

    def _colour(self, name: str) -> str:
        return self.app.theme_variables[name]

    def _rebuild(self) -> None:
        closed = {path for path, folder in self._folders.items() if not folder.is_expanded}
        chosen = self._chosen
        self.root.remove_children()
        self._folders.clear()
        for path in self._paths or ():
            parent, _, name = path.rpartition("/")
            leaf = self._folder(parent, closed).add_leaf(Text(one_line(name, LONGEST_NAME)), data=path)
            if path == chosen:
                self.call_after_refresh(self.move_cursor, leaf)
        if not self._paths:
            self.root.add_leaf(Text(EMPTY), data="")
        self.root.expand()

    def _folder(self, path: str, closed: set[str]) -> TreeNode[str]:
        if not path:
            return self.root
        if path not in self._folders:
            parent, _, name = path.rpartition("/")
            above = self._folder(parent, closed)
            self._folders[path] = above.add(Text(one_line(name, LONGEST_NAME)), data="", expand=path not in closed)
        return self._folders[path]

    def _relabel(self, node: TreeNode[str]) -> None:
        for child in node.children:
            if child.data in self._marks:
                child.refresh()
            self._relabel(child)
