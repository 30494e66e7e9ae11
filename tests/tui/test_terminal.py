"""Whatever is clicked at whatever moment, the app goes on."""

import asyncio
import traceback

import pytest
from textual import events
from textual.app import ComposeResult
from textual.widgets import Static

from agentsh.commands.context import Named
from agentsh.tui.app import Shell
from agentsh.tui.setup import Part
from agentsh.tui.terminal import TerminalApp
from tests.tui.lobby import StageLobby


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


async def test_a_bug_ends_the_app_and_is_known_by_the_place_where_it_is(company: StageLobby) -> None:
    async def wrong() -> list[Named]:
        raise LookupError("no such shelf")

    company.outside.teams = wrong  # type: ignore[method-assign]
    app = Shell(lambda: company)

    async def meets_it() -> None:
        async with app.run_test() as pilot:
            while app.lobby is None or not app.start.query_one("#model", Part).chosen.strip("…"):
                await pilot.pause()
            await pilot.press("f2")
            while app.crash is None:
                await pilot.pause()

    with pytest.raises(Exception, match="no such shelf"):
        await meets_it()
    assert isinstance(app.crash, LookupError), "not what Textual has wrapped it in"
    assert traceback.extract_tb(app.crash.__traceback__)[-1].name == "wrong"
