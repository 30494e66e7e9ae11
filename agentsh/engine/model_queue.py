"""Who may ask a model next: per-host limits, a fair queue, and as few model swaps as fairness allows."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from agentsh.core.errors import UsageError
from agentsh.core.ids import RoleName
from agentsh.ports import Provider

PATIENCE = 8
"""How often a call may be overtaken by one that suits the loaded model better."""


@dataclass(slots=True)
class Host:
    """A model server, with how many calls it takes at once and what it was asked last."""

    provider: Provider
    parallel: int
    models: frozenset[str] = frozenset()
    """What to ask for there; empty: anything."""
    busy: int = 0
    loaded: str = ""
    last_role: str = ""

    def takes(self, model: str) -> bool:
        """Return whether this host is for that model."""
        return not self.models or model in self.models


@dataclass(slots=True, eq=False)
class _Waiter:
    model: str
    role: RoleName
    granted: asyncio.Future[Host]
    overtaken: int = 0


@dataclass(slots=True)
class ModelQueue:
    """Hands out hosts. A call that suits the loaded model, then the warm prefix, goes first, but not for ever."""

    hosts: Sequence[Host]
    _waiting: list[_Waiter] = field(default_factory=list)

    @asynccontextmanager
    async def turn(self, model: str, role: RoleName, queued: Callable[[int], None]) -> AsyncIterator[Provider]:
        """Hold a place at a host that has the model; `queued` is told how many wait before.

        Raises:
            UsageError: no host is for that model.
        """
        host = await self._place(model, role, queued)
        try:
            yield host.provider
        finally:
            host.busy -= 1
            self._grant()

    async def _place(self, model: str, role: RoleName, queued: Callable[[int], None]) -> Host:
        if not any(host.takes(model) for host in self.hosts):
            names = ", ".join(host.provider.host for host in self.hosts)
            raise UsageError(f"no host is for model {model!r}", hint=f"add it to one of [model.hosts]: {names}")
        waiter = _Waiter(model, role, asyncio.get_running_loop().create_future())
        self._waiting.append(waiter)
        self._grant()
        if not waiter.granted.done():
            queued(len(self._waiting) - 1)
        try:
            return await waiter.granted
        except asyncio.CancelledError:
            self._give_up(waiter)
            raise

    def _give_up(self, waiter: _Waiter) -> None:
        if waiter in self._waiting:
            self._waiting.remove(waiter)
        elif waiter.granted.done() and not waiter.granted.cancelled():
            waiter.granted.result().busy -= 1
            self._grant()

    def _grant(self) -> None:
        for host in self.hosts:
            while host.busy < host.parallel and (waiter := self._next(host)) is not None:
                self._waiting.remove(waiter)
                host.busy += 1
                host.loaded, host.last_role = waiter.model, waiter.role
                waiter.granted.set_result(host)

    def _next(self, host: Host) -> _Waiter | None:
        fitting = [waiter for waiter in self._waiting if host.takes(waiter.model) and not waiter.granted.done()]
        if not fitting:
            return None
        oldest = fitting[0]
        if oldest.overtaken >= PATIENCE:
            return oldest
        best = max(fitting, key=lambda w: (w.model == host.loaded, w.role == host.last_role))
        for waiter in fitting[: fitting.index(best)]:
            waiter.overtaken += 1
        return best
