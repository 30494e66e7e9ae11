"""What ctrl+c does before it quits: copies what is selected, clears what is typed, closes or interrupts."""

from typing import TYPE_CHECKING

from textual.screen import ModalScreen
from textual.widgets import Input, TextArea

if TYPE_CHECKING:
    from agentsh.tui.app import Shell


async def cancel(app: "Shell", *, again: bool) -> bool:
    """Do the first of these for which there is a reason; return whether that was all.

    Interrupting is never all, so that the next ctrl+c quits; `again` says that this is that one.
    """
    if _copied(app) or _cleared(app) or _closed(app):
        return True
    if not again:
        await _interrupt(app)
    return False


def _copied(app: "Shell") -> bool:
    selected = app.screen.get_selected_text()
    if not selected and isinstance(app.focused, TextArea | Input):
        selected = app.focused.selected_text
    if not selected:
        return False
    app.copy_to_clipboard(selected)
    app.screen.clear_selection()
    app.notify("copied", timeout=1.5)
    return True


def _cleared(app: "Shell") -> bool:
    focused = app.focused
    if isinstance(focused, TextArea) and focused.text:
        focused.text = ""
        return True
    if isinstance(focused, Input) and focused.value:
        focused.value = ""
        return True
    return False


def _closed(app: "Shell") -> bool:
    if not isinstance(app.screen, ModalScreen):
        return False
    app.pop_screen()
    return True


async def _interrupt(app: "Shell") -> None:
    from agentsh.core.controls import Stop

    screen = app.session_screen
    if screen is not None and screen.session.generating():
        await screen.helm.send(Stop())
