"""The words that look at a world and change it, on a session with one."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from agentsh.commands import reply as r
from agentsh.commands.completion import complete
from agentsh.commands.context import Context
from agentsh.core.errors import AgentshError, UsageError, WorldError
from agentsh.world.shipped import shipped_catalogue
from tests.commands.outside import context_of
from tests.support.stage import asks_and_says, card, stage
from tests.world.small import card as small
from tests.world.stage import WorldStage, world_stage

PEOPLE = {"Ann Lee": {"health": 10, "traits": ["calm"]}, "Bob": {"memories": ["There is a party at five."]}}


@pytest.fixture
async def on(tmp_path: Path) -> AsyncIterator[WorldStage]:
    of = small(PEOPLE, items={"Old Lamp": {"in": "Hall"}}).model_copy(update={"ticks": 4})
    async with world_stage(tmp_path / "w.db", shipped_catalogue(), of, present=True) as opened:
        serving = asyncio.create_task(opened.session.serve())
        await opened.until_tick(4)
        yield opened
        opened.session.interrupt()
        await serving


async def typed(on: WorldStage, line: str) -> r.Reply:
    context = context_of(on.session)
    return await context.registry.run(context, line)


async def table(on: WorldStage, line: str) -> r.Table:
    found = await typed(on, line)
    assert isinstance(found, r.Table), found
    return found


async def field(on: WorldStage, entity: str, kind: str, name: str) -> str:
    rows = (await table(on, f"/entity {entity}")).rows
    within = [row[0] for row in rows]
    start = within.index(kind)
    return next(value for _, key, value in rows[start:] if key == name)


async def test_the_world_is_shown_room_by_room(on: WorldStage) -> None:
    shown = await table(on, "/world")
    assert shown.pane == "world"
    assert "tick 4 of 4" in shown.title
    assert ("Hall", "Yard", "Ann Lee, Bob", "Old Lamp") in shown.rows


async def test_an_entity_is_shown_by_name_or_number_now_or_after_a_tick(on: WorldStage) -> None:
    shown = await table(on, "/entity Ann Lee")
    number = shown.title.partition("(")[2].partition(")")[0]
    assert "after tick 4" in shown.title
    assert await field(on, number, "Health", "hp") == "10"
    assert "after tick 2" in (await table(on, "/entity Ann Lee 2")).title
    assert "after tick 0" in (await table(on, '/entity "Old Lamp" 0')).title
    assert ("occupies", "->") in [row[:2] for row in shown.rows]
    assert number in [row[0] for row in (await table(on, "/entities")).rows]


@pytest.mark.parametrize("line", ["/entity nobody", "/entity Bob 99", "/plot Bob Health.hp", "/plot Bob Nothing.at"])
async def test_what_is_not_there_is_told(on: WorldStage, line: str) -> None:
    with pytest.raises(WorldError) as told:
        await typed(on, line)
    assert told.value.hint


async def test_a_tick_is_one_tick_and_then_the_world_is_paused(on: WorldStage) -> None:
    assert await typed(on, "/tick 2") == r.Nothing()
    await on.until_tick(6)
    await on.until(lambda event: event.kind == "session.paused")
    assert on.at_desk.view().paused
    assert "paused" in (await table(on, "/world")).title
    await typed(on, "/tick")
    await on.until_tick(7)
    assert on.world.tick == 7


async def test_a_field_is_changed_and_the_others_are_as_the_ticks_left_them(on: WorldStage) -> None:
    before = await field(on, "Ann Lee", "Health", "most")
    told = await typed(on, '/set "Ann Lee" Health.hp 3')
    assert told == r.Text("Ann Lee: Health.hp is 3 now.")
    assert await field(on, "Ann Lee", "Health", "hp") == "3"
    assert await field(on, "Ann Lee", "Health", "most") == before
    await typed(on, "/set Bob Appearance.doing asleep, deeply")
    assert await field(on, "Bob", "Appearance", "doing") == "asleep, deeply"
    await typed(on, "/set Bob Appearance null")
    assert "Appearance" not in [row[0] for row in (await table(on, "/entity Bob")).rows]


async def test_a_component_is_edited_as_a_whole_in_the_editor(on: WorldStage) -> None:
    wanted = await typed(on, "/set Bob Health")
    assert isinstance(wanted, r.EditText)
    assert wanted.text == "{}"
    assert wanted.suffix == ".json"
    assert wanted.done is not None
    await wanted.done('{"hp": 4}')
    assert await field(on, "Bob", "Health", "hp") == "4"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('/set "Ann Lee" Health.hp nonsense', "no Health"),
        ('/set "Ann Lee" Health.luck 3', "no field 'Health.luck'"),
        ('/set "Ann Lee" Helth.hp 3', "no component 'Helth'"),
        ("/set Nobody Health.hp 3", "no entity 'Nobody'"),
        ("/set Bob Plan.steps 3", "has no Plan"),
        ("/speed fast", "no speed"),
        ("/speed 0", "no speed"),
    ],
)
async def test_a_wrong_edit_is_told_and_changes_nothing(on: WorldStage, line: str, told: str) -> None:
    before = on.world.snapshot()
    with pytest.raises(AgentshError, match=told) as error:
        await typed(on, line)
    assert error.value.hint
    assert on.world.snapshot() == before


async def test_a_number_is_plotted_over_the_ticks(on: WorldStage) -> None:
    await typed(on, '/set "Ann Lee" Health.hp 2')
    await typed(on, "/tick 3")
    await on.until_tick(7)
    shown = await typed(on, '/plot "Ann Lee" Health.hp')
    assert isinstance(shown, r.Text)
    assert shown.title == "Health.hp of Ann Lee, now 2"
    assert shown.text.splitlines()[0] == "10 ┤████    "
    assert shown.text.splitlines()[-2] == " 2 ┤████▁▁▁▁"
    assert shown.text.splitlines()[-1].split() == ["0", "7"]


async def test_the_speed_is_set_and_said(on: WorldStage) -> None:
    told = await typed(on, "/speed 2")
    assert isinstance(told, r.Text)
    assert "at most 2 ticks/s" in told.text
    assert on.run.ticks_per_second == 2
    await typed(on, "/speed max")
    assert on.run.ticks_per_second is None


async def test_a_breakpoint_on_a_component_holds_the_world(on: WorldStage) -> None:
    await typed(on, "/break component:Health.hp<5")
    await typed(on, '/set "Ann Lee" Health.hp 3')
    await typed(on, "/tick 5")
    await on.until_hit()
    assert (on.hits, on.world.tick) == (["component:Health.hp<5"], 5)


async def test_who_knows_is_shown_with_who_told_them(on: WorldStage) -> None:
    shown = await table(on, "/rumour party")
    assert [(row[1], row[3]) for row in shown.rows] == [("Bob", "")]
    assert (await table(on, "/rumour dragons")).rows == ()


async def test_words_complete_to_what_there_is(on: WorldStage) -> None:
    context: Context = context_of(on.session)
    assert '"Ann Lee"' in [found.text for found in await complete(context, "/set ")]
    assert "Health.hp" in [found.text for found in await complete(context, '/set "Ann Lee" Hea')]
    assert "component:" in [found.text for found in await complete(context, "/break comp")]
    assert [found.text for found in await complete(context, "/play ")] == ["town"]


async def test_a_world_is_begun_by_its_name(on: WorldStage) -> None:
    assert await typed(on, "/play town") == r.NewSession(world="town")


async def test_a_session_without_a_world_says_so(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", [(card("ann"), asks_and_says("plan", "what"))]) as plain:
        context = context_of(plain.session)
        for line in (
            "/world",
            "/entities",
            "/entity x",
            "/tick",
            "/speed",
            "/set x Health.hp 1",
            "/plot x H.p",
            "/rumour x",
        ):
            with pytest.raises(UsageError, match="no world"):
                await context.registry.run(context, line)
