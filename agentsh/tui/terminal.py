"""The terminal that the app draws on and is clicked in: also when it, or what is clicked, is just going."""

import asyncio
import os
import signal
from collections.abc import Callable
from typing import IO, Any

from textual import events
from textual.driver import Driver

from agentsh.core.terminal import one_line
from agentsh.tui.toasts import TellingApp


class TerminalApp(TellingApp):
    """An app that bears what terminals do, and calls a person to them."""

    _title = ""
    is_deaf = False
    """Whether keys and clicks mean nothing any more: whatever of them still waits would only hold up the end."""

    def get_driver_class(self) -> type[Driver]:
        """Draw on whatever terminal this is, for as long as it is there."""
        return outliving(super().get_driver_class())

    async def on_event(self, event: events.Event) -> None:
        """Pass on what happens, but no click on a widget that is just being taken away, and has no place any more."""
        if self.is_deaf and isinstance(event, events.InputEvent | events.Paste):
            return
        if isinstance(event, events.MouseDown) and not event.is_forwarded:
            widget, _ = self.screen.get_widget_and_offset_at(event.x, event.y)
            if widget not in (None, self.screen) and not widget.is_attached:
                return
        await super().on_event(event)
        if isinstance(event, events.InputEvent):
            # Whoever gets a thousand keys at once would take them all before anybody else has a turn: the team,
            # what is drawn, and the signal that ends it all.
            await asyncio.sleep(0)

    def call_for_person(self, why: str) -> None:
        """Ring, and say so in the terminal's title."""
        self.bell()
        self._set_title(f"(!) {why} · agentsh")

    def person_came(self) -> None:
        """Nothing waits for a person any more."""
        self._set_title("agentsh")

    def show_title(self, status: str, name: str) -> None:
        """Say in the terminal's title what the session is up to."""
        if not self._title.startswith("(!)") or status != "WAITING":
            self._set_title(f"{name} · {status.lower()} · agentsh")

    def _set_title(self, title: str) -> None:
        if title == self._title:
            return
        self._title = title
        if self._driver is not None and not self.is_headless:
            self._driver.write(f"\x1b]2;{one_line(title, 100)}\x07")


class LastingOutput:
    """A file for the terminal that may be closed at any moment.

    The thread that draws dies of the first error. Everybody else would then wait for ever with what they still have
    to draw, on their way out, and the process would outlive its terminal.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._gone = False

    def write(self, text: str) -> int:
        """Draw, while there is something to draw on."""
        if not self._gone:
            try:
                return self._file.write(text)
            except OSError:
                self._gone = True
        return len(text)

    def flush(self) -> None:
        """Let everything drawn be seen."""
        if not self._gone:
            try:
                self._file.flush()
            except OSError:
                self._gone = True

    def fileno(self) -> int:
        """Return the terminal's descriptor."""
        return self._file.fileno()

    def isatty(self) -> bool:
        """Whether it is (still) a terminal."""
        return self._file.isatty()


def outliving(driver: type[Driver]) -> type[Driver]:
    """Return the same driver, but one that outlives the terminal."""

    def start(self: Driver, *args: Any, **options: Any) -> None:
        driver.__init__(self, *args, **options)
        if hasattr(self, "_file"):
            self._file = LastingOutput(self._file)
        if self.is_web and hasattr(self, "_write"):
            self._write = leaving_with_its_reader(self._write)

    return type(driver.__name__, (driver,), {"__init__": start})


def leaving_with_its_reader(write: Callable[[bytes], int]) -> Callable[[bytes], int]:
    """Return what writes to the server of a browser, and ends the app in good order when that server has gone."""
    gone = False

    def lasting(data: bytes) -> int:
        nonlocal gone
        try:
            return len(data) if gone else write(data)
        except OSError:
            gone = True
            os.kill(os.getpid(), signal.SIGTERM)
            return len(data)

    return lasting
