"""Which panes there are, the tabs that bring one to the front, and where they stand at each width."""

from collections.abc import Sequence
from typing import Literal

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

Pane = Literal["chat", "agents", "bus", "files", "world", "look"]
PANES: dict[Pane, str] = {
    "chat": "Chat",
    "agents": "Agents",
    "bus": "Bus",
    "files": "Files",
    "world": "World",
    "look": "Diff",
}
"""In the order of their keys, alt+1 and on."""
TABS: dict[str, tuple[Pane, ...]] = {
    "-narrow": tuple(PANES),
    "-normal": ("chat", "bus", "look", "world"),
    "-wide": ("chat", "world"),
}
"""What has a tab at which width; the other panes have a place of their own there."""
_BETWEEN = " │ "

CSS = """
SessionScreen {
    background: $background;
    layers: base overlay;

    #desk { height: 1fr; }
    #left { width: 34; }
    #main { width: 1fr; }
    #chat, #side, #world { height: 1fr; width: 1fr; }
    #bus, #look { height: 1fr; width: 1fr; }
    #agents { height: auto; max-height: 60%; }
    #files { height: 1fr; }
    #agents, #files, #bus, #look, #chat {
        border: round $border;
        border-title-color: $muted;
        border-subtitle-color: $muted;
        &:focus, &:focus-within { border: round $primary; border-title-color: $text-primary; }
    }
    #chat { border-top: none !important; }
    #side { display: none; }
    #world { display: none; border: none; }
    &.-on-world {
        #world { display: block; }
        #chat, #side { display: none; }
        &.-narrow #left, &.-normal #left { display: none; }
    }

    &.-normal, &.-narrow {
        #bus, #look { border-top: none !important; }
        &.-on-bus, &.-on-look { #chat { display: none; } #side { display: block; } }
        &.-on-bus #look { display: none; }
        &.-on-look #bus { display: none; }
    }
    #tabs-top { display: none; }
    &.-narrow {
        #desk { layout: vertical; }
        #tabs { display: none; }
        #tabs-top { display: block; }
        #left { display: none; width: 100%; height: 1fr; }
        #agents { height: 1fr; max-height: 100%; }
        #agents, #files, #chat, #bus, #look { border: none; padding: 0 1; &:focus { border: none; } }
        #chat, #bus, #look { padding: 0; }
        &.-on-agents, &.-on-files {
            #left { display: block; }
            #chat { display: none; }
            #main { height: auto; }
        }
        &.-on-agents #files { display: none; }
        &.-on-files #agents { display: none; }
    }
    &.-wide {
        #left { width: 38; }
        #side { display: block; dock: right; width: 42%; height: 100%; }
        &.-on-world #side { display: none; }
    }
    &.-short { #status { display: none; } }
    &.-tiny, &.-flat {
        #status, #desk, #tabs-top { display: none; }
        TooSmall { display: block; }
    }
}
"""


def size_class(cells: int, breakpoints: Sequence[tuple[int, str]]) -> str:
    """Return the class of a screen that is so wide, or so high."""
    return max((least, name) for least, name in breakpoints if cells >= least)[1]


class PaneTabs(Widget):
    """One line of tabs; a click chooses one. Framed, it is the upper edge of the pane below it."""

    DEFAULT_CSS = """
    PaneTabs { height: 1; padding: 0 1; background: $background; color: $muted; }
    PaneTabs.-framed { padding: 0; background: $surface; }
    """
    active: reactive[Pane] = reactive[Pane]("chat")
    """The tab in front."""
    width_class: reactive[str] = reactive("-normal")
    """How wide the screen is."""
    with_world: reactive[bool] = reactive(False)
    """Whether there is a world to be seen."""
    lit: reactive[bool] = reactive(False)
    """Whether keys go to the pane below."""

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, pane: Pane) -> None:
            super().__init__()
            self.pane = pane

    def __init__(self, *, framed: bool = False, id: str | None = None) -> None:
        super().__init__(id=id, classes="-framed" if framed else None)
        self._framed = framed

    def on_resize(self) -> None:
        """Know which panes have no place of their own."""
        self.width_class = next((name for name in TABS if self.screen.has_class(name)), "-normal")

    @property
    def panes(self) -> tuple[Pane, ...]:
        """What has a tab at this width."""
        return tuple(pane for pane in TABS[self.width_class] if self.with_world or pane != "world")

    @property
    def _front(self) -> Pane:
        """The pane that stands below the tabs; one that has a place of its own leaves the chat there."""
        return self.active if self.active in self.panes else "chat"

    def render(self) -> Content:
        """Return the tabs."""
        line = "$primary" if self.lit else "$border"
        parts: list[tuple[str, str]] = [("╭─ ", line)] if self._framed else []
        for place, pane in enumerate(self.panes):
            parts += [(_BETWEEN, "$faint" if not self._framed else line)] if place else []
            parts.append((PANES[pane], "bold underline $text-primary" if pane == self._front else "$muted"))
        if self._framed:
            used = sum(len(text) for text, _ in parts)
            parts.append((" " + "─" * (self.size.width - used - 2) + "╮", line))
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the mouse."""
        left = 3 if self._framed else self.styles.padding.left
        for pane in self.panes:
            right = left + len(PANES[pane])
            if left <= event.x < right:
                self.post_message(self.Chosen(pane))
                return
            left = right + len(_BETWEEN)
