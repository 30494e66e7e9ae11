"""Which panes there are, the tabs that bring one to the front, and where they stand at each width."""

from typing import Literal

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

Pane = Literal["chat", "agents", "bus", "files", "look", "world"]
PANES: dict[Pane, str] = {
    "chat": "Chat",
    "agents": "Agents",
    "bus": "Bus",
    "files": "Files",
    "look": "Diff",
    "world": "World",
}
_BESIDE: tuple[Pane, ...] = ("agents", "files")
"""Panes that have a place of their own from 100 cells on, and so no tab."""

CSS = """
SessionScreen {
    background: $background;
    layers: base overlay;

    #desk { height: 1fr; }
    #left { width: 32; }
    #main { width: 1fr; }
    #tabs { height: 1; }
    #chat, #side { height: 1fr; width: 1fr; }
    #bus, #look { height: 1fr; width: 1fr; }
    #agents { height: auto; max-height: 50%; }
    #files { height: 1fr; }
    #agents, #files, #bus, #look, #chat {
        border: round $border;
        border-title-color: $muted;
        border-subtitle-color: $muted;
        &:focus, &:focus-within { border: round $primary; border-title-color: $text-primary; }
    }
    #side { display: none; }
    #world { display: none; height: 1fr; width: 1fr; border: none; }
    &.-on-world {
        #world { display: block; }
        #chat, #side { display: none; }
        &.-narrow #left, &.-normal #left { display: none; }
    }

    &.-normal, &.-narrow {
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
        #chat { border: none; padding: 0; &:focus { border: none; } }
        &.-on-agents, &.-on-files {
            #left { display: block; }
            #chat { display: none; }
            #main { height: auto; }
        }
        &.-on-agents #files { display: none; }
        &.-on-files #agents { display: none; }
    }
    &.-wide {
        #left { width: 36; }
        #side { display: block; dock: right; width: 42%; height: 100%; }
        #tabs { display: none; }
        &.-has-world #tabs { display: block; }
        #chat { border-title-color: $muted; }
        &.-on-world #side { display: none; }
    }
    &.-short { #status { display: none; } }
    &.-tiny, &.-flat {
        #status, #desk, #tabs-top { display: none; }
        TooSmall { display: block; }
    }
}
"""


class PaneTabs(Widget):
    """One line of tabs; a click chooses one."""

    DEFAULT_CSS = """
    PaneTabs { height: 1; padding: 0 1; background: $background; color: $muted; }
    """
    active: reactive[Pane] = reactive[Pane]("chat")
    """The tab in front."""
    narrow: reactive[bool] = reactive(False)
    """Whether panes at the left need a tab too."""
    with_world: reactive[bool] = reactive(False)
    """Whether there is a world to be seen."""

    class Chosen(Message):
        """A tab was clicked."""

        def __init__(self, pane: Pane) -> None:
            super().__init__()
            self.pane = pane

    @property
    def panes(self) -> list[Pane]:
        """What has a tab at this width."""
        return [pane for pane in PANES if (self.narrow or pane not in _BESIDE) and (self.with_world or pane != "world")]

    def on_resize(self) -> None:
        """Know whether it is narrow."""
        self.narrow = self.screen.has_class("-narrow")

    def render(self) -> Content:
        """Return the tabs."""
        parts: list[tuple[str, str]] = []
        for pane in self.panes:
            style = "bold $text-primary underline" if pane == self.active else "$muted"
            parts += [(PANES[pane], style), ("   ", "")]
        return Content.assemble(*parts)

    def on_click(self, event: events.Click) -> None:
        """Choose the tab under the mouse."""
        left = self.styles.padding.left
        for pane in self.panes:
            right = left + len(PANES[pane])
            if left <= event.x < right:
                self.post_message(self.Chosen(pane))
                return
            left = right + 3
