"""Law 7: a state that was stored and loaded goes on like the one that never was; no clock, chance or hash order.

A world's checkpoints: tests/world.
"""

import ast
import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

import agentsh
from agentsh.conductors.sop import Sop
from agentsh.core.cards import BudgetCard
from agentsh.core.chat import Failed
from agentsh.core.code import Command
from agentsh.core.controls import AnswerQuestion, Be, Go, Pause, Release, Retry, SetBudget, Settle
from agentsh.core.events import Recorded
from agentsh.core.files import FileDraft
from agentsh.core.ids import ActionName, RoleName
from agentsh.core.messages import Draft
from agentsh.core.verdict import VerifyPlan
from agentsh.engine.fold import Fold
from agentsh.engine.reaction import Reaction
from agentsh.engine.state import State
from agentsh.store.catalogue import read_session
from tests.roles.test_shipped_company import worked
from tests.support.patience import HANG_S
from tests.support.stage import ModelInProcess, React, asks_and_says, card, stage

PURE = ("engine/fold.py", "engine/bus.py", "engine/state.py", "engine/turns.py", "engine/conduct_fold.py", "conductors")
IMPURE = {"time", "datetime", "random", "secrets", "uuid", "os", "asyncio", "threading"}
FOLD = """
import sys
from pathlib import Path
from agentsh.conductors.sop import Sop
from agentsh.engine.fold import Fold
from agentsh.store.catalogue import read_session
fold = Fold()
for recorded in read_session(Path(sys.argv[1])):
    fold.apply(recorded)
    print([turn.model_dump_json() for turn in Sop().turns(fold.state)])
print(fold.state.model_dump_json())
"""


async def eventful(path: Path) -> None:
    """Let happen what seldom happens: repeats, failures, questions, approvals, pauses, budgets, a played role."""
    down = Failed(failure="server", retryable=True, message="down")
    model = ModelInProcess(lambda request: down if "fails" in request.messages[-1].content else "Fine.")

    async def repeats(reaction: Reaction) -> None:
        await reaction.write([FileDraft(path="main.py", text="print(1)\n")], "write")
        for _ in range(2):
            await reaction.publish(Draft(content="Working on it.", cause_by=ActionName("work")))

    async def asks(reaction: Reaction) -> None:
        await reaction.run(Command(argv=("python", "main.py")))
        answer = await reaction.ask_person("which?", choices=("this", "that"))
        await reaction.verify(VerifyPlan())
        await reaction.publish(Draft(content=str(answer), cause_by=ActionName("ask")))

    team = [(card("ann"), repeats), (card("bob"), asks), (card("eve"), asks_and_says("plan", "fails"))]
    async with stage(path, team, model=model, policy="ask", present=True) as on:
        await on.session.send(Pause(role=RoleName("ann"), why="wait"))
        running = asyncio.create_task(on.session.run())
        asked = await on.until(lambda event: event.kind == "approval.asked")
        await on.session.send(Settle(question=asked.question, allowed=True, scope="session"))  # type: ignore[union-attr]
        asked = await on.until(lambda event: event.kind == "human.asked")
        await on.session.send(AnswerQuestion(question=asked.question, answer="this"))  # type: ignore[union-attr]
        await on.session.send(Go(role=RoleName("ann")))
        await on.session.send(SetBudget(budget=BudgetCard(max_tokens=5000)))
        await running
        model.reply = lambda _: "Fine."
        await on.session.send(Be(role=RoleName("eve")))
        await on.session.send(Release(role=RoleName("eve")))
        await on.session.send(Retry())
        await on.session.run()


async def company(path: Path) -> None:
    """Let the shipped company work."""
    await worked(path)


@pytest.fixture(params=[company, eventful], ids=["company", "eventful"])
async def events(request: pytest.FixtureRequest, tmp_path: Path) -> list[Recorded]:
    """All events of a story."""
    await request.param(tmp_path / "s.db")
    return read_session(tmp_path / "s.db")


async def test_a_state_restored_behind_any_event_goes_on_like_the_one_that_never_was_stored(
    events: list[Recorded],
) -> None:
    whole = Fold()
    stored: list[str] = []
    turns: list[str] = []
    for recorded in events:
        whole.apply(recorded)
        stored.append(whole.state.model_dump_json())
        turns.append(str(Sop().turns(whole.state)))
    assert len(events) > 30
    for count in range(len(events)):
        restored = Fold(State.model_validate_json(stored[count]))
        assert str(Sop().turns(restored.state)) == turns[count]
        for recorded in events[count + 1 :]:
            restored.apply(recorded)
        assert restored.state == whole.state, f"restored at {events[count].event.kind}"


async def test_the_order_of_hashes_changes_nothing(tmp_path: Path) -> None:
    planners = [(card(name), asks_and_says("plan", name)) for name in ("eve", "bob", "ann")]
    team = [*planners, *((card(name, "plan"), asks_and_says("check", name)) for name in ("joe", "zoe", "kim"))]
    async with stage(tmp_path / "s.db", team) as on:
        await on.session.run()
    told = set()
    for seed in ("0", "1", "7"):
        done = subprocess.run(
            [sys.executable, "-c", FOLD, str(tmp_path / "s.db")],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        )
        told.add(done.stdout)
    assert len(told) == 1


@pytest.mark.parametrize("slow", ["ann", "bob"])
async def test_which_role_is_quicker_changes_no_name_and_no_word(tmp_path: Path, slow: str) -> None:
    over = asyncio.Event()
    follower = {"ann": "joe", "bob": "eve"}[slow]

    def held(name: str, act: React) -> React:
        async def react(reaction: Reaction) -> None:
            if name == slow:
                await over.wait()
            await act(reaction)
            if name == follower:
                over.set()

        return react

    team = [
        (card("ann"), held("ann", asks_and_says("plan", "what"))),
        (card("bob"), held("bob", asks_and_says("sketch", "how"))),
        (card("eve", "plan"), held("eve", asks_and_says("code", "why"))),
        (card("joe", "sketch"), held("joe", asks_and_says("test", "when"))),
    ]
    async with stage(tmp_path / "s.db", team) as on:
        async with asyncio.timeout(HANG_S):
            await on.session.run()
        said = await on.desk.log.journal.messages()
    assert said[-1].sent_from == {"ann": "eve", "bob": "joe"}[slow]
    assert {m.id: m.content for m in said} == {
        "boss:1": "build it",
        "ann:1:1": "heard: what: build it",
        "bob:1:1": "heard: how: build it",
        "eve:1:1": "heard: why: heard: what: build it",
        "joe:1:1": "heard: when: heard: how: build it",
    }


def test_what_decides_has_no_clock_and_no_chance() -> None:
    root = Path(agentsh.__file__).parent
    files = [file for name in PURE for file in ([root / name] if name.endswith(".py") else (root / name).glob("*.py"))]
    assert len(files) > len(PURE)
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {name.partition(".")[0] for name in names} & IMPURE, file
