"""Screens that close once, whatever is pressed and clicked until they are gone."""

from typing import TYPE_CHECKING, Any

from textual.await_complete import AwaitComplete

if TYPE_CHECKING:
    from textual.screen import Screen

    _Closing = Screen[Any]
else:
    _Closing = object  # Textual looks for styles in the first base that is a widget, which is the screen itself


class ClosesOnce(_Closing):
    """Mixed into a screen that lies above others.

    Textual's own would close whatever is on top then, and ends the app when somebody was waiting for the result.
    """

    _is_closed = False

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Close it, unless that was done already or another screen stands above it."""
        if self._is_closed or not self.is_current:
            return AwaitComplete()
        self._is_closed = True
        self.workers.cancel_node(self)  # what still looks for something would look for it on a screen that is gone
        return super().dismiss(result)
