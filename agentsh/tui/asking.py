"""What awaits a person, docked above the prompt: one at a time, settled by its id, gone when settled elsewhere."""

from collections.abc import Sequence

from textual.containers import Vertical
from textual.message import Message

from agentsh.core.controls import AnswerQuestion, Settle
from agentsh.core.ids import QuestionId
from agentsh.session.view import QuestionView
from agentsh.tui.ask_panel import AskPanel


class Asking(Vertical):
    """Shows the first open question; the others wait behind it."""

    DEFAULT_CSS = """
    Asking {
        height: auto;
        max-height: 50%;
        display: none;
        &.-open { display: block; }
    }
    """

    class Answered(Message):
        """The person decided."""

        def __init__(self, decision: AnswerQuestion | Settle) -> None:
            super().__init__()
            self.decision = decision

    class EditWanted(Message):
        """What awaits approval is to be edited first."""

        def __init__(self, question: QuestionId) -> None:
            super().__init__()
            self.question = question

    class Opened(Message):
        """Another question is shown: a person is needed."""

        def __init__(self, panel: AskPanel) -> None:
            super().__init__()
            self.panel = panel

    class Closed(Message):
        """Nothing awaits a person any more."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._settled: set[QuestionId] = set()
        self._first: QuestionId | None = None

    @property
    def panel(self) -> AskPanel | None:
        """What is shown."""
        return self.query_one(AskPanel) if self.query(AskPanel) else None

    async def show(self, questions: Sequence[QuestionView]) -> None:
        """Show these questions and no others; one that is shown already stays as it is."""
        known = {found.question for found in questions}
        self._settled &= known
        waiting = [found for found in questions if found.question not in self._settled]
        if not waiting:
            await self._close()
            return
        panel = self.panel
        if panel is None or panel.question.question not in {found.question for found in waiting}:
            panel = await self._open(waiting[0])
        panel.waiting_behind = len(waiting) - 1

    async def bring_forward(self, question: QuestionView) -> None:
        """Show this one instead."""
        if self.panel is None or self.panel.question.question != question.question:
            self._settled.discard(question.question)
            await self._open(question)
        if self.panel is not None:
            self.panel.take_focus()

    def settle(self, decision: AnswerQuestion | Settle) -> None:
        """Send the decision; the panel goes when the session says that it is settled, or at once for the next one."""
        self._settled.add(decision.question)
        self.post_message(self.Answered(decision))

    def unsettle(self, question: QuestionId) -> None:
        """The decision could not be carried out: ask again."""
        self._settled.discard(question)

    async def _open(self, question: QuestionView) -> AskPanel:
        from agentsh.tui.approval import Approval
        from agentsh.tui.question import Question

        await self.remove_children()
        panel = Approval(question) if question.approval else Question(question)
        self.add_class("-open")
        await self.mount(panel)
        self.post_message(self.Opened(panel))
        return panel

    async def _close(self) -> None:
        if not self.has_class("-open"):
            return
        self.remove_class("-open")
        await self.remove_children()
        self.post_message(self.Closed())
