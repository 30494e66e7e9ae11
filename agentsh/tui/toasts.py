"""What is told in passing: clean, short, each thing once, and never so much that it hides what stands below it."""

from typing import TYPE_CHECKING

from textual.app import App
from textual.notifications import Notify

from agentsh.core.terminal import clean

if TYPE_CHECKING:
    from textual.notifications import SeverityLevel

MOST = 4
"""Shown at once; an older one makes room."""
LONGEST = 600
"""Characters of one; what is longer belongs into a pane."""


class TellingApp(App[int]):
    """An app that tells things in passing."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: "SeverityLevel" = "information",
        timeout: float | None = None,
        markup: bool = False,  # noqa: ARG002  what is told may come from outside
    ) -> None:
        """Tell something in passing; it is cleaned, and never markup."""
        told, head = (text if len(text) <= LONGEST else f"{text[:LONGEST]}…" for text in (message, title))
        super().notify(clean(told), title=clean(head), severity=severity, timeout=timeout, markup=False)

    def on_notify(self, event: Notify) -> None:
        """Make room for one more, before Textual's own handler shows it; the same said again takes its own place."""
        new = event.notification
        kept = []
        for shown in list(self._notifications):
            if (shown.title, shown.message) == (new.title, new.message):
                del self._notifications[shown]
            else:
                kept.append(shown)
        for oldest in kept[: max(0, len(kept) - MOST + 1)]:
            del self._notifications[oldest]
