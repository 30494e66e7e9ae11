"""A list to choose from, whose options may change at any moment: below a click, or while keys are on their way."""

from collections.abc import Sequence
from typing import ClassVar, Literal

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList
from textual.widgets.option_list import Option


class Options(OptionList):
    """Textual's list with the keys that all lists have here; what it holds is drawn as it is, never as markup.

    A click is for the option that was drawn there, and a page has the height of what was laid out. Textual's own list
    ends the app when the one is gone meanwhile, or the other is yet to come.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j", "cursor_down", "Down", show=False, id="list.down"),
        Binding("k", "cursor_up", "Up", show=False, id="list.up"),
        Binding("g", "first", "Top", show=False, id="list.top"),
        Binding("G", "last", "End", show=False, id="list.end"),
    ]

    def __init__(self, prompts: Sequence[Content] = (), *, id: str | None = None) -> None:
        super().__init__(*[Option(prompt) for prompt in prompts], id=id, markup=False)

    async def _on_click(self, event: events.Click) -> None:
        place = event.style.meta.get("option")
        if place is not None and place >= self.option_count:
            event.prevent_default()  # else Textual's own, which is called after this one, looks for it

    def _move_page(self, direction: Literal[-1, 1]) -> None:
        if (self.highlighted or 0) in self._index_to_line:
            super()._move_page(direction)
