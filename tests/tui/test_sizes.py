"""Whatever size a terminal gets, and however often it changes, nothing breaks and nothing is lost."""

import random

import pytest
from textual.events import Resize
from textual.geometry import Size

from agentsh.tui.cards import Said
from agentsh.tui.small import LEAST_HEIGHT, LEAST_WIDTH
from tests.tui.house import BUILD, House, house
from tests.tui.lobby import StageLobby

SEED = 7
STORM = 100
ODD = ((1, 1), (1, 40), (200, 1), (2, 2), (LEAST_WIDTH - 1, 24), (80, LEAST_HEIGHT - 1), (400, 120))


def sizes(chance: random.Random) -> list[tuple[int, int]]:
    """Return the sizes of a storm: any, and the odd ones."""
    usual = [(chance.randint(1, 260), chance.randint(1, 80)) for _ in range(STORM - len(ODD))]
    found = [*usual, *ODD]
    chance.shuffle(found)
    return found


async def _resized(app: House, size: tuple[int, int], *, waits: bool = True) -> None:
    """Change the size; like a window that is dragged, without waiting until it is painted."""
    if waits:
        await app.pilot.resize_terminal(*size)
        assert all(len(row) <= size[0] for row in app.text.splitlines())
    else:
        app.app.post_message(Resize(Size(*size), Size(*size)))


async def test_a_storm_of_sizes_while_a_team_streams_breaks_nothing_and_loses_nothing(company: StageLobby) -> None:
    async with house(company) as app:
        await app.until(lambda: app.app.session_screen is not None)
        for number, size in enumerate(sizes(random.Random(SEED))):
            await _resized(app, size, waits=number % 10 == 0)
            if number % 10 == 5:
                await app.press("tab" if number % 20 == 5 else "alt+3")
        await _resized(app, (120, 40))
        app.screen.action_pane("chat")
        panel = await app.listening()
        await app.shows("wants to run code", "y once")
        panel.focus()
        await app.press("y")
        await app.shows("FINISHED", "all pass")
        recorded = await company.opened[0].events()
        assert [one.seq for one in recorded] == list(range(1, len(recorded) + 1))
        said = [one.event.message.id for one in recorded if one.event.kind == "message.published"]
        assert [card.said.id for card in app.screen.query(Said)] == said


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (200, 1), (LEAST_WIDTH - 1, 24), (80, LEAST_HEIGHT - 1)], ids=str)
@pytest.mark.parametrize("begins", [True, False], ids=["in a session", "on the start page"])
async def test_a_terminal_that_is_too_small_says_so_and_goes_on_when_it_grows(
    company: StageLobby, size: tuple[int, int], begins: bool
) -> None:
    told = f"agentshneeds{LEAST_WIDTH}x{LEAST_HEIGHT}"
    async with house(company, size, BUILD if begins else None) as app:
        await app.until(lambda: app.text.strip() and "".join(app.text.split()) in told)
        await app.press("h", "enter", "escape", "tab")
        await app.pilot.resize_terminal(80, 24)
        await app.shows("Say something" if begins else "Sessions")
