"""What went wrong, said in place, with what can be done about it: try again, pull the model, take the demo model."""

from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.message import Message
from textual.widgets import Button, Static

from agentsh.core.errors import AgentshError, ModelMissing, ProviderError
from agentsh.tui.lobby import Begin, Wanted


class Trouble(Vertical, can_focus=True):
    """An error with its next steps; hidden while there is none."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "again", "Try again", id="trouble.retry"),
        Binding("p", "pull", "Pull the model", id="trouble.pull"),
        Binding("d", "demo", "Demo model", id="trouble.demo"),
        Binding("j,down", "scroll_body(1)", "Down", show=False, id="list.down"),
        Binding("k,up", "scroll_body(-1)", "Up", show=False, id="list.up"),
    ]
    DEFAULT_CSS = """
    Trouble {
        display: none;
        height: auto;
        max-height: 60%;
        border: round $error;
        border-title-color: $text-error;
        background: $surface;
        padding: 0 1;
        margin: 0 0 1 0;
        &.-shown { display: block; }
        & > VerticalScroll { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
        & #trouble-fact, & #trouble-hint { height: auto; }
        & #trouble-hint { color: $muted; }
        & > #trouble-above { height: 1; }
        & > Horizontal { dock: bottom; height: 1; }
        & Button { width: auto; min-width: 0; padding: 0 1; margin: 0 1 0 0; background: $panel; display: none; }
        & Button.-shown { display: block; }
    }
    """

    class TryAgain(Message):
        """The same is wanted again."""

        def __init__(self, wanted: Wanted) -> None:
            super().__init__()
            self.wanted = wanted

    class Pull(Message):
        """The missing model is to be downloaded first."""

        def __init__(self, model: str, wanted: Wanted) -> None:
            super().__init__()
            self.model = model
            self.wanted = wanted

    def __init__(self) -> None:
        super().__init__()
        self._wanted: Wanted | None = None
        self._missing: str | None = None
        self._demo = False

    def compose(self) -> ComposeResult:
        """Fact and hint, which scroll, and buttons that stay in sight."""
        with VerticalScroll(can_focus=False):
            yield Static(id="trouble-fact", markup=False)
            yield Static(id="trouble-hint", markup=False)
        yield Static(id="trouble-above", markup=False)
        with Horizontal():
            for key, label in (("again", "r try again"), ("pull", "p pull it now"), ("demo", "d use the demo model")):
                button = Button(label, compact=True, id=f"trouble-{key}")
                button.can_focus = False
                yield button

    def tell(self, error: AgentshError, wanted: Wanted | None) -> None:
        """Show an error; `wanted` is what it kept from happening."""
        from agentsh.tui.shown import excerpt

        self._wanted = wanted
        self._missing = error.model if isinstance(error, ModelMissing) else None
        self._demo = isinstance(error, ProviderError) and isinstance(wanted, Begin)
        self.border_title = "That did not work"
        self.query_one("#trouble-fact", Static).update(excerpt(str(error))[0])
        self.query_one("#trouble-hint", Static).update(excerpt(error.hint)[0])
        for key, shown in (("again", wanted is not None), ("pull", self._missing is not None), ("demo", self._demo)):
            self.query_one(f"#trouble-{key}").set_class(shown, "-shown")
        self.add_class("-shown")
        self.focus()

    def action_scroll_body(self, by: int) -> None:
        """Read on."""
        self.query_one(VerticalScroll).scroll_relative(y=by, animate=False)

    def action_again(self) -> None:
        """Try the same again."""
        if self._wanted is not None:
            self.post_message(self.TryAgain(self._wanted))

    def action_pull(self) -> None:
        """Pull the model, then try again."""
        if self._missing is not None and self._wanted is not None:
            self.post_message(self.Pull(self._missing, self._wanted))

    def action_demo(self) -> None:
        """Begin with the demo model."""
        if self._demo and isinstance(self._wanted, Begin):
            self.post_message(self.TryAgain(replace(self._wanted, demo=True)))

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        event.stop()
        match event.button.id:
            case "trouble-again":
                self.action_again()
            case "trouble-pull":
                self.action_pull()
            case "trouble-demo":
                self.action_demo()
            case _:
                pass
