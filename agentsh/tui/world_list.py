"""A list of rows with a cursor, of which only those in sight are made: a world has thousands of entities."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip

from agentsh.tui.rows import strip_of

_PAGE_ROWS = 10


class WorldList(ScrollView, can_focus=True):
    """Rows that are told apart by a key, so that the cursor stays where it is when others come and go."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "move(1)", "Down", show=False, id="list.down"),
        Binding("k,up", "move(-1)", "Up", show=False, id="list.up"),
        Binding("g,home", "move(-1000000)", "Top", show=False, id="list.top"),
        Binding("G,end", "move(1000000)", "End", show=False, id="list.end"),
        Binding("pagedown", f"move({_PAGE_ROWS})", "Page down", show=False),
        Binding("pageup", f"move(-{_PAGE_ROWS})", "Page up", show=False),
        Binding("enter", "choose", "Choose", show=False),
    ]
    DEFAULT_CSS = """
    WorldList { background: $surface; scrollbar-size-horizontal: 0; scrollbar-size-vertical: 1; padding: 0 1; }
    """
    cursor: reactive[int] = reactive(0)
    """Which row, from 0."""

    class Moved(Message):
        """The cursor stands on another row."""

        def __init__(self, shown: "WorldList") -> None:
            super().__init__()
            self.shown = shown

        @property
        def control(self) -> "WorldList":
            """Where."""
            return self.shown

    class Chosen(Moved):
        """A row was chosen."""

    def __init__(self, empty: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._empty = empty
        self._keys: Sequence[object] = ()
        self._row: Callable[[int, int], Content] = lambda _place, _width: Content()

    @property
    def chosen(self) -> object | None:
        """The key of the row under the cursor."""
        return self._keys[self.cursor] if self.cursor < len(self._keys) else None

    def show(self, keys: Sequence[object], row: Callable[[int, int], Content]) -> None:
        """Show these rows.

        Args:
            keys: one for each row; the cursor stays on its key, or in its place when that is gone.
            row: makes the row of a place, for a width.
        """
        before = self.chosen
        self._keys, self._row = keys, row
        if before in keys:
            self.set_reactive(WorldList.cursor, keys.index(before))
        else:
            self.set_reactive(WorldList.cursor, max(0, min(self.cursor, len(keys) - 1)))
        self.virtual_size = Size(self.scrollable_content_region.width, len(keys))
        self.refresh()
        if self.chosen != before:
            self.post_message(self.Moved(self))

    def put_on(self, key: object) -> bool:
        """Put the cursor on a row; return whether there is one of that key."""
        if key not in self._keys:
            return False
        self.cursor = self._keys.index(key)
        return True

    def watch_cursor(self) -> None:
        """Keep the cursor in sight."""
        self.scroll_to_region(Region(0, self.cursor, 1, 1), animate=False, force=True)
        self.refresh()
        self.post_message(self.Moved(self))

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self.cursor = max(0, min(self.cursor + by, len(self._keys) - 1))

    def action_choose(self) -> None:
        """Choose the row under the cursor."""
        if self.chosen is not None:
            self.post_message(self.Chosen(self))

    def on_click(self, event: events.Click) -> None:
        """Go to the row; the second click chooses it."""
        place = event.y + self.scroll_offset.y
        if 0 <= place < len(self._keys):
            self.cursor = place
            if event.chain == 2:
                self.action_choose()

    def on_focus(self) -> None:
        """Mark the cursor."""
        self.refresh()

    def on_blur(self) -> None:
        """Mark it less."""
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Return one row."""
        place, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if not self._keys and place == 0:
            return strip_of(self, Content.styled(self._empty, "$muted"), 0, width)
        if place >= len(self._keys):
            return Strip.blank(width, self.rich_style)
        row = self._row(place, width)
        if place == self.cursor:
            row = row.pad_right(max(0, width - row.cell_length)).stylize(
                "on $primary 14%" if self.has_focus else "on $panel"
            )
        return strip_of(self, row, place, width)
