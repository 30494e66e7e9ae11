"""The start page: an idea begins a session with the team and the model that stand below it."""

import asyncio
from dataclasses import replace

import pytest
from textual.widgets import Input

from agentsh.tui.chooser import Chooser
from agentsh.tui.lobby import Begin, Reopen
from agentsh.tui.prompt import Prompt
from agentsh.tui.setup import DEMO, Part
from tests.tui.house import SIZES, house
from tests.tui.lobby import OFFER, StageLobby


async def test_team_and_model_that_are_taken_by_themselves_are_said(company: StageLobby) -> None:
    for size in SIZES:
        async with house(company, size, wanted=None) as app:
            await app.shows("team pair", "model tiny", "F2 team")


async def test_an_idea_begins_with_the_team_and_the_model_that_were_chosen(company: StageLobby) -> None:
    async with house(company, wanted=None) as app:
        await app.shows("team pair")
        await app.press("f3", *"large", "enter")
        await app.shows("model large")
        await app.pilot.click("#team")
        await app.until(lambda: isinstance(app.app.screen, Chooser))
        await app.shows("Teams", "● pair", "for small models")
        await app.press("enter")
        await app.until(lambda: app.app.screen is app.app.start)
        app.app.start.action_idea()
        await app.press(*"build it", "enter")
        await app.until(lambda: company.wanted)
        assert company.wanted == [Begin("build it", team="pair", model="large")]


@pytest.mark.parametrize("wanted", [None, Reopen("t")], ids=["begun here", "resumed"])
async def test_what_is_typed_while_a_session_opens_is_typed_into_it(company: StageLobby, wanted: Reopen | None) -> None:
    company.held = asyncio.Event()
    async with house(company, wanted=wanted) as app:
        if wanted is None:
            await app.press(*"build it", "enter")
        await app.until(lambda: company.wanted)
        await app.press(*"/pause", "enter")
        await app.shows("/pause", "opening")
        company.held.set()
        await app.until(lambda: [prompt.text for prompt in app.app.screen.query(Prompt)] == ["/pause"])
        assert company.wanted == [wanted or Begin("build it")]


async def test_nothing_chosen_is_left_to_the_session(company: StageLobby) -> None:
    async with house(company, wanted=None) as app:
        await app.press(*"build it", "enter")
        await app.until(lambda: company.wanted)
        assert company.wanted == [Begin("build it")]


@pytest.mark.parametrize(
    ("offer", "said"),
    [
        (replace(OFFER, model="", models=(), problem="nothing answers", stands_in=True), (DEMO, "nothing answers")),
        (replace(OFFER, model="", models=(), problem="nothing answers"), ("none", "nothing answers")),
        (replace(OFFER, model="qwen3:8b", problem="is not there"), ("qwen3:8b", "is not there")),
    ],
    ids=["the demo model stands in", "nothing stands in", "the model is missing"],
)
async def test_what_is_wrong_with_the_model_is_said_before_anything_begins(
    company: StageLobby, offer: object, said: tuple[str, str]
) -> None:
    company.offered = offer  # type: ignore[assignment]
    async with house(company, wanted=None) as app:
        part = app.app.start.query_one("#model", Part)
        await app.until(lambda: (part.chosen, part.warning) == said)
        await app.shows(*said)
        await app.press("f3", *"demo", "enter")
        await app.until(lambda: (part.chosen, part.warning) == (DEMO, ""))


async def test_a_command_typed_on_the_start_page_is_carried_out_and_begins_nothing(company: StageLobby) -> None:
    async with house(company, wanted=None) as app:
        await app.press(*"/theme nord", "enter")
        await app.until(lambda: app.app.theme == "nord")
        for line in ("%jupyter", "!ls", "/plan"):
            await app.press(*line, "enter")
            await app.until(lambda: not app.app.screen.query_one("#idea", Input).value)
        assert not company.wanted
