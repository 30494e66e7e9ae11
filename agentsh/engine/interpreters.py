"""The interpreters of a session, one a role: what a role's cells define is there for its next ones, in any reaction.

In a new process the memory is made again by running the recorded cells again, if that changes nothing: none of them
changed a file, each ended by itself, and each may run without anybody being asked. It is checked that each says what it
said. Otherwise the interpreter begins with nothing, and the role is told.
"""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from agentsh.core import events as e
from agentsh.core.code import Cell, CellResult, Limits
from agentsh.core.errors import SandboxUnavailable
from agentsh.core.ids import RoleName, reaction_id
from agentsh.engine.log import EventLog
from agentsh.ports import Interpreter, StatefulSandbox

LIFE = Limits(cpu_s=3600)
"""Of a whole interpreter; each cell has its own deadline."""
MOST_REBUILD_S = 60.0
"""Cells that took longer altogether are not run again."""
_ADDRESS = re.compile(r"0x[0-9a-f]{6,}")


@dataclass(slots=True)
class Interpreters:
    """Starts them when they are needed, and ends them with the session.

    Attributes:
        sandbox: where they live; None: there are none.
    """

    sandbox: StatefulSandbox | None = None
    _open: dict[RoleName, Interpreter] = field(default_factory=dict)
    _emptied: set[RoleName] = field(default_factory=set)
    """Whose memory was taken away, and who has not been told yet."""

    async def run(self, role: RoleName, cell: Cell, log: EventLog, may_run: Callable[[Cell], bool]) -> CellResult:
        """Run a cell in a role's interpreter.

        Args:
            role: whose it is.
            cell: what to run; it has been approved.
            log: where the role's earlier cells are recorded.
            may_run: tells whether a recorded cell may run again without being asked for.

        Raises:
            SandboxUnavailable: there is nothing that could hold an interpreter.
        """
        if self.sandbox is None:
            raise SandboxUnavailable("this session has no interpreter", hint="Type: agentsh doctor")
        forgot = role in self._emptied
        self._emptied.discard(role)
        if role not in self._open:
            self._open[role] = self.sandbox.interpreter(LIFE)
            if not await self._remembers(role, await recorded_cells(log, role), may_run):
                await self._open[role].aclose()
                self._open[role] = self.sandbox.interpreter(LIFE)
                forgot = True
        result = await self._open[role].run(cell)
        return result.model_copy(update={"forgot": forgot or result.forgot})

    async def reset(self, role: RoleName) -> None:
        """End a role's interpreter: its next one begins with nothing, and the role is told."""
        self._emptied.add(role)
        if (interpreter := self._open.pop(role, None)) is not None:
            await interpreter.aclose()

    def interrupt(self, role: RoleName | None = None) -> None:
        """Stop the cells under way: of this role, or all."""
        for name, interpreter in self._open.items():
            if role in (None, name):
                interpreter.interrupt()

    async def aclose(self) -> None:
        """End all of them."""
        opened = [self._open.pop(role) for role in list(self._open)]
        await asyncio.gather(*(interpreter.aclose() for interpreter in opened))

    async def _remembers(
        self, role: RoleName, cells: list[tuple[Cell, CellResult]], may_run: Callable[[Cell], bool]
    ) -> bool:
        """Make the memory of earlier cells again; return whether it is what it was."""
        if sum(result.seconds for _, result in cells) > MOST_REBUILD_S:
            return False
        if not all(result.ended_by == "itself" and not result.wrote and may_run(cell) for cell, result in cells):
            return False
        for cell, before in cells:
            again = await self._open[role].run(cell)
            if _said(again) != _said(before) or again.wrote:
                return False
        return True


async def recorded_cells(log: EventLog, role: RoleName) -> list[tuple[Cell, CellResult]]:
    """Return the cells that a role's interpreter remembers, oldest first."""
    state = log.state.roles[role]
    found: list[tuple[Cell, CellResult]] = []
    for number in range(state.memory_from, state.reactions + 1) if state.memory_from else ():
        for cell, result in _cells(await log.journal.steps(reaction_id(role, number))):
            found = [] if result.lost else [*([] if result.forgot else found), (cell, result)]
    return found


def _cells(steps: list[e.Recorded]) -> list[tuple[Cell, CellResult]]:
    """Return what was run of one reaction's steps, in its order."""
    asked: dict[int, Cell] = {}
    found: list[tuple[Cell, CellResult]] = []
    for event in (recorded.event for recorded in steps):
        if isinstance(event, e.StepStarted) and isinstance(event.request, dict) and "cell" in event.request:
            asked[event.ordinal] = Cell.model_validate(event.request["cell"])
        elif isinstance(event, e.StepFinished) and event.ordinal in asked:
            result = CellResult.model_validate(event.result)
            if result.ran:
                found.append((asked.pop(event.ordinal), result))
    return found


def _said(result: CellResult) -> tuple[str, ...]:
    """Return what a cell said, but for addresses, which are never the same."""
    said = (result.stdout, result.stderr, result.value, result.error)
    # Frames name cells by their number, and refused ones have been left out since.
    return tuple(re.sub(r"<cell \d+>", "<cell>", _ADDRESS.sub("0x…", text)) for text in said)
