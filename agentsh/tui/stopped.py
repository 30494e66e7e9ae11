"""A generation that was interrupted: what it had said, and what becomes of it."""

from collections.abc import Iterable
from typing import ClassVar, Literal

from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Button

from agentsh.core.controls import UsePartial
from agentsh.session.view import StoppedView
from agentsh.tui.ask_panel import AskPanel
from agentsh.tui.asking import Asking

BUTTONS = (("keep", "k keep"), ("edit", "e edit"), ("continue", "c continue"), ("drop", "d drop, ask again"))


class Stopped(AskPanel, can_focus=True):
    """Asks what becomes of a partial text."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "use('keep')", "Keep", id="stopped.keep"),
        Binding("e", "edit", "Edit", id="stopped.edit"),
        Binding("c", "use('continue')", "Continue", id="stopped.continue"),
        Binding("d", "use('drop')", "Drop", id="stopped.drop"),
    ]

    def __init__(self, stopped: StoppedView) -> None:
        super().__init__(stopped)
        self.stopped = stopped

    @property
    def title_text(self) -> str:
        """Who was interrupted."""
        return f"{self.stopped.role} was interrupted"

    def buttons(self) -> Iterable[Widget]:
        """One for each key."""
        for key, label in BUTTONS:
            button = Button(label, compact=True, id=f"stopped-{key}")
            button.can_focus = False
            yield button

    def action_use(self, how: Literal["keep", "continue", "drop"]) -> None:
        """Use the text so."""
        if self.listens:
            self.decide(UsePartial(role=self.stopped.role, how=how))

    def action_edit(self) -> None:
        """Edit the text; what comes back is the answer."""
        if self.listens:
            self.post_message(Asking.LineWanted(f"/stop {self.stopped.role} edit"))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        event.stop()
        match (event.button.id or "").removeprefix("stopped-"):
            case "edit":
                self.action_edit()
            case "keep" | "continue" | "drop" as how:
                self.action_use(how)
            case _:
                pass
