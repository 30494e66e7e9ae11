"""The frame of a question: who asks on top, a body that scrolls, and buttons that always stay in sight."""

from collections.abc import Iterable
from dataclasses import dataclass

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.reactive import var
from textual.widget import Widget
from textual.widgets import Static

from agentsh.core.controls import Control
from agentsh.core.ids import QuestionId, RoleName
from agentsh.core.terminal import one_line
from agentsh.session.view import QuestionView, SessionView, StoppedView
from agentsh.tui.shown import amount, excerpt


@dataclass(frozen=True, slots=True)
class FailedRole:
    """A role whose reaction failed, and waits to be tried again."""

    question: QuestionId
    """Told from others by when it failed."""
    role: RoleName
    error: str
    hint: str = ""


def failed_roles(view: SessionView) -> list[FailedRole]:
    """Return the roles that wait to be tried again, once nothing else goes on."""
    if any(role.activity == "reacting" for role in view.roles):
        return []
    return [
        FailedRole(QuestionId(f"{role.name}:{role.since}"), role.name, role.failed, role.hint)
        for role in view.roles
        if role.failed is not None
    ]


Asked = QuestionView | StoppedView | FailedRole
DEAF_S = 0.5
"""For so long keys are ignored: they were meant for something else."""


class AskPanel(Vertical):
    """Something that awaits a person. A subclass says what can be decided."""

    DEFAULT_CSS = """
    AskPanel {
        height: auto;
        max-height: 100%;
        border: round $accent;
        border-title-color: $text-accent;
        border-title-style: bold;
        border-subtitle-color: $muted;
        background: $surface;
        padding: 0 1;
        & > .ask--body { height: auto; max-height: 100%; scrollbar-size-vertical: 1; }
        & .ask--text, & .ask--why { height: auto; }
        & .ask--why { color: $muted; }
        & > .ask--complaint {
            display: none; dock: bottom; height: auto; margin: 0 0 1 0; background: $surface; color: $text-error;
        }
        & > .ask--complaint.-shown { display: block; }
        & > .ask--buttons { dock: bottom; height: 1; }
        & > .ask--buttons Button {
            width: auto; min-width: 0; margin: 0 1 0 0; padding: 0 1; background: $panel; color: $foreground;
        }
        & > .ask--above { height: 1; }
        &.-deaf > .ask--buttons { visibility: hidden; }
    }
    """

    class Shown(Message):
        """It is in sight: a person is needed."""

        def __init__(self, panel: "AskPanel") -> None:
            super().__init__()
            self.panel = panel

    waiting_behind: var[int] = var(0)
    """How many more await a person."""

    def __init__(self, asked: Asked) -> None:
        super().__init__(classes="-deaf")
        self.asked = asked

    def compose(self) -> ComposeResult:
        """Lay out body, complaint and buttons."""
        with VerticalScroll(classes="ask--body", can_focus=False):
            text, left_out = excerpt(self.text)
            more = f"\n… {amount(left_out)} characters more" if left_out else ""
            yield Static(text.strip("\n") + more, classes="ask--text", markup=False)
            if self.why:
                yield Static(self.why, classes="ask--why", markup=False)
            yield from self.fields()
        yield Static(classes="ask--complaint", markup=False)
        yield Static(classes="ask--above", markup=False)
        with Horizontal(classes="ask--buttons"):
            yield from self.buttons()

    def on_mount(self) -> None:
        """Say who asks."""
        self.border_title = Content(one_line(self.title_text, 70))

    def on_show(self) -> None:
        """From now on it is seen."""
        self.add_class("-deaf")
        self.set_timer(DEAF_S, lambda: self.remove_class("-deaf"), name="listens")
        self.post_message(self.Shown(self))

    @property
    def title_text(self) -> str:
        """Who asks for what."""
        return f"{self.asked.role} asks"

    @property
    def text(self) -> str:
        """What there is to read."""
        match self.asked:
            case StoppedView(text=text):
                return text
            case FailedRole(error=error, hint=hint):
                return f"{error}\n{hint}"
            case _:
                return self.asked.prompt

    @property
    def why(self) -> str:
        """What else there is to know before one decides."""
        return ""

    @property
    def listens(self) -> bool:
        """Whether it has been in sight for long enough to be answered; its buttons show that."""
        return not self.has_class("-deaf")

    def fields(self) -> Iterable[Widget]:
        """Return what is to be filled in."""
        return ()

    def buttons(self) -> Iterable[Widget]:
        """Return the buttons."""
        return ()

    def take_focus(self) -> None:
        """Let keys go here."""
        self.focus()

    def decide(self, decision: Control) -> None:
        """Hand the decision to the dock."""
        from agentsh.tui.asking import Asking

        parent = self.parent
        if isinstance(parent, Asking):
            parent.settle(self.asked.question, decision)

    def complain(self, text: str) -> None:
        """Say why the answer does not do."""
        complaint = self.query_one(".ask--complaint", Static)
        complaint.update(Content(one_line(text, 400)))
        complaint.set_class(bool(text), "-shown")

    def watch_waiting_behind(self, count: int) -> None:
        """Say how many more there are."""
        self.border_subtitle = f"{count} more after this" if count else ""
