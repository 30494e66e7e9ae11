"""A role's cells share one memory; in a new process it is made again where that does no harm, else the role is told."""

import asyncio
import contextlib
import io
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agentsh.core import events as e
from agentsh.core.code import Cell, CellResult, Limits
from agentsh.core.controls import Stop
from agentsh.core.ids import ActionName
from agentsh.core.messages import Draft
from agentsh.engine.reaction import Reaction
from agentsh.sandbox import open_sandbox
from tests.support.patience import HANG_S
from tests.support.stage import Stage, card, stage


@dataclass
class InterpreterInProcess:
    """Runs cells here; a cell says by its text what becomes of it."""

    ran: list[str]
    memory: dict[str, object] = field(default_factory=dict)
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)
    closed: bool = False
    forgot: bool = False

    async def run(self, cell: Cell) -> CellResult:
        self.ran.append(cell.code)
        forgot, self.forgot = self.forgot, "lost" in cell.code
        if "wait" in cell.code:
            await self.interrupted.wait()
            return CellResult(ended_by="interrupt")
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            exec(cell.code, self.memory)
        if self.forgot:
            self.memory = {}
        return CellResult(stdout=out.getvalue(), wrote="wrote" in cell.code, lost=self.forgot, forgot=forgot)

    def interrupt(self) -> None:
        self.interrupted.set()

    async def aclose(self) -> None:
        self.closed = True


@dataclass
class SandboxInProcess:
    """Makes interpreters and remembers them."""

    made: list[InterpreterInProcess] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)

    def interpreter(self, limits: Limits) -> InterpreterInProcess:
        self.made.append(InterpreterInProcess(self.ran))
        return self.made[-1]


def runs(*cells: str) -> Callable[[Reaction], Awaitable[None]]:
    """Return a role that runs these cells, and stops as if by a power cut where one is `crash`."""

    async def react(reaction: Reaction) -> None:
        told = []
        for code in cells:
            if code == "crash":
                raise RuntimeError(code)
            told.append((await reaction.run_cell(Cell(code=code))).told)
        await reaction.publish(Draft(content="|".join(told), cause_by=ActionName("calculate")))

    return react


async def play(
    path: Path, *cells: str, policy: str = "always", crash: bool = False
) -> tuple[str, SandboxInProcess, list[e.Event]]:
    """Play these cells in one process; return what the role said last, what was run, and the events."""
    sandbox = SandboxInProcess()
    async with stage(path, [(card("engineer"), runs(*cells))], policy=policy) as played:
        played.desk.interpreters.sandbox = sandbox  # type: ignore[assignment]
        if crash:
            with pytest.raises(BaseExceptionGroup):
                await played.session.run()
            said = ""
        else:
            await played.session.run()
            said = await _said(played)
        events = [recorded.event for recorded in await played.events()]
    assert all(made.closed for made in sandbox.made)
    return said, sandbox, events


async def _said(played: Stage) -> str:
    return (await played.desk.log.journal.messages())[-1].content


async def test_cells_of_a_role_share_a_memory_that_ends_with_the_session(tmp_path: Path) -> None:
    said, sandbox, events = await play(tmp_path / "s.db", "x = 1", "print(x + 1)")
    assert said == "|2"
    assert len(sandbox.made) == 1
    started = [event for event in events if isinstance(event, e.StepStarted) and event.step == "run"]
    assert next(event.request for event in started) == {"cell": Cell(code="x = 1").model_dump(mode="json")}


async def test_a_finished_cell_is_not_run_again_unless_its_memory_is_needed(tmp_path: Path) -> None:
    await play(tmp_path / "s.db", "x = 1", "print('once')", "crash", crash=True)
    said, sandbox, _ = await play(tmp_path / "s.db", "x = 1", "print('once')")
    assert (said, sandbox.ran) == ("|once", [])


async def test_in_a_new_process_the_memory_is_made_again(tmp_path: Path) -> None:
    await play(tmp_path / "s.db", "x = 1", "print('x is', x)", "crash", crash=True)
    said, sandbox, _ = await play(tmp_path / "s.db", "x = 1", "print('x is', x)", "print(x + 1)")
    assert said == "|x is 1|2"
    assert sandbox.ran == ["x = 1", "print('x is', x)", "print(x + 1)"]


@pytest.mark.parametrize("cell", ["x = 1  # wrote", "import uuid; x = 1; print(uuid.uuid4())"])
async def test_where_that_might_do_harm_or_gives_something_else_the_role_is_told(tmp_path: Path, cell: str) -> None:
    await play(tmp_path / "s.db", cell, "crash", crash=True)
    said, sandbox, _ = await play(tmp_path / "s.db", cell, "print('x' in dir())")
    assert said.endswith("|[what earlier cells had defined is gone]\nFalse")
    assert sandbox.ran.count(cell) == (0 if "wrote" in cell else 1)


async def test_what_was_lost_is_not_made_again(tmp_path: Path) -> None:
    await play(tmp_path / "s.db", "x = 1", "y = 2  # lost", "z = 3", "crash", crash=True)
    _, sandbox, _ = await play(tmp_path / "s.db", "x = 1", "y = 2  # lost", "z = 3", "print(z)")
    assert sandbox.ran == ["z = 3", "print(z)"]


async def test_a_recorded_cell_that_would_have_to_be_asked_for_is_not_run_again(tmp_path: Path) -> None:
    """So that a session file from somebody else cannot run anything by what it says was run."""
    await play(tmp_path / "s.db", "x = 1", "crash", crash=True, policy="always")
    sandbox = SandboxInProcess()
    roles = [(card("engineer"), runs("x = 1", "print('x' in dir())"))]
    async with stage(tmp_path / "s.db", roles, policy="once") as played:
        played.desk.interpreters.sandbox = sandbox  # type: ignore[assignment]
        await played.session.run()
        assert (await _said(played)).endswith("is gone]\nFalse")
    assert sandbox.ran == ["print('x' in dir())"]


async def test_a_refused_cell_is_not_run_and_the_role_hears_why(tmp_path: Path) -> None:
    said, sandbox, _ = await play(tmp_path / "s.db", "x = 1", policy="never")
    assert said == "not run: this session runs nothing (--approve never)"
    assert not sandbox.ran


async def test_a_cell_with_a_dangerous_command_in_it_is_asked_for(tmp_path: Path) -> None:
    roles = [(card("engineer"), runs("import os; os.system('rm -rf /')"))]
    async with stage(tmp_path / "s.db", roles) as played:
        finished = await played.session.run()
        assert finished.exit_code == 4


async def test_stopping_a_role_interrupts_its_cell(tmp_path: Path) -> None:
    sandbox = SandboxInProcess()
    async with stage(tmp_path / "s.db", [(card("engineer"), runs("wait = 1"))]) as played:
        played.desk.interpreters.sandbox = sandbox  # type: ignore[assignment]
        running = asyncio.create_task(played.session.run())
        await played.until(lambda event: isinstance(event, e.StepStarted) and event.step == "run")
        async with asyncio.timeout(HANG_S):
            while not sandbox.ran:
                await asyncio.sleep(0)
        await played.session.send(Stop())
        await running
        assert await _said(played) == "[it was stopped: interrupt]"


async def test_the_real_one_remembers_across_processes(tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    cells = ["import statistics\nxs = [1, 2, 4]", "statistics.mean(xs)", "object()"]
    for more in ([], ["sum(xs)"]):
        roles = [(card("engineer"), runs(*cells, *(more or ["crash"])))]
        async with stage(tmp_path / "s.db", roles) as played:
            played.desk.interpreters.sandbox = await open_sandbox(workspace)
            if more:
                await played.session.run()
                assert (await _said(played)).endswith("|7")
            else:
                with pytest.raises(BaseExceptionGroup):
                    await played.session.run()
