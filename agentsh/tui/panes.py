"""Which pane of a session is in front, and where keys go: one tree of panes for all widths, and the prompt below it."""

from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.reactive import var
from textual.screen import Screen

from agentsh.tui.layout import PANES, Pane, PaneTabs, size_class
from agentsh.tui.prompt import Prompt
from agentsh.tui.small import LEAST_HEIGHT, LEAST_WIDTH


class PanedScreen(Screen[None]):
    """Brings panes to the front; what stands in them is composed by whoever has them."""

    HORIZONTAL_BREAKPOINTS = [(0, "-tiny"), (LEAST_WIDTH, "-narrow"), (100, "-normal"), (170, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-flat"), (LEAST_HEIGHT, "-short"), (20, "-tall")]
    BINDINGS: ClassVar[list[BindingType]] = [
        *[
            Binding(f"alt+{place}", f"pane('{pane}')", PANES[pane], show=False, priority=True, id=f"pane.{pane}")
            for place, pane in enumerate(PANES, 1)
        ],
        Binding("i", "prompt", "Prompt", show=False, id="prompt.focus"),
        Binding("slash", "command", "Command", show=False, id="prompt.command"),
    ]
    AUTO_FOCUS = "PromptArea"
    pane: var[Pane] = var[Pane]("chat")
    """The pane that is in front where not all have room."""
    before_look: Pane = "chat"
    """The pane to go back to from what is being looked at."""

    def __init__(self, size: Size) -> None:
        """Be laid out for a terminal of this size from the beginning, and not anew when the size is told."""
        widths, heights = self.HORIZONTAL_BREAKPOINTS, self.VERTICAL_BREAKPOINTS
        super().__init__(classes=f"-on-chat {size_class(size.width, widths)} {size_class(size.height, heights)}")

    @property
    def prompt(self) -> Prompt:
        """Where lines are typed."""
        return self.query_one(Prompt)

    def watch_pane(self, pane: Pane) -> None:
        """Bring a pane to the front."""
        for name in PANES:
            self.set_class(name == pane, f"-on-{name}")
        for tabs in self.query(PaneTabs):
            tabs.active = pane

    def on_descendant_focus(self) -> None:
        """The tabs are the upper edge of the pane that keys go to."""
        below = "#chat, #world" if self.has_class("-wide") else "#chat, #side, #world"
        panes = self.query(below)
        self.query_one("#tabs", PaneTabs).lit = any(
            pane.has_focus or pane.has_pseudo_class("focus-within") for pane in panes
        )

    def on_descendant_blur(self) -> None:
        """It may be another one now."""
        self.on_descendant_focus()

    @on(PaneTabs.Chosen)
    def _tab(self, event: PaneTabs.Chosen) -> None:
        self.action_pane(event.pane)

    def action_pane(self, pane: Pane) -> None:
        """Bring a pane to the front and let keys go there."""
        if pane == "world" and not self.has_class("-has-world"):
            self.notify("this session has no world; /play begins one", severity="warning")
            return
        if self.pane != "look":
            self.before_look = "world" if self.pane == "world" else "chat"
        self.pane = pane
        target = {
            "agents": "#agents",
            "bus": "#bus",
            "files": "#files",
            "look": "#look-page",
            "world": "#world-entities",
        }.get(pane)
        if target is None:
            self.prompt.area.focus()
        else:
            self.query_one(target).focus()

    def action_prompt(self) -> None:
        """Let keys go to the prompt."""
        self.prompt.area.focus()

    def action_command(self) -> None:
        """Begin a command, or go on with what is typed."""
        if self.prompt.text:
            self.action_prompt()
        else:
            self.type_on("/")

    def type_on(self, text: str) -> None:
        """Let keys go to the prompt, after this text."""
        self.prompt.area.focus()
        self.prompt.area.insert(text)
