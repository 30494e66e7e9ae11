"""A question for a role that a person plays: a text, a choice, or a form made from its JSON schema."""

from collections.abc import Iterable
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Button

from agentsh.core.controls import AnswerQuestion
from agentsh.core.outputs import OutputMismatch
from agentsh.session.view import QuestionView
from agentsh.tui.ask_panel import AskPanel
from agentsh.tui.form import Answer, Fields
from agentsh.tui.options import Options
from agentsh.tui.shown import plain


class Question(AskPanel):
    """Lets the person answer."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+enter,f9", "submit", "Send the answer", priority=True, id="question.submit"),
    ]
    DEFAULT_CSS = """
    Question {
        & Options {
            height: auto; max-height: 10; border: none; padding: 0; background: $panel; margin: 1 0 0 0;
            &:focus { border: none; }
        }
    }
    """

    def __init__(self, question: QuestionView) -> None:
        super().__init__(question)
        self.question = question
        self._fields: Fields | None = None

    @property
    def title_text(self) -> str:
        """Which role the person plays."""
        return f"{self.question.role} asks you" if self.question.to_boss else f"you are {self.question.role}"

    def fields(self) -> Iterable[Widget]:
        """A picker, a form, or one text."""
        if self.question.choices:
            yield Options([plain(choice) for choice in self.question.choices])
        elif self.question.fields is not None:
            self._fields = Fields(self.question.fields)
            yield self._fields
        else:
            yield Answer()

    def buttons(self) -> Iterable[Widget]:
        """One that sends, where Enter does not."""
        if self.question.choices:
            return
        yield Button("F9 send", variant="success", compact=True, id="question-send")

    def take_focus(self) -> None:
        """Focus what is to be filled in first."""
        first = next(
            (widget for widget in self.query("Options, Answer, Input, Select, Checkbox, TextArea") if widget.focusable),
            None,
        )
        if first is not None:
            first.focus()

    def on_option_list_option_selected(self, event: Options.OptionSelected) -> None:
        """Answer with the choice."""
        event.stop()
        if self.listens:
            self._answer(self.question.choices[event.option_index])

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Send the answer."""
        event.stop()
        self.action_submit()

    def on_answer_sent(self, event: Answer.Sent) -> None:
        """Send the text."""
        event.stop()
        self.action_submit()

    def action_submit(self) -> None:
        """Send the answer if it fits."""
        if not self.listens or self.question.choices:
            return
        if self._fields is None:
            text = self.query_one(Answer).text.strip()
            if not text:
                self.complain("The answer is empty.")
                return
            self._answer(text)
            return
        try:
            self._answer(self._fields.value())
        except OutputMismatch as mismatch:
            self.complain(str(mismatch))

    def on_key(self, event: events.Key) -> None:
        """Deaf keys go nowhere."""
        if not self.listens and event.key in ("enter", "space"):
            event.stop()
            event.prevent_default()

    def _answer(self, answer: object) -> None:
        self.decide(AnswerQuestion.model_validate({"question": self.question.question, "answer": answer}))
