"""Whatever way a team works in, it ends, and can be stepped, played, stopped, killed and resumed on the way."""

import asyncio
import fcntl
import json
import os
import shlex
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agentsh.conductors.registry import find_conductor
from agentsh.core.cards import BudgetCard
from agentsh.core.controls import Be, Go, Pause, Release, Say, Step
from agentsh.core.errors import ExitCode
from agentsh.core.events import MessagePublished, ReactionStarted, Recorded, SessionFinished, StepFinished
from agentsh.core.ids import BOSS, MessageId, RoleName
from agentsh.engine.fold import Fold
from agentsh.engine.state import State
from agentsh.library.home import shipped_prompts
from agentsh.library.shelf import Shelf
from agentsh.session.facade import Session
from tests.conductors.bench import NAME, Bench, messages, server_for
from tests.conductors.ways import Way, all_ways
from tests.e2e.agent import Agent, crashed
from tests.support.patience import HANG_S

WAYS = all_ways()
Running = asyncio.Task[SessionFinished]


@dataclass(frozen=True)
class Reference:
    """A run that nobody disturbed."""

    bench: Bench
    finished: SessionFinished
    chats: int


@pytest.fixture(scope="module", params=WAYS, ids=[way.team for way in WAYS])
def reference(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Reference:
    """Work through a way once, whichever worker needs it first."""
    way: Way = request.param
    shared = tmp_path_factory.getbasetemp()
    root = (shared.parent if "PYTEST_XDIST_WORKER" in os.environ else shared) / f"way-{way.team}"
    root.mkdir(exist_ok=True)
    kept = root / "reference.json"
    with (root / "lock").open("w") as lock, ThreadPoolExecutor() as aside:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            finished, chats = aside.submit(asyncio.run, _undisturbed(Bench(way, root, ""))).result()
            kept.write_text(json.dumps([finished.model_dump(mode="json"), chats]), encoding="utf-8")
        finished, chats = json.loads(kept.read_text(encoding="utf-8"))
    return Reference(Bench(way, root, ""), SessionFinished.model_validate(finished), chats)


async def _undisturbed(bench: Bench) -> tuple[SessionFinished, int]:
    async with server_for(bench.way) as server:
        working = replace(bench, host=server.host)
        async with working.started() as session:
            finished = await working.ended(session)
        return finished, len(server.chats)


def test_every_team_that_ships_is_here() -> None:
    assert {way.team for way in WAYS} == set(Shelf([shipped_prompts()]).paths("team"))


def test_every_team_is_told_of_with_the_line_that_starts_it() -> None:
    page = (Path(__file__).parents[2] / "docs" / "TEAMS.md").read_text(encoding="utf-8")
    assert [way.team for way in WAYS if f"$ {way.command}\n" not in page] == []
    assert [way.team for way in WAYS if f"| `{way.team}` |" not in page] == []


def test_it_works_to_its_end(reference: Reference) -> None:
    way, bench = reference.bench.way, reference.bench
    assert reference.finished.exit_code == way.exit_code, reference.finished.summary
    causes = {said.cause_by for said in messages(bench.events())}
    assert causes >= set(way.published)
    assert [path for path in way.files if not (bench.workspace / path).is_file()] == []


async def test_it_is_stepped_played_and_stopped_by_a_budget_and_ends_the_same(
    reference: Reference, tmp_path: Path
) -> None:
    way = reference.bench.way
    async with server_for(way) as server:
        bench = Bench(way, tmp_path, server.host)
        async with bench.started(BudgetCard(max_steps=1)) as session:
            assert (await bench.ended(session)).exit_code == ExitCode.BUDGET
        async with bench.reopened(BudgetCard(max_steps=1000)) as session:
            await session.send(Pause())
            running = asyncio.create_task(bench.ended(session))
            await _lets_one_step_through(session, running, bench)
            await _is_played_and_given_back(session, running)
            await session.send(Go())
            assert (await running).exit_code == way.exit_code
    assert bench.story() == reference.bench.story()
    assert len(server.chats) == reference.chats


async def test_it_is_killed_and_goes_on_as_if_it_never_was(reference: Reference, tmp_path: Path) -> None:
    way = reference.bench.way
    if way.person:
        pytest.skip("a person who is there is a process of its own: tests/e2e/test_people.py")
    async with server_for(way) as server:
        agent = Agent(tmp_path, server.host, session=NAME)
        project = Bench(way, tmp_path, server.host).furnish() or ""
        _, _, idea, *words = [project if word == "DIR" else word for word in shlex.split(way.command)]
        async with agent.start(*agent.run(idea, *words, "--model", "tiny:latest")) as running:
            await server.until(lambda asked: len(asked.chats) > reference.chats // 2)
            running.send(signal.SIGKILL)
            await running.ended()
        ended = await agent.ended(*agent.resume())
        assert ended.code == way.exit_code, ended
        assert not crashed(ended)
    assert Bench(way, tmp_path, server.host).story() == reference.bench.story()
    assert len(server.chats) - reference.chats in range(5), "only what was under way may be asked again"


async def test_a_boss_who_speaks_after_the_end_is_heard(reference: Reference, tmp_path: Path) -> None:
    way = reference.bench.way
    shutil.copytree(reference.bench.root, tmp_path / "copy", symlinks=True)
    async with server_for(way) as server:
        bench = Bench(way, tmp_path / "copy", server.host)
        async with bench.reopened(host=server.host) as session:
            await session.send(Say(text="And now in red"))
            newest = MessageId(f"{BOSS}:2")
            running = asyncio.create_task(bench.ended(session))
            async with asyncio.timeout(HANG_S):
                async for item in session.follow(session.view().seq):
                    if isinstance(item, Recorded) and isinstance(item.event, ReactionStarted):
                        assert newest in item.event.observed
                        break
            session.interrupt()
            await running


def test_a_state_restored_anywhere_conducts_on_like_the_one_that_never_was_stored(reference: Reference) -> None:
    events = reference.bench.events()
    whole, stored = Fold(find=find_conductor), []
    for recorded in events:
        stored.append((whole.state.model_dump_json(), _turns(whole.state)))
        whole.apply(recorded)
    for cut in range(0, len(events), 7):
        restored = Fold(State.model_validate_json(stored[cut][0]), find_conductor)
        assert _turns(restored.state) == stored[cut][1]
        for recorded in events[cut:]:
            restored.apply(recorded)
        assert restored.state == whole.state
    assert len(whole.state.conduct.model_dump_json()) < 20_000


def _turns(state: State) -> str:
    conductor = find_conductor(state.facts.team.team.conductor) if state.facts is not None else None
    return "" if conductor is None else str(list(conductor.turns(state)))


async def _lets_one_step_through(session: Session, running: Running, bench: Bench) -> None:
    before = await _quiet(session, running)
    await session.send(Step())
    await _quiet(session, running, before)
    done = [item.event for item in bench.events() if item.seq > before]
    performed = [event for event in done if isinstance(event, StepFinished)]
    said = [event for event in done if isinstance(event, MessagePublished)]
    assert len(performed) + len(said) == 1


async def _is_played_and_given_back(session: Session, running: Running) -> None:
    """Take over whoever stands before the gate: the person is asked in place of its model, until it is given back."""
    asked: list[RoleName] = []
    while not asked and not running.done():
        await _quiet(session, running)
        waiting = [role.name for role in session.view().roles if not role.human]
        for name in waiting:
            await session.send(Be(role=name))
        before = await _quiet(session, running)
        await session.send(Step())
        await _quiet(session, running, before)
        asked = [question.role for question in session.view().questions if question.role in waiting]
        for name in waiting:
            await session.send(Release(role=name))
    assert asked, "it was over before anybody could be played"


async def _quiet(session: Session, running: Running, after: int = -1) -> int:
    """Wait until nothing moves, and more than `after` has happened, or all is over; return what has happened."""
    async with asyncio.timeout(HANG_S):
        while not running.done() and (not session.resting or session.view().seq <= after):
            await asyncio.sleep(0.001)
    return session.view().seq
