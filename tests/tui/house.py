"""The app in a test: it is opened at a size, watched until something is so, and read as text."""

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from textual.pilot import Pilot
from textual.widget import Widget

from agentsh.tui.app import Shell
from agentsh.tui.ask_panel import AskPanel
from agentsh.tui.lobby import Begin, Wanted
from agentsh.tui.session_screen import SessionScreen
from tests.tui.lobby import StageLobby

DEADLINE_S = 120.0
BUILD = Begin("build it")
SIZES = ((80, 24), (120, 40), (200, 60))


@dataclass
class House:
    """A running app."""

    app: Shell
    pilot: "Pilot[int]"
    lobby: StageLobby

    @property
    def screen(self) -> SessionScreen:
        """The open session's screen."""
        found = self.app.session_screen
        assert found is not None, self.text
        return found

    @property
    def text(self) -> str:
        """What is on screen now, row by row."""
        width, height = self.app.size
        lines = self.app.screen._compositor.render_strips()
        return "\n".join("".join(segment.text for segment in line)[:width] for line in lines[:height])

    @property
    def panel(self) -> AskPanel:
        """The question that is docked."""
        return self.screen.query_one(AskPanel)

    async def until(self, condition: Callable[[], object]) -> None:
        """Wait until something is so. A hang is a failure."""
        end = time.monotonic() + DEADLINE_S
        while not condition():
            assert time.monotonic() < end, f"{self.app.screen}\n{self.text}"
            assert self.app.crash is None, self.app.crash
            await self.pilot.pause(0.01)

    async def shows(self, *texts: str) -> None:
        """Wait until all of these stand on the screen."""
        await self.until(lambda: all(text in self.text for text in texts))

    async def listening(self) -> AskPanel:
        """Wait until a question may be answered, and return it."""
        await self.until(lambda: self.app.session_screen is not None and self.screen.query(AskPanel))
        await self.until(lambda: self.panel.listens and self.panel.region.height)
        return self.panel

    async def press(self, *keys: str) -> None:
        """Press keys."""
        await self.pilot.press(*keys)

    async def type(self, text: str) -> None:
        """Type a line and send it."""
        self.screen.prompt.area.focus()
        self.screen.prompt.text = text
        await self.pilot.press("enter")

    def widget(self, selector: str) -> Widget:
        """Return a widget of the screen."""
        return self.app.screen.query_one(selector)


@asynccontextmanager
async def house(
    lobby: StageLobby, size: tuple[int, int] = (120, 40), wanted: Wanted | None = BUILD
) -> AsyncIterator[House]:
    """Run the app; it has to be left alive, and to have met nothing unexpected."""
    app = Shell(lambda: lobby, wanted)
    async with app.run_test(size=size, notifications=True) as pilot:
        found = House(app, pilot, lobby)
        await found.until(lambda: app.lobby is not None)
        if wanted is not None and not lobby.trouble and lobby.held is None:
            await found.until(lambda: app.session_screen is not None and app.session_screen.is_running)
            await found.until(lambda: found.screen.query("PromptArea") and isinstance(app.screen, SessionScreen))
        yield found
        assert app.crash is None
        if app.is_running:
            await app.action_quit()
    assert app.crash is None
