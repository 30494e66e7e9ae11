"""Whatever is clicked at whatever moment, the app goes on."""

import asyncio

from textual import events
from textual.app import ComposeResult
from textual.widgets import Static

from agentsh.tui.terminal import TerminalApp


class Covered(TerminalApp):
    def compose(self) -> ComposeResult:
        yield Static("going", id="going")


def down(x: int, y: int) -> events.MouseDown:
    return events.MouseDown(None, x, y, 0, 0, 1, False, False, False, screen_x=x, screen_y=y)


async def test_a_click_on_what_is_just_being_taken_away_is_nothing() -> None:
    app = Covered()
    async with app.run_test() as pilot:
        going = app.query_one("#going")
        at = going.region.offset
        taken = going.remove()
        while going.is_attached:
            await asyncio.sleep(0)
        await app.on_event(down(at.x, at.y))
        await taken
        await app.on_event(down(at.x, at.y))
        await pilot.pause()
        assert app.is_running
