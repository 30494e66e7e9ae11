"""A role that failed: why, said in place, and what can be done without leaving: try again, pull the model first."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import Button

from agentsh.core.controls import Retry
from agentsh.core.errors import AgentshError
from agentsh.core.terminal import one_line
from agentsh.tui.ask_panel import AskPanel, FailedRole
from agentsh.tui.shown import amount, meter

if TYPE_CHECKING:
    from agentsh.tui.app import Shell

_MISSING = re.compile(r"model '(?P<model>[^']+)' is not on ")


class Failed(AskPanel, can_focus=True):
    """Says what is wrong, and lets the person try again."""

    app: "Shell"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "retry", "Try again", id="failed.retry"),
        Binding("p", "pull", "Pull the model", id="failed.pull"),
    ]
    DEFAULT_CSS = """
    Failed { border: round $error; border-title-color: $text-error; }
    """

    def __init__(self, failed: FailedRole) -> None:
        super().__init__(failed)
        self._role = failed.role
        missing = _MISSING.search(failed.error)
        self._model = missing["model"] if missing else None

    @property
    def title_text(self) -> str:
        """Who failed."""
        return f"{self._role} failed"

    def buttons(self) -> Iterable[Widget]:
        """One for each key."""
        for key, label in (("retry", "r try again"), *((("pull", "p pull the model"),) if self._model else ())):
            button = Button(label, compact=True, id=f"failed-{key}")
            button.can_focus = False
            yield button

    def action_retry(self) -> None:
        """Let it go on from where it failed."""
        if self.listens:
            self.decide(Retry(role=self._role))

    def action_pull(self) -> None:
        """Pull the missing model, then try again."""
        if self.listens and self._model is not None:
            self._pull(self._model)

    def on_button_pressed(self, event: Button.Pressed) -> None:
        """Do what the button says."""
        event.stop()
        if event.button.id == "failed-pull":
            self.action_pull()
        else:
            self.action_retry()

    @work(exclusive=True, group="pull")
    async def _pull(self, model: str) -> None:
        if self.app.lobby is None:
            return
        try:
            async for progress in self.app.lobby.pull(model):
                share = progress.completed_bytes / progress.total_bytes if progress.total_bytes else 0.0
                total = f" of {amount(progress.total_bytes)}B" if progress.total_bytes else ""
                self.complain(f"{one_line(progress.status, 40)}  {meter(share, 24)} {share:4.0%}{total}")
        except AgentshError as error:
            self.complain(f"{error} {error.hint}")
        else:
            self.decide(Retry(role=self._role))
