"""What awaits a person, docked above the prompt: one at a time, settled by its id, gone when settled elsewhere."""

from collections.abc import Sequence

from textual.containers import Vertical
from textual.message import Message

from agentsh.core.controls import Control
from agentsh.core.ids import QuestionId
from agentsh.session.view import StoppedView
from agentsh.tui.ask_panel import Asked, AskPanel, FailedRole


class Asking(Vertical):
    """Shows the first open question; the others wait behind it."""

    DEFAULT_CSS = """
    Asking {
        height: auto;
        max-height: 50vh;
        display: none;
        &.-open { display: block; }
    }
    """

    class Answered(Message):
        """The person decided."""

        def __init__(self, question: QuestionId, decision: Control) -> None:
            super().__init__()
            self.question = question
            self.decision = decision

    class LineWanted(Message):
        """A command is to be carried out, such as one that opens the editor."""

        def __init__(self, line: str) -> None:
            super().__init__()
            self.line = line

    class Closed(Message):
        """Nothing awaits a person any more."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._settled: set[QuestionId] = set()

    @property
    def panel(self) -> AskPanel | None:
        """What is shown."""
        return self.query_one(AskPanel) if self.query(AskPanel) else None

    async def show(self, questions: Sequence[Asked]) -> None:
        """Show these questions and no others; one that is shown already stays as it is."""
        known = {found.question for found in questions}
        self._settled &= known
        waiting = [found for found in questions if found.question not in self._settled]
        if not waiting:
            await self._close()
            return
        panel = self.panel
        if panel is None or panel.asked.question not in {found.question for found in waiting}:
            panel = await self._open(waiting[0])
        panel.waiting_behind = len(waiting) - 1

    async def bring_forward(self, question: Asked) -> None:
        """Show this one instead."""
        if self.panel is None or self.panel.asked.question != question.question:
            self._settled.discard(question.question)
            await self._open(question)
        if self.panel is not None:
            self.panel.take_focus()

    def settle(self, question: QuestionId, decision: Control) -> None:
        """Send the decision; the panel goes when the session says that it is settled, or at once for the next one."""
        self._settled.add(question)
        self.post_message(self.Answered(question, decision))

    def unsettle(self, question: QuestionId) -> None:
        """The decision could not be carried out: ask again."""
        self._settled.discard(question)

    async def _open(self, question: Asked) -> AskPanel:
        await self.remove_children()
        panel = _panel(question)
        self.add_class("-open")
        await self.mount(panel)
        return panel

    async def _close(self) -> None:
        if not self.has_class("-open"):
            return
        self.remove_class("-open")
        await self.remove_children()
        self.post_message(self.Closed())


def _panel(asked: Asked) -> AskPanel:
    from agentsh.tui.approval import Approval
    from agentsh.tui.failed import Failed
    from agentsh.tui.question import Question
    from agentsh.tui.stopped import Stopped

    if isinstance(asked, StoppedView):
        return Stopped(asked)
    if isinstance(asked, FailedRole):
        return Failed(asked)
    return Approval(asked) if asked.approval else Question(asked)
