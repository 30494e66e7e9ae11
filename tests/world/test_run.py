"""A world driven through a session: ticks, thoughts, controls, and what is in the journal of them."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from agentsh.core import chat as c
from agentsh.core import events as e
from agentsh.core.cards import BudgetCard
from agentsh.core.controls import (
    AnswerQuestion,
    Be,
    BreakAt,
    EditEntity,
    Fire,
    Go,
    Pause,
    Retry,
    Say,
    SetBudget,
    SetSpeed,
    Step,
    Tick,
)
from agentsh.core.errors import GenerationStopped, OutputInvalid, StoreError, UsageError, WorldError
from agentsh.core.ids import BOSS, ActionName, RoleName
from agentsh.core.messages import Draft
from agentsh.core.worlds import PERCEIVE, THINK, WORLD, EntityId, Level
from agentsh.engine.conditions import parse_condition
from agentsh.engine.fold import Fold
from agentsh.engine.reaction import Reaction
from agentsh.engine.world_fold import MOST_SNAPSHOTS
from agentsh.world.catalogue import AT_ONCE, populating
from agentsh.world.minds import Agent, Asked
from agentsh.world.moment import Moment
from agentsh.world.restore import restored
from agentsh.world.systems import Stage, system
from tests.support.patience import HANG_S
from tests.support.stage import ModelInProcess, asks_and_says
from tests.support.stage import card as role_card
from tests.world.sample import Health, Memory, card, catalogue
from tests.world.stage import WorldStage, facts, thinks, world_stage

AGENT = RoleName("agent0")


def thoughts(stage: WorldStage, agent: int = 3) -> list[str]:
    return stage.world.store.get(EntityId(agent), Memory).thoughts


async def test_a_thought_lands_with_the_first_tick_after_it_is_recorded(tmp_path: Path) -> None:
    async with world_stage(tmp_path / "w.db", catalogue(), card(1, 1, lock=True, ticks=2)) as on:
        finished = await on.session.run()
        first, second = await on.ticks()
        kinds = [event.kind for event in await on.events()]
        assert (finished.exit_code, finished.summary) == (0, "the world stands at tick 2")
        assert (first.landed, second.landed) == ((), ("agent0:1:1",))
        assert thoughts(on, 2)[0].startswith("2: heard: agent0: tick 1")
        assert kinds == [
            "session.started",
            "world.snapshot",
            "message.published",
            "tick.finished",
            "reaction.started",
            "step.started",
            "step.finished",
            "message.published",
            "reaction.finished",
            "tick.finished",
            "world.snapshot",
            "session.finished",
        ]


async def test_what_an_agent_perceives_reaches_it_alone_and_what_it_thinks_the_world_alone(tmp_path: Path) -> None:
    async with world_stage(tmp_path / "w.db", catalogue(), card(2, 1, lock=True, ticks=2)) as on:
        await on.session.run()
        said = [event.message for event in await on.events() if isinstance(event, e.MessagePublished)]
        assert [(m.sent_from, m.send_to, m.cause_by) for m in said] == [
            (WORLD, ("agent0",), PERCEIVE),
            (WORLD, ("agent1",), PERCEIVE),
            ("agent0", (WORLD,), THINK),
            ("agent1", (WORLD,), THINK),
        ]


async def test_a_tick_waits_for_no_thought(tmp_path: Path) -> None:
    model = ModelInProcess(hold=asyncio.Event())
    async with world_stage(tmp_path / "w.db", catalogue(), card(1, 1), model=model) as on:
        running = asyncio.create_task(on.session.run())
        await on.until_tick(20)
        assert on.world.store.has(EntityId(3 - 1), Asked)
        assert all(tick.landed == () for tick in await on.ticks())
        model.hold.set()
        await on.until(lambda event: isinstance(event, e.TickFinished) and event.landed == ("agent0:1:1",))
        on.session.interrupt()
        assert (await running).exit_code == 130


async def test_a_locked_world_waits_for_every_thought(tmp_path: Path) -> None:
    model = ModelInProcess(hold=asyncio.Event())
    async with world_stage(tmp_path / "w.db", catalogue(), card(2, 1, lock=True, ticks=3), model=model) as on:
        running = asyncio.create_task(on.session.run())
        await on.until(lambda event: isinstance(event, e.StepStarted) and event.role == "agent1")
        assert on.world.tick == 1
        model.hold.set()
        await running
        assert on.world.tick == 3


async def test_the_same_seed_and_the_same_replies_give_the_same_history(tmp_path: Path) -> None:
    histories = []
    for name, delays in (("one", (0.0, 0.002, 0.001)), ("two", (0.003, 0.0, 0.0))):
        turns = itertools.cycle(delays)

        class Uneven(ModelInProcess):
            async def chat(self, request: c.ChatRequest):  # type: ignore[no-untyped-def,override]
                self.delay_s = next(turns)  # noqa: B023
                async for event in super().chat(request):
                    yield event

        async with world_stage(
            tmp_path / f"{name}.db", catalogue(), card(3, 2, lock=True, ticks=10), model=Uneven()
        ) as on:
            await on.session.run()
            histories.append(await on.ticks())
    assert histories[0] == histories[1]


@pytest.mark.parametrize("stop_at", [1, 3, 5, 8])
async def test_a_world_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path, stop_at: int) -> None:
    file = card(3, 2, lock=True, snapshot_ticks=4)
    async with world_stage(tmp_path / "whole.db", catalogue(), file.model_copy(update={"ticks": 12})) as on:
        await on.session.run()
        whole, end = await on.ticks(), on.world.snapshot()
    async with world_stage(tmp_path / "parts.db", catalogue(), file.model_copy(update={"ticks": stop_at})) as on:
        await on.session.run()
    async with world_stage(tmp_path / "parts.db", catalogue()) as on:
        assert on.world.tick == stop_at
        await on.more(12 - stop_at)
        assert on.world.snapshot() == end
        assert await on.ticks() == whole


async def test_a_world_without_lock_comes_back_as_its_journal_has_it(tmp_path: Path) -> None:
    file = card(4, 2, snapshot_ticks=7)
    async with world_stage(tmp_path / "w.db", catalogue(), file, model=ModelInProcess(delay_s=0.002)) as on:
        running = asyncio.create_task(on.session.run())
        await on.until_tick(30)
        on.session.interrupt()
        await running
        await on.desk.log.settle()
        end, tick = on.world.snapshot(), on.world.tick
        assert any(found.landed for found in await on.ticks())
    async with world_stage(tmp_path / "w.db", catalogue()) as on:
        assert (on.world.tick, on.world.snapshot()) == (tick, end)
        kinds = [event.kind for event in await on.events()]
        assert "notice" not in kinds


async def test_a_world_is_had_back_at_any_tick(tmp_path: Path) -> None:
    async with world_stage(tmp_path / "w.db", catalogue(), card(2, 2, lock=True, ticks=1, snapshot_ticks=4)) as on:
        snapshots = {0: (await on.at_desk.at(0)).snapshot()}
        for tick in range(1, 11):
            await (on.session.run() if tick == 1 else on.more(1))
            if tick == 6:
                await on.session.send(EditEntity(entity=3, component="Health", value={"hp": 77}))
            snapshots[tick] = on.world.snapshot() if tick != 6 else snapshots[5]
        for tick, parts in snapshots.items():
            if tick != 6:
                assert (await on.at_desk.at(tick)).snapshot() == parts
        before_edit = await on.at_desk.at(6)
        assert before_edit.store.get(EntityId(3), Health).hp < 77
        with pytest.raises(WorldError, match="no tick 99"):
            await on.at_desk.at(99)


async def crash(on: WorldStage) -> None:
    """Let the process be gone: nothing is stored any more."""
    await on.desk.log.settle()
    on.desk.log.failure = StoreError("gone")


async def test_systems_that_have_changed_since_are_told_and_the_journal_is_the_truth(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    async with world_stage(path, catalogue(), card(2, 2, lock=True)) as on:
        await on.session.send(Tick(times=9))
        running = asyncio.create_task(on.session.run())
        await on.until_tick(9)
        await crash(on)
        running.cancel()
        health = on.world.store.each(Health)
    changed = catalogue()
    changed.systems = [found for found in changed.systems if found.name != "ageing"]
    async with world_stage(path, changed) as on:
        assert on.world.tick == 9
        assert on.world.store.each(Health) == health
        assert thoughts(on) == [], "it was not stored since the world began"
        notices = [event.message for event in await on.events() if isinstance(event, e.Noticed)]
        assert notices[0].startswith("the world's systems have changed since: it goes on from tick 9")
        await on.more(3)
        assert on.world.tick == 12


async def test_a_thought_that_came_before_a_snapshot_and_landed_after_it_is_found(tmp_path: Path) -> None:
    path = tmp_path / "w.db"
    async with world_stage(path, catalogue(), card(1, 1, lock=True, ticks=1)) as on:
        await on.session.run()
        assert on.desk.log.state.world is not None
        assert list(on.desk.log.state.world.arrived) == ["agent0:1:1"]
    async with world_stage(path, catalogue()) as on:
        await on.session.send(Tick(times=2))
        running = asyncio.create_task(on.session.run())
        await on.until_tick(3)
        await crash(on)
        running.cancel()
        end = on.world.snapshot()
    async with world_stage(path, catalogue()) as on:
        assert on.world.tick == 3
        assert on.world.snapshot() == end
        assert thoughts(on, 2) == ["2: heard: agent0: tick 1: you hear 1 noises"]


async def test_a_session_whose_components_are_gone_says_which(tmp_path: Path) -> None:
    async with world_stage(tmp_path / "w.db", catalogue(), card(1, 1, lock=True, ticks=2)) as on:
        await on.session.run()
    lacking = catalogue()
    lacking.components.remove(Memory)
    lacking.systems.clear()
    with pytest.raises(WorldError, match="there is no component 'Memory'"):
        async with world_stage(tmp_path / "w.db", lacking):
            pass


async def test_pausing_stops_the_ticks_and_tick_lets_exactly_some_through(tmp_path: Path) -> None:
    async with world_stage(tmp_path / "w.db", catalogue(), card(2, 1, lock=True)) as on:
        await on.session.send(Pause())
        running = asyncio.create_task(on.session.run())
        await on.session.send(Tick(times=3))
        await on.until_tick(3)
        await on.until(_finished_reaction("agent1:1"))
        assert on.world.tick == 3
        assert on.at_desk.view().paused
        await on.session.send(Tick())
        await on.until_tick(4)
        await on.until(_finished_reaction("agent1:2"))
        assert (await on.ticks())[-1].tick == 4
        assert on.desk.gate.is_closed(AGENT), "what was lent for the ticks is over with them"
        await on.session.send(Go())
        await on.until_tick(10)
        on.session.interrupt()
        await running


async def test_tick_pauses_a_world_that_runs_after_so_many(tmp_path: Path) -> None:
    async with world_stage(tmp_path / "w.db", catalogue(), card(1, 1, lock=True)) as on:
        await on.session.send(Tick(times=5))
        running = asyncio.create_task(on.session.run())
        await on.until_tick(5)
        assert on.at_desk.view().paused
        assert WORLD in {event.role for event in await on.events() if isinstance(event, e.SessionPaused)}
        await on.session.send(Go(role=WORLD))
        await on.until_tick(6)
        on.session.interrupt()
        await running


async def test_pausing_takes_back_ticks_that_have_not_passed(tmp_path: Path) -> None:
    model = ModelInProcess(hold=asyncio.Event())
    async with world_stage(tmp_path / "w.db", catalogue(), card(1, 1, lock=True), model=model) as on:
        await on.session.send(Pause())
        running = asyncio.create_task(on.session.run())
        await on.session.send(Tick(times=50))
        await on.until(lambda event: isinstance(event, e.StepStarted))
        await on.session.send(Pause())
        model.hold.set()
        await on.until(lambda event: isinstance(event, e.StepFinished))
        await on.desk.log.settle()
        assert [tick.tick for tick in await on.ticks()] == [1]
        assert AGENT in on.desk.gate.waiting
        on.session.interrupt()
        await running


async def test_a_step_of_the_world_is_one_tick(tmp_path: Path) -> None:
    async with world_stage(tmp_path / "w.db", catalogue(), card(0, 1, ticks=9)) as on:
        await on.session.send(Pause(role=WORLD))
        running = asyncio.create_task(on.session.run())
        await on.session.send(Step(role=WORLD, times=2))
        await on.until_tick(2)
        assert on.world.tick == 2
        await on.session.send(Go())
        assert (await running).exit_code == 0
        assert on.world.tick == 9


async def test_a_breakpoint_on_a_component_pauses_once_for_each_that_comes_to_fit(tmp_path: Path) -> None:
    async with world_stage(tmp_path / "w.db", catalogue(), card(1, 1, lock=True, ticks=90)) as on:
        await on.session.send(BreakAt(when="component:Health.hp<9"))
        running = asyncio.create_task(on.session.run())
        paused_at: list[int] = []
        low_before: set[EntityId] = set()
        while len(paused_at) < 3:
            await _until_true(lambda: len(on.hits) > len(paused_at) and on.desk.gate.is_closed())
            paused_at.append(on.world.tick)
            low = {entity for entity, health in on.world.store.each(Health) if health.hp < 9}
            assert low - low_before
            low_before = low
            await on.session.send(Go())
        assert sorted(set(paused_at)) == paused_at
        on.session.interrupt()
        await running
        assert set(on.hits) == {"component:Health.hp<9"}


async def test_a_world_ends_when_its_condition_holds(tmp_path: Path) -> None:
    file = card(1, 1, lock=True, until="component:Health.hp<=7")
    async with world_stage(tmp_path / "w.db", catalogue(), file) as on:
        finished = await on.session.run()
        assert finished.exit_code == 0
        assert min(health.hp for _, health in on.world.store.each(Health)) <= 7


async def test_an_edit_lands_between_two_ticks_and_a_wrong_one_changes_nothing(tmp_path: Path) -> None:
    async with world_stage(tmp_path / "w.db", catalogue(), card(1, 1, lock=True, ticks=3)) as on:
        await on.session.send(EditEntity(entity=2, component="Health", value={"hp": 50}))
        with pytest.raises(WorldError, match="is no Health"):
            await on.session.send(EditEntity(entity=2, component="Health", value={"hp": "many"}))
        with pytest.raises(WorldError, match="no entity 99"):
            await on.session.send(EditEntity(entity=99, component="Health", value={}))
        await on.session.run()
        assert on.world.store.get(EntityId(2), Health).hp >= 47
        await on.session.send(EditEntity(entity=2, component="Memory", value=None))
        assert not on.world.store.has(EntityId(2), Memory)
        edits = [event for event in await on.events() if isinstance(event, e.WorldEdited)]
        assert [(edit.tick, edit.component) for edit in edits] == [(0, "Health"), (3, "Memory")]


async def test_nonsense_of_one_agent_is_told_and_the_world_ticks_on(tmp_path: Path) -> None:
    async def react(reaction: Reaction) -> None:
        if reaction.role == AGENT and reaction.id == "agent0:1":
            raise OutputInvalid("think got no answer that can be used", raw="blah")
        await thinks(reaction)

    async with world_stage(tmp_path / "w.db", catalogue(), card(2, 1, lock=True, ticks=8), react=react) as on:
        finished = await on.session.run()
        ticks = await on.ticks()
        assert finished.exit_code == 0
        assert ticks[1].missed == {AGENT: "think got no answer that can be used"}
        assert ticks[1].landed == ("agent1:1:1",)
        assert any(id_.startswith("agent0:2") for tick in ticks for id_ in tick.landed), "it is asked again"
        assert not on.desk.log.state.open


async def test_nonsense_in_the_very_last_tick_is_told_and_ends_the_world_as_any_other_end(tmp_path: Path) -> None:
    async def react(reaction: Reaction) -> None:
        if reaction.role == AGENT and reaction.id == last:
            raise OutputInvalid("think got no answer that can be used", raw="blah")
        await thinks(reaction)

    last, file = "", card(2, 1, lock=True, ticks=4)
    async with world_stage(tmp_path / "whole.db", catalogue(), file) as on:
        await on.session.run()
        last = next(
            f.reaction for f in reversed(await on.events()) if isinstance(f, e.ReactionFinished) and f.role == AGENT
        )
    async with world_stage(tmp_path / "w.db", catalogue(), file, react=react) as on:
        finished = await on.session.run()
        assert (finished.status, finished.exit_code) == ("finished", 0)
        assert finished.summary == f"the world stands at tick 4, without the last thought of {AGENT}"
        await on.session.send(Tick(times=2))
        last = ""
        await on.session.run()
        assert on.world.tick == 6


async def test_when_nobody_is_left_who_could_think_the_world_stops_and_goes_on_after_a_retry(tmp_path: Path) -> None:
    down = c.Failed(failure="refused", retryable=True, message="nobody answers")
    replies = itertools.chain([down] * 2, itertools.repeat("fine"))
    model = ModelInProcess(reply=lambda _: next(replies))
    async with world_stage(tmp_path / "w.db", catalogue(), card(2, 1, lock=True, ticks=6), model=model) as on:
        finished = await on.session.run()
        assert (finished.status, finished.exit_code) == ("failed", 5)
        assert on.world.tick == 1
        await on.session.send(Retry())
        finished = await on.session.run()
        assert (finished.exit_code, on.world.tick) == (0, 6)


async def test_one_agent_that_is_stuck_does_not_stop_the_others(tmp_path: Path) -> None:
    async def react(reaction: Reaction) -> None:
        if reaction.role == AGENT:
            raise GenerationStopped(AGENT, "half a")
        await thinks(reaction)

    async with world_stage(tmp_path / "w.db", catalogue(), card(2, 1, lock=True, ticks=6), react=react) as on:
        await on.session.run()
        assert on.world.tick == 6
        assert len(thoughts(on, 4 - 1)) > 0


async def test_a_budget_ends_it_resumable(tmp_path: Path) -> None:
    async with world_stage(
        tmp_path / "w.db", catalogue(), card(1, 1, lock=True, ticks=12), budget=BudgetCard(max_steps=2)
    ) as on:
        finished = await on.session.run()
        assert (finished.status, finished.exit_code) == ("waiting", 3)
        assert on.world.tick < 12
        await on.session.send(SetBudget(budget=BudgetCard(max_steps=100)))
        await on.session.send(Retry())
        finished = await on.session.run()
        assert (finished.exit_code, on.world.tick) == (0, 12)


async def test_a_person_may_think_for_an_agent(tmp_path: Path) -> None:
    async def react(reaction: Reaction) -> None:
        answer = await reaction.ask_person(reaction.observed[-1].content)
        await reaction.publish(Draft(content=str(answer), cause_by=THINK, send_to=(WORLD,)))

    async with world_stage(
        tmp_path / "w.db", catalogue(), card(1, 1, lock=True, ticks=2), react=react, present=True
    ) as on:
        await on.session.send(Be(role=AGENT))
        running = asyncio.create_task(on.session.run())
        asked = await on.until(lambda event: isinstance(event, e.HumanAsked))
        assert isinstance(asked, e.HumanAsked)
        await on.session.send(AnswerQuestion(question=asked.question, answer="I am I"))
        await running
        assert thoughts(on, 2) == ["2: I am I"]


async def test_what_people_say_to_the_world_is_there_for_its_systems(tmp_path: Path) -> None:
    heard: list[tuple[int, str]] = []

    @system("ear", level=Level.CONSCIOUS, stage=Stage.PERCEIVE)
    def ear(now: Moment) -> None:
        heard.extend((now.tick, letter.content) for letter in now.letters if letter.sent_from == BOSS)

    made = catalogue()
    made.systems.append(ear)
    async with world_stage(tmp_path / "w.db", made, card(0, 1, ticks=2)) as on:
        await on.session.send(Say(text="let there be light", send_to=(WORLD,)))
        await on.session.run()
        assert heard == [(1, "let there be light")]
        assert (await on.ticks())[0].landed == ("boss:1",)


async def test_a_team_and_a_world_share_a_session(tmp_path: Path) -> None:
    writer = role_card("writer")
    async with world_stage(
        tmp_path / "w.db",
        catalogue(),
        card(2, 1, lock=True, ticks=5),
        team=[(writer, asks_and_says("write", "what now"))],
    ) as on:
        finished = await on.session.run()
        causes = {event.message.cause_by for event in await on.events() if isinstance(event, e.MessagePublished)}
        assert causes == {"user_requirement", ActionName("write"), PERCEIVE, THINK}
        assert finished.exit_code == 0
        assert on.world.tick == 5


async def test_a_session_that_stays_lets_an_ended_world_go_on(tmp_path: Path) -> None:
    async with world_stage(tmp_path / "w.db", catalogue(), card(1, 1, lock=True, ticks=3)) as on:
        serving = asyncio.create_task(on.session.serve())
        await on.until(lambda event: isinstance(event, e.SessionFinished))
        assert on.world.tick == 3
        await on.session.send(Tick(times=2))
        await on.until_tick(5)
        await on.until(lambda event: isinstance(event, e.ReactionFinished) and event.reaction == "agent0:2")
        assert on.world.tick == 5
        await on.session.send(Tick())
        await on.until_tick(6)
        on.session.interrupt()
        await serving
        assert on.world.tick == 6


async def test_an_agent_whom_nobody_plays_is_told_to_the_world(tmp_path: Path) -> None:
    @system("birth", level=Level.CONSCIOUS, stage=Stage.ROOMS, period_ticks=100, writes=(Agent, Memory, "occupies"))
    def birth(now: Moment) -> None:
        stranger = now.store.spawn(Agent(RoleName("stranger")), Memory([]))
        now.store.relate(stranger, "occupies", EntityId(1))

    made = catalogue()
    made.systems.append(birth)
    async with world_stage(tmp_path / "w.db", made, card(1, 1, lock=True, ticks=5)) as on:
        finished = await on.session.run()
        assert finished.exit_code == 0
        ticks = await on.ticks()
        assert ticks[1].missed == {"stranger": "nobody plays stranger"}
        assert ticks[1].landed == ("agent0:1:1",)
    async with world_stage(tmp_path / "w.db", made) as on:
        await on.more(3)
        assert on.world.tick == 8


async def test_an_agent_that_is_dismissed_while_it_thinks_will_not_answer(tmp_path: Path) -> None:
    model = ModelInProcess(hold=asyncio.Event())
    async with world_stage(tmp_path / "w.db", catalogue(), card(2, 1, lock=True, ticks=4), model=model) as on:
        running = asyncio.create_task(on.session.run())
        await on.until(lambda event: isinstance(event, e.StepStarted) and event.role == "agent1")
        await on.session.send(Fire(role=AGENT))
        model.hold.set()
        assert (await running).exit_code == 0
        assert (await on.ticks())[1].missed == {AGENT: "nobody plays agent0"}


async def test_speed_holds_the_ticks_back_until_it_is_changed(tmp_path: Path) -> None:
    async with world_stage(tmp_path / "w.db", catalogue(), card(0, 1, ticks=3, ticks_per_second=0.001)) as on:
        running = asyncio.create_task(on.session.run())
        await on.until_tick(1)
        assert on.at_desk.view().ticks_per_second == 0.001
        await on.session.send(SetSpeed(ticks_per_second=None))
        assert (await running).exit_code == 0


async def test_pausing_while_a_slow_world_waits_for_its_next_tick_stops_that_tick_too(tmp_path: Path) -> None:
    async with world_stage(tmp_path / "w.db", catalogue(), card(0, 1, ticks_per_second=0.001)) as on:
        running = asyncio.create_task(on.session.run())
        await on.until_tick(1)
        await on.session.send(Pause())
        await on.session.send(SetSpeed(ticks_per_second=None))
        await _until_true(lambda: WORLD in on.desk.gate.waiting)
        assert on.world.tick == 1
        on.session.interrupt()
        await running


async def test_a_session_without_a_world_says_so(tmp_path: Path) -> None:
    async with world_stage(tmp_path / "w.db", catalogue(), card(0, 1, ticks=1)) as on:
        on.session._controls._world = None
        with pytest.raises(UsageError, match="no world"):
            await on.session.send(Tick())


async def test_screens_see_rooms_entities_systems_and_plots(tmp_path: Path) -> None:
    async with world_stage(tmp_path / "w.db", catalogue(), card(1, 2, lock=True, ticks=4)) as on:
        await on.session.run()
        await on.session.send(EditEntity(entity=3, component="Health", value={"hp": 99}))
        view, detail = on.at_desk.view(), on.at_desk.entity("agent0")
        points = [point async for point in on.at_desk.series(EntityId(3), parse_condition("component:Health.hp<0"))]
        assert [room.name for room in view.rooms] == ["room0", "room1"]
        assert sum(len(room.occupants) for room in view.rooms) == 1
        assert next(found for found in view.entities if found.id == 3).role == AGENT
        assert (view.tick, view.time_s, view.counts["Agent"]) == (4, 240.0, 1)
        assert view.systems[0].name == "noises"
        assert detail.components["Health"] == {"hp": 99}
        assert detail.points_to["occupies"] == (detail.entity.room,)
        assert points[0] == (0, 10)
        assert points[-1] == (4, 99)
        assert [point.tick for point in points[1:-1]] == [1, 2, 3, 4]
        with pytest.raises(WorldError, match="no entity 'nobody'"):
            on.at_desk.entity("nobody")


async def _until_true(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(HANG_S):
        while not condition():
            await asyncio.sleep(0)


def _finished_reaction(name: str):  # type: ignore[no-untyped-def]
    return lambda event: isinstance(event, e.ReactionFinished) and event.reaction == name


def test_however_many_snapshots_there_are_few_are_known_by_heart_and_the_newest_of_them_all() -> None:
    fold = Fold()
    began = facts(card(1, 1))
    ticks = range(50, 100_050, 50)
    events = [began, *(e.WorldSnapshot(tick=tick, why="period", parts={}) for tick in (0, *ticks))]
    for seq, event in enumerate(events, 1):
        fold.apply(e.Recorded(seq, "", event))
    assert fold.state.world is not None
    known = fold.state.world.snapshots
    assert len(known) <= MOST_SNAPSHOTS
    assert all(events[seq - 1].tick == tick for tick, seq in known.items())  # type: ignore[union-attr]
    assert {0, *ticks[-MOST_SNAPSHOTS // 2 :]} <= known.keys()
    for before, after in itertools.pairwise(sorted(known)):
        # What was forgotten is run again: of what has passed since, a part that does not grow.
        assert after - before <= max(50, (ticks[-1] - before) * 0.15)


async def test_between_two_systems_of_a_tick_others_have_their_turn_and_a_tick_that_began_ends(tmp_path: Path) -> None:
    turns: list[str] = []

    @system("first", level=Level.CONSCIOUS, stage=Stage.ROOMS)
    def first(now: Moment) -> Iterator[None]:
        for part in range(3):
            turns.append(f"first {part} of tick {now.tick}")
            asyncio.get_running_loop().call_soon(turns.append, "keys")
            yield

    @system("last", level=Level.CONSCIOUS, stage=Stage.CLEAN)
    def last(now: Moment) -> None:
        turns.append(f"last of tick {now.tick}")
        if now.tick == 2:
            running.cancel()

    made = catalogue()
    made.systems += [first, last]
    async with world_stage(tmp_path / "w.db", made, card(1, 1, ticks=9), debug=False) as on:
        running = asyncio.create_task(on.run.run())
        with pytest.raises(asyncio.CancelledError):
            await running
        assert [tick.tick for tick in await on.ticks()] == [1, 2]
        began, known = on.desk.log.state.facts, on.desk.log.state.world
        assert began is not None
        assert known is not None
        turns.append("once more")
        found = await restored(on.desk.log.journal, made, began, known.snapshots, 1)
        assert (found.world.tick, found.exact) == (1, True)
    again = turns[turns.index("once more") + 1 :]
    assert again == [*(said for part in range(3) for said in (f"first {part} of tick 1", "keys")), "last of tick 1"]
    del turns[turns.index("once more") :]
    parts = [f"first {part} of tick {tick}" for tick in (1, 2) for part in range(3)]
    assert [turn for turn in turns if turn.startswith("first")] == parts
    assert [turns[turns.index(part) + 1] for part in parts] == ["keys"] * 6


def test_a_world_of_many_is_made_and_loaded_piece_by_piece() -> None:
    many = card(3 * AT_ONCE, 1)
    made, again = catalogue().empty(many, 7), catalogue().empty(many, 7)
    assert len(list(populating(made, many))) >= 3
    assert len(list(again.loading(0, made.snapshot()))) >= 3
    assert again.snapshot() == made.snapshot()
