"""A session with a world as it is wired, with scripted answers: whispers, interviews, playing along."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from agentsh.commands import reply as r
from agentsh.commands.builtin import builtin
from agentsh.commands.context import Context
from agentsh.core import events as e
from agentsh.core.settings import Settings
from agentsh.core.world_options import WorldOptions
from agentsh.library.home import Home, find_home
from agentsh.library.worlds import WorldFile
from agentsh.session.facade import Session
from agentsh.wiring import started
from agentsh.wiring.kit import Kit
from agentsh.wiring.outside import Surroundings
from agentsh.wiring.worlds import world_file
from tests.support.castle import script
from tests.support.patience import HANG_S


@pytest.fixture
def home(tmp_path: Path) -> Home:
    (tmp_path / "script.yaml").write_text(script(), encoding="utf-8")
    return find_home(tmp_path, tmp_path)


@asynccontextmanager
async def castle(home: Home, *, humans: tuple[str, ...] = (), ticks: int = 3) -> AsyncIterator[tuple[Session, Context]]:
    asked = WorldOptions(
        world="magic-sword",
        idea="magic-sword",
        ticks=ticks,
        provider="scripted",
        model=str(home.root / "script.yaml"),
        humans=humans,  # type: ignore[arg-type]
    )
    async with started(asked, Settings(), home, terminal=True) as session:
        serving = asyncio.create_task(session.serve())
        yield session, Context(outside=Surroundings(home, Settings()), registry=builtin(), live=session)
        session.interrupt()
        await serving


async def until(session: Session, condition: Callable[[e.Event], bool]) -> e.Event:
    async with asyncio.timeout(HANG_S):
        async for item in session.follow():
            if isinstance(item, e.Recorded) and condition(item.event):
                return item.event
    raise AssertionError("the session ended before it happened")


async def until_tick(session: Session, tick: int) -> None:
    await until(session, lambda event: isinstance(event, e.TickFinished) and event.tick == tick)


async def lands(session: Session, context: Context, line: str) -> None:
    """Say something when the world is over, and let one tick more pass, in which it lands."""
    await until_tick(session, 3)
    await typed(context, line)
    await typed(context, "/tick")
    await until_tick(session, 4)


async def typed(context: Context, line: str) -> r.Reply:
    return await context.registry.run(context, line)


async def remembered(context: Context, role: str) -> list[str]:
    shown = await typed(context, f"/memory {role}")
    assert isinstance(shown, r.Table)
    return [row[-1] for row in shown.rows]


async def test_a_world_is_read_and_checked_beside_the_loop(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    read_by: list[threading.Thread] = []

    def noting(kit: Kit, name: str) -> WorldFile:
        read_by.append(threading.current_thread())
        return world_file(kit, name)

    monkeypatch.setattr("agentsh.wiring.worlds.world_file", noting)
    async with castle(home):
        assert len(read_by) == 1
        assert read_by[0] is not threading.current_thread()


async def test_what_is_whispered_is_remembered_by_one_and_what_is_asked_by_nobody(home: Home) -> None:
    async with castle(home) as (session, context):
        await lands(session, context, "/whisper aria The sword is cursed")
        assert "The sword is cursed" in await remembered(context, "aria")
        assert "The sword is cursed" not in await remembered(context, "bran")
        assert not any("voice" in memory for memory in await remembered(context, "bran"))
        before = await remembered(context, "aria")
        answer = await typed(context, "/ask aria What do you know about the sword?")
        assert isinstance(answer, r.Markdown)
        assert answer.text == "I answer from what came to mind."
        started_ = [i.event async for i in history(session) if isinstance(i.event, e.Interviewed)]
        assert [found.question for found in started_] == ["What do you know about the sword?"]
        assert await remembered(context, "aria") == before


async def test_what_is_said_to_one_agent_is_heard_by_it_in_the_world_and_by_nobody_else(home: Home) -> None:
    async with castle(home) as (session, context):
        await lands(session, context, "/to aria Look at the sword")
        heard = 'A voice says to you: "Look at the sword"'
        assert heard in await remembered(context, "aria")
        assert heard not in await remembered(context, "bran")
        assert [role.failed for role in session.view().roles] == [None] * 3


async def test_an_interview_shows_the_model_what_comes_to_mind(home: Home) -> None:
    rule = "  - match: 'The sword is cursed[^$]*off the record'\n    reply: I heard of a curse.\n"
    (home.root / "script.yaml").write_text(script(rule), encoding="utf-8")
    async with castle(home) as (session, context):
        await lands(session, context, "/whisper aria The sword is cursed")
        answer = await typed(context, "/ask aria Tell me of the sword")
        assert isinstance(answer, r.Markdown)
        assert answer.text == "I heard of a curse."


async def test_a_person_plays_an_agent_with_a_form_of_what_is_possible_now(home: Home) -> None:
    async with castle(home, humans=("aria",)) as (session, context):
        await until(session, lambda event: isinstance(event, e.HumanAsked))
        asked = session.view().questions[0]
        assert asked.role == "aria"
        assert asked.fields is not None
        options = asked.fields["properties"]["action"]["enum"]  # type: ignore[index, call-overload]
        assert "wait" in options
        assert "move to Courtyard" in options or "go to Courtyard" in options
        await typed(
            context, '/answer {"thought": "Let me rest.", "action": "wait", "words": "", "expression": "happy"}'
        )
        await until_tick(session, 3)
        shown = await typed(context, "/entity Aria 3")
        assert isinstance(shown, r.Table)
        assert ("", "expression", "happy") in [row[:3] for row in shown.rows]


async def history(session: Session) -> AsyncIterator[e.Recorded]:
    last = session.view().seq
    async for item in session.follow():
        if isinstance(item, e.Recorded):
            yield item
            if item.seq >= last:
                return
