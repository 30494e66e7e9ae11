"""The rooms of a world as a map; the room of whoever is looked at is marked, and a click goes to one."""

from textual import events
from textual.content import Content
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from agentsh.core.worlds import EntityId
from agentsh.session.world_map import Box, Drawing, world_map
from agentsh.session.world_view import WorldView
from agentsh.tui.rows import strip_of


class WorldMap(ScrollView, can_focus=True):
    """Boxes with who is in them."""

    DEFAULT_CSS = """
    WorldMap { background: $surface; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; padding: 0 1; }
    """

    class RoomChosen(Message):
        """A room was clicked."""

        def __init__(self, room: EntityId) -> None:
            super().__init__()
            self.room = room

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._view: WorldView | None = None
        self._drawing = Drawing([], [])
        self._marked: EntityId | None = None

    def show(self, view: WorldView, marked: EntityId | None) -> None:
        """Show the world; `marked` is the room to be marked."""
        self._view, self._marked = view, marked
        self._draw()

    def on_resize(self, _event: events.Resize) -> None:
        """Draw for the new width."""
        self._draw()

    def on_click(self, event: events.Click) -> None:
        """Go to the room under the mouse."""
        inside = event.get_content_offset(self)
        if inside is None:
            return
        x, y = inside.x, inside.y + self.scroll_offset.y
        for box in self._drawing.boxes:
            if box.x <= x < box.x + box.width and box.y <= y < box.y + box.height:
                self.post_message(self.RoomChosen(box.room))
                return

    def render_line(self, y: int) -> Strip:
        """Return one row of the map."""
        at, width = y + self.scroll_offset.y, self.scrollable_content_region.width
        if at >= len(self._drawing.rows):
            return Strip.blank(width, self.rich_style)
        text = self._drawing.rows[at]
        row = Content(text).stylize("$foreground")
        box = self._marked_box
        if box is not None and box.y <= at < box.y + box.height:
            row = row.stylize("bold $text-primary", *_span(text, box))
        return strip_of(self, row, at, width)

    @property
    def _marked_box(self) -> Box | None:
        return next((box for box in self._drawing.boxes if box.room == self._marked), None)

    def _draw(self) -> None:
        if self._view is not None:
            width = self.scrollable_content_region.width
            self._drawing = world_map(self._view, width, self.scrollable_content_region.height)
            self.virtual_size = Size(width, len(self._drawing.rows))
            self.refresh()


def _span(text: str, box: Box) -> tuple[int, int]:
    """Return which characters of a row stand in the cells of a box."""
    cells, start, end = 0, 0, len(text)
    for place, char in enumerate(text):
        if cells <= box.x:
            start = place
        if cells >= box.x + box.width:
            end = place
            break
        cells += Content(char).cell_length
    return start, end
