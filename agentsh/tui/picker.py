"""The session picker over a session that goes on meanwhile: leave it for another, or go back to it."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from agentsh.tui.closing import ClosesOnce
from agentsh.tui.lobby import Reopen
from agentsh.tui.session_list import SessionList

if TYPE_CHECKING:
    from agentsh.tui.app import Shell


class Picker(ClosesOnce, ModalScreen[None]):
    """Sessions to choose from."""

    app: "Shell"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back"),
        Binding("ctrl+n", "begin", "Begin another", id="picker.new"),
    ]
    DEFAULT_CSS = """
    Picker {
        align: center middle;
        & > Vertical { width: 100%; max-width: 100; height: 80%; background: $background; padding: 1 2; }
        & Static { height: 1; color: $muted; }
    }
    """

    _chosen = False

    def compose(self) -> ComposeResult:
        """Lay out."""
        with Vertical():
            yield SessionList()
            yield Static("enter opens · / searches · ctrl+n begins another · esc goes back", markup=False)

    def on_mount(self) -> None:
        """List them."""
        if self.app.lobby is not None:
            self.query_one(SessionList).load(self.app.lobby)
        self.query_one("#sessions").focus()

    async def on_session_list_picked(self, event: SessionList.Picked) -> None:
        """Leave for the session that was chosen; the open one is where one is already."""
        event.stop()
        if self._chosen:
            return  # the second click of two
        self._chosen = True
        self.dismiss()
        if event.name != self.app.last_session:
            await self.app.leave(Reopen(event.name))

    async def action_begin(self) -> None:
        """Leave for the start page."""
        self.dismiss()
        await self.app.leave()
