"""An approval: y once, s session, A always, n with a reason, e edits first."""

from collections.abc import Iterable
from typing import ClassVar, Literal

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Input

from agentsh.core.controls import Settle
from agentsh.core.terminal import clean
from agentsh.session.view import QuestionView
from agentsh.tui.ask_panel import AskPanel

BUTTONS = (("once", "y once"), ("session", "s session"), ("always", "A always"), ("deny", "n deny"))


class Approval(AskPanel, can_focus=True):
    """Asks whether an effect may happen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "allow('once')", "Once", id="approval.once"),
        Binding("s", "allow('session')", "Session", id="approval.session"),
        Binding("A", "allow('always')", "Always", id="approval.always"),
        Binding("n", "deny", "Deny", id="approval.deny"),
        Binding("e", "edit", "Edit", id="approval.edit"),
        Binding("j,down", "scroll_body(1)", "Down", show=False, id="list.down"),
        Binding("k,up", "scroll_body(-1)", "Up", show=False, id="list.up"),
    ]
    DEFAULT_CSS = """
    Approval {
        & > Input { display: none; dock: bottom; height: 1; border: none; background: $panel; }
        &.-denying > Input { display: block; }
        &.-denying > .ask--buttons { display: none; }
        &:focus { border: round $accent; background-tint: $accent 4%; }
    }
    """

    class TypedElsewhere(Message):
        """A key that means nothing here: the person goes on typing."""

        def __init__(self, character: str) -> None:
            super().__init__()
            self.character = character

    def __init__(self, question: QuestionView) -> None:
        super().__init__(question)
        self.question = question
        what, _, detail = question.prompt.partition(": ")
        self._types_elsewhere = False
        self._what, self._detail = question.what or what, question.told or detail

    @property
    def title_text(self) -> str:
        """Who wants to do what."""
        return f"{self.question.role} wants to {self._what}"

    @property
    def text(self) -> str:
        """What exactly."""
        return self._detail

    @property
    def why(self) -> str:
        """Why it is asked at all, and what a longer scope would allow."""
        return clean("\n".join(part for part in (self.question.why, self.question.lasting) if part))

    def buttons(self) -> Iterable[Widget]:
        """One for each key."""
        edit = [("edit", "e edit")] if self.question.editable else []
        for key, label in (*BUTTONS, *edit):
            button = Button(label, compact=True, id=f"approval-{key}")
            button.can_focus = False
            yield button

    def compose(self) -> ComposeResult:
        """Have a place for a reason, too."""
        yield from super().compose()
        yield Input(placeholder="Why not? It is told to the role. Enter: without a reason", compact=True)

    def action_allow(self, scope: Literal["once", "session", "always"]) -> None:
        """Allow it."""
        if self.listens:
            self.decide(Settle(question=self.question.question, allowed=True, scope=scope))

    def action_deny(self) -> None:
        """Ask for a reason."""
        if self.listens:
            self.add_class("-denying")
            self.query_one(Input).focus()

    def action_edit(self) -> None:
        """Have it edited."""
        from agentsh.tui.asking import Asking

        if self.listens and self.question.editable:
            self.post_message(Asking.LineWanted(f"/edit {self.question.question}"))

    def action_scroll_body(self, by: int) -> None:
        """Scroll what is to be approved."""
        body = self.query_one(".ask--body")
        body.scroll_relative(y=by, animate=False)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        event.stop()
        match (event.button.id or "").removeprefix("approval-"):
            case "deny":
                self.action_deny()
            case "edit":
                self.action_edit()
            case "once" | "session" | "always" as scope:
                self.action_allow(scope)
            case _:
                pass

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Deny it, with the reason."""
        event.stop()
        self.decide(Settle(question=self.question.question, allowed=False, why=event.value.strip()))

    def on_key(self, event: events.Key) -> None:
        """Leave the reason with escape; let other typing go to the prompt."""
        if self.has_class("-denying"):
            if event.key == "escape":
                event.stop()
                self.remove_class("-denying")
                self.focus()
            return
        if event.character is None or not event.is_printable:
            return
        if self._types_elsewhere or event.character not in "ysAnejk":
            # What follows belongs to the same words, also a y: the focus is on its way to the prompt.
            self._types_elsewhere = True
            event.stop()
            self.post_message(self.TypedElsewhere(event.character))

    def on_blur(self) -> None:
        """The prompt has the keys now."""
        self._types_elsewhere = False
