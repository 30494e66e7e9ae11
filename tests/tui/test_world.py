"""The world's pane: rooms, entities, what one of them has, a number over time; and the keys that drive the world."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agentsh.core.worlds import WorldCard
from agentsh.session.facade import Session
from agentsh.tui.lobby import Wanted
from agentsh.tui.world_pane import WorldPane
from agentsh.world.shipped import shipped_catalogue
from tests.tui.house import SIZES, House, house
from tests.tui.lobby import StageLobby
from tests.world.small import card as small
from tests.world.stage import WorldStage, world_stage

PEOPLE = {"Ann Lee": {"health": 10}, "Bob": {"memories": ["There is a party at five."]}}


@dataclass
class WorldLobby(StageLobby):
    """Opens a session with a world."""

    of: WorldCard | None = None
    stages: list[WorldStage] = field(default_factory=list)

    @asynccontextmanager
    async def _open(self, wanted: Wanted) -> AsyncIterator[Session]:
        async with world_stage(self.path, shipped_catalogue(), self.of, present=True, debug=False) as opened:
            self.stages.append(opened)
            yield opened.session


@pytest.fixture
def lobby(tmp_path: Path) -> WorldLobby:
    of = small(
        PEOPLE,
        items={"Old Lamp": {"in": "Hall"}},
        rooms={"Hall": {"doors": ["Yard"], "at": [0, 0]}, "Yard": {"at": [1, 0]}, "Cave": {"at": [0, 1]}},
    )
    return WorldLobby(tmp_path / "w.db", of=of.model_copy(update={"ticks": 3}))


def pane(app: House) -> WorldPane:
    return app.screen.query_one(WorldPane)


async def opened(app: House) -> None:
    """Wait until the world is over, as far as its file goes."""
    await app.shows("tick 3/3", "over")
    app.screen.action_pane("world")
    await app.until(lambda: pane(app).entities.has_focus)


async def to(app: House, kind: str, name: str) -> None:
    """Put the cursor on a field of the entity that is looked at."""
    await app.until(lambda: pane(app).fields.put_on((kind, name)))
    pane(app).fields.focus()
    await app.pilot.pause()


@pytest.mark.parametrize("size", SIZES)
async def test_a_world_alone_is_seen_first_at_every_size(lobby: WorldLobby, size: tuple[int, int]) -> None:
    async with house(lobby, size) as app:
        await app.shows("World", "tick 3/3", "day 1, 08:03", "Ann Lee", "Entities")
        await opened(app)
        if size[0] < 100:
            await app.press("m")
        await app.shows("┌ Hall", "┌ Yard", "┌ Cave")
        assert all(len(row) <= size[0] for row in app.text.splitlines())


async def test_keys_let_the_world_tick_run_and_stand(lobby: WorldLobby) -> None:
    async with house(lobby) as app:
        await opened(app)
        await app.press("t")
        await app.shows("tick 4/4")
        await app.press("T")
        await app.shows("tick 14/14")
        world = lobby.stages[0].world
        assert world.tick == 14
        await app.press("space")
        await app.until(lambda: not app.screen.session.view().paused)
        await app.press("minus")
        await app.shows("50/s")
        await app.press("minus", "minus")
        await app.shows("10/s")
        assert lobby.stages[0].run.ticks_per_second == 10
        for _ in range(3):
            await app.press("plus")
        await app.shows(" max ")


async def test_what_an_entity_has_is_seen_and_edited_through_the_prompt(lobby: WorldLobby) -> None:
    async with house(lobby, (140, 50)) as app:
        await opened(app)
        await app.shows("Health", "hp", "10")
        await to(app, "Health", "hp")
        await app.press("enter")
        await app.until(lambda: app.screen.prompt.text == '/set "Ann Lee" Health.hp 10')
        app.screen.prompt.text = '/set "Ann Lee" Health.hp 4'
        await app.press("enter")
        await app.shows("Health.hp is 4 now")
        await app.until(lambda: lobby.stages[0].at_desk.entity("Ann Lee").components["Health"] == {"hp": 4, "most": 10})


async def test_a_number_is_plotted_and_goes_on_with_the_ticks(lobby: WorldLobby) -> None:
    async with house(lobby, (140, 50)) as app:
        await opened(app)
        await to(app, "Health", "hp")
        await app.press("p")
        await app.shows("Health.hp of Ann Lee", "10 ┤")
        await app.type('/set "Ann Lee" Health.hp 2')
        await app.type("/tick 5")
        await app.shows("tick 8/8", " 2 ┤")
        plotted = next(row for row in app.text.splitlines() if "10 ┤" in row)
        assert plotted.partition("┤")[2].startswith("███")


async def test_in_a_small_terminal_the_plot_takes_the_place_of_the_fields_and_gives_it_back(lobby: WorldLobby) -> None:
    async with house(lobby, (80, 24)) as app:
        await opened(app)
        await to(app, "Health", "hp")
        await app.press("p")
        await app.shows("Health.hp of Ann Lee")
        assert not pane(app).fields.display
        pane(app).entities.focus()
        await app.press("p")
        await app.until(lambda: pane(app).fields.display)


async def test_a_breakpoint_begins_in_the_prompt(lobby: WorldLobby) -> None:
    async with house(lobby) as app:
        await opened(app)
        await to(app, "Health", "hp")
        await app.press("b")
        await app.until(lambda: app.screen.prompt.text == "/break component:Health.hp==10")
        await app.press("enter")
        await app.until(lambda: app.screen.session.view().breakpoints == ("component:Health.hp==10",))


async def test_memories_and_stimuli_are_shown_only_when_they_are_asked_for(lobby: WorldLobby) -> None:
    async with house(lobby) as app:
        await opened(app)
        everything = len(lobby.stages[0].world.store.alive)
        assert f"of {everything}" in app.text
        assert f"Entities {everything} of {everything}" not in app.text
        await app.press("a")
        await app.shows(f"Entities {everything} of {everything}")


async def test_the_cursor_stays_on_its_entity_while_others_come_and_go(lobby: WorldLobby) -> None:
    async with house(lobby) as app:
        await opened(app)
        await app.press("j", "a")
        bob = pane(app).entities.chosen
        await app.press("T")
        await app.shows("tick 13/13", "Bob ·")
        assert pane(app).entities.chosen == bob


async def test_a_thousand_entities_are_shown_at_once(tmp_path: Path) -> None:
    crowd = {f"Thing {number}": {"in": "Hall"} for number in range(1000)}
    many = WorldLobby(tmp_path / "w.db", of=small({"Ann": {}}, items=crowd).model_copy(update={"ticks": 1}))
    async with house(many) as app:
        await app.shows("tick 1/1", "Thing 0", "Entities 1004 of")
        app.screen.action_pane("world")
        await app.press("G", "k")
        await app.shows("Hall")


async def test_a_session_without_a_world_has_no_such_tab(company: StageLobby) -> None:
    async with house(company) as app:
        await app.listening()
        assert not app.screen.query(WorldPane)
        await app.press("alt+5")
        await app.shows("this session has no world")
        assert app.screen.pane == "chat"
