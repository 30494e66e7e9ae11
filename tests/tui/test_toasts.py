"""What is told in passing hides nothing for long."""

from textual.widgets._toast import Toast

from agentsh.tui.toasts import LONGEST, MOST
from tests.tui.house import House, house
from tests.tui.lobby import StageLobby


def told(app: House) -> list[str]:
    return [toast._notification.message for toast in app.app.screen.query(Toast)]


async def test_of_many_things_told_the_newest_few_are_shown_each_once(company: StageLobby) -> None:
    async with house(company, wanted=None) as app:
        for number in range(20):
            app.app.notify(f"thing {number}", timeout=60)
            app.app.notify("again", timeout=60)
        await app.until(lambda: told(app) == [*(f"thing {number}" for number in range(21 - MOST, 20)), "again"])


async def test_one_long_thing_leaves_the_screen_readable(company: StageLobby) -> None:
    async with house(company, (80, 24), wanted=None) as app:
        app.app.notify("x" * 1_000_000, timeout=60)
        await app.until(lambda: told(app))
        assert len(told(app)[0]) == LONGEST + 1
        await app.shows("ctrl+q quits")
