"""Roles come and go while the team works, and a resumed session has the same team."""

import asyncio
from pathlib import Path

import pytest

from agentsh.core.controls import Fire, Hire, Say
from agentsh.core.errors import ExitCode, UsageError
from agentsh.core.ids import ActionName, RoleName
from agentsh.engine.hiring import as_changed
from tests.support.stage import ModelInProcess, asks_and_says, card, stage

ANN, BOB = RoleName("ann"), RoleName("bob")
TEAM = [(card("ann"), asks_and_says("plan", "what"))]
PAIR = [*TEAM, (card("bob", "plan"), asks_and_says("code", "how"))]


async def test_a_hired_role_hears_what_is_said_from_then_on(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", TEAM, hires={"bob": asks_and_says("code", "how")}) as on:
        await on.session.run()
        await on.session.send(Hire(card=card("bob", "plan")))
        assert [role.name for role in on.session.view().roles] == ["ann", "bob"]
        await on.session.send(Say(text="more"))
        await on.session.run()
        said = [message.sent_from for message in await on.desk.log.journal.messages()]
    assert said == ["boss", "ann", "boss", "ann", "bob"]


async def test_a_name_is_given_once(tmp_path: Path) -> None:
    async with stage(tmp_path / "s.db", TEAM) as on:
        for name in ("ann", "boss"):
            with pytest.raises(UsageError, match=f"'{name}' already"):
                await on.session.send(Hire(card=card(name)))


async def test_who_is_let_go_stops_at_once_and_hears_nothing_more(tmp_path: Path) -> None:
    held = ModelInProcess(hold=asyncio.Event())
    async with stage(tmp_path / "s.db", PAIR, model=held) as on:
        running = asyncio.create_task(on.session.run())
        await on.until(lambda event: event.kind == "step.started")
        await on.session.send(Fire(role=ANN))
        ended = await running
        assert ended.exit_code == ExitCode.DONE
        assert held.now == 0
        assert [role.name for role in on.session.view().roles] == ["bob"]
        with pytest.raises(UsageError, match="no role 'ann'"):
            await on.session.send(Say(text="hello", send_to=(ANN,)))
        with pytest.raises(UsageError, match="last of the team"):
            await on.session.send(Fire(role=BOB))


async def test_a_resumed_session_has_the_team_that_it_was_left_with(tmp_path: Path) -> None:
    path = tmp_path / "s.db"
    hires = {"zoe": asks_and_says("test", "is it")}
    async with stage(path, PAIR, hires=hires) as on:
        await on.session.run()
        file = on.desk.log.state.facts.team
        await on.session.send(Hire(card=card("zoe", "code")))
        await on.session.send(Fire(role=BOB))
    async with stage(path, PAIR, hires=hires) as on:
        state = on.desk.log.state
        assert list(state.facts.team.roles) == ["ann", "zoe"]
        assert as_changed(file, state.hired, state.left) == state.facts.team
        await on.session.send(Hire(card=card("bob", "plan")))
        await on.session.send(Say(text="more"))
        await on.session.run()
        said = await on.desk.log.journal.messages(causes=[ActionName("code")])
    assert [message.id for message in said] == ["bob:1:1", "bob:2:1"], "ids of who comes back go on"
