"""Where pause, step, breakpoints and budgets are enforced: every step passes here before it happens."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from agentsh.core.errors import BudgetSpent
from agentsh.core.ids import RoleName
from agentsh.engine.breakpoints import Breakpoint, Passage, parse_breakpoint
from agentsh.engine.state import State


def restore(gate: "Gate", state: State) -> None:
    """Set a new gate as it was when the session was left: breakpoints, and roles that were paused."""
    gate.breakpoints.extend(parse_breakpoint(text) for text in state.breakpoints)
    for role in state.roles.values():
        if role.paused:
            gate.close(role.name)


@dataclass(slots=True)
class _Waiter:
    role: RoleName
    opened: asyncio.Future[bool]
    """Resolves to whether it has a pass; without one the gate may have been closed again meanwhile."""


@dataclass(slots=True)
class Gate:
    """Lets steps through, one by one while it is closed.

    Attributes:
        budget: returns the budget that is used up before this step, if one is.
        hit: called when a breakpoint has closed the gate, with its text.
    """

    budget: Callable[[Passage], BudgetSpent | None]
    hit: Callable[[str, Passage], None]
    breakpoints: list[Breakpoint] = field(default_factory=list)
    _closed: bool = False
    _closed_roles: set[RoleName] = field(default_factory=set)
    _lent: frozenset[RoleName] = frozenset()
    _waiting: list[_Waiter] = field(default_factory=list)
    _passes: list[RoleName | None] = field(default_factory=list)

    @property
    def waiting(self) -> tuple[RoleName, ...]:
        """Who stands before the closed gate, first come first."""
        return tuple(waiter.role for waiter in self._waiting)

    def close(self, role: RoleName | None = None) -> None:
        """From now on no step starts: of this role, or of anybody. Passes that an open gate was given are void."""
        if role is None:
            if not self._closed:
                self._passes.clear()
            self._closed = True
            self._lent = frozenset()
        else:
            self._closed_roles.add(role)

    def is_closed(self, role: RoleName | None = None) -> bool:
        """Return whether steps have to wait: of this role, or of everybody."""
        return role in self._closed_roles or (self._closed and role not in self._lent)

    def open(self, role: RoleName | None = None) -> None:
        """Let steps through again: of this role, or of everybody."""
        if role is None:
            self._closed = False
            self._closed_roles.clear()
            self._passes.clear()
        self._closed_roles.discard(role or RoleName(""))
        self._release()

    def step(self, role: RoleName | None = None, times: int = 1) -> None:
        """Let exactly `times` steps through: of this role, or of whoever is first."""
        self._passes.extend([role] * times)
        self._release()

    def void(self, role: RoleName) -> None:
        """Take back the passes of this role that were not used."""
        self._passes = [wanted for wanted in self._passes if wanted != role]

    def lend(self, roles: Iterable[RoleName]) -> None:
        """While the gate is closed for everybody, let these roles through all the same; none: nobody any more."""
        self._lent = frozenset(roles)
        self._release()

    async def passes(self, at: Passage) -> None:
        """Wait until the step may start.

        Raises:
            BudgetSpent: there is nothing left to pay for it.
        """
        stopped = False
        while True:
            if self.is_closed(at.role):
                if self._take_pass(at.role) or await self._wait(at.role):
                    break
            elif stopped or (found := self._breakpoint(at)) is None:
                break
            else:
                stopped = True
                self.close()
                self.hit(found, at)
        if (spent := self.budget(at)) is not None:
            raise spent

    def _breakpoint(self, at: Passage) -> str | None:
        return next((point.text for point in self.breakpoints if point.hits(at)), None)

    def _take_pass(self, role: RoleName) -> bool:
        for wanted in (role, None):
            if wanted in self._passes:
                self._passes.remove(wanted)
                return True
        return False

    async def _wait(self, role: RoleName) -> bool:
        """Wait until the gate opens or lets this one through; returns whether it was let through."""
        waiter = _Waiter(role, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        try:
            return await waiter.opened
        finally:
            if waiter in self._waiting:
                self._waiting.remove(waiter)

    def _release(self) -> None:
        for waiter in tuple(self._waiting):
            if waiter.opened.done():
                continue
            let_through = self.is_closed(waiter.role)
            if not let_through or self._take_pass(waiter.role):
                self._waiting.remove(waiter)
                waiter.opened.set_result(let_through)
