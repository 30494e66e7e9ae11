"""Who may ask a model next: per-host limits, a fair queue, and as few model swaps as fairness allows."""

import asyncio
import itertools
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
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
    last_role: RoleName | None = None

    def takes(self, model: str) -> bool:
        """Return whether this host is for that model."""
        return not self.models or model in self.models

    def give(self, model: str, role: RoleName) -> None:
        """Let one more call begin."""
        self.busy += 1
        self.loaded, self.last_role = model, role


@dataclass(slots=True, eq=False)
class _Waiter:
    number: int
    model: str
    role: RoleName
    granted: asyncio.Future[Host]
    overtaken: int = 0


class _Line:
    """Those who wait for one model: first come first, and found by role without looking through them all."""

    def __init__(self) -> None:
        self.waiters: OrderedDict[int, _Waiter] = OrderedDict()
        """By number."""
        self._by_role: dict[RoleName, OrderedDict[int, _Waiter]] = {}

    def join(self, waiter: _Waiter) -> None:
        self.waiters[waiter.number] = waiter
        self._by_role.setdefault(waiter.role, OrderedDict())[waiter.number] = waiter

    def leave(self, waiter: _Waiter) -> None:
        del self.waiters[waiter.number]
        own = self._by_role[waiter.role]
        del own[waiter.number]
        if not own:
            del self._by_role[waiter.role]

    def first(self) -> _Waiter | None:
        """Return who has waited longest."""
        return _first(self.waiters)

    def first_of(self, role: RoleName | None) -> _Waiter | None:
        """Return who of this role has waited longest."""
        own = None if role is None else self._by_role.get(role)
        return None if own is None else _first(own)


def _first(waiters: OrderedDict[int, _Waiter]) -> _Waiter | None:
    return next((waiter for waiter in waiters.values() if not waiter.granted.done()), None)


@dataclass(slots=True)
class ModelQueue:
    """Hands out hosts. A call that suits the loaded model, then the warm prefix, goes first, but not for ever."""

    hosts: Sequence[Host]
    _lines: dict[str, _Line] = field(default_factory=dict)
    """By model."""
    _number: int = 0
    _waiting: int = 0

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
            if self._waiting:
                self._grant()

    async def _place(self, model: str, role: RoleName, queued: Callable[[int], None]) -> Host:
        if not self._waiting and (free := self._free(model)) is not None:
            free.give(model, role)
            return free
        if not any(host.takes(model) for host in self.hosts):
            names = ", ".join(host.provider.host for host in self.hosts)
            raise UsageError(f"no host is for model {model!r}", hint=f"add it to one of [model.hosts]: {names}")
        self._number += 1
        waiter = _Waiter(self._number, model, role, asyncio.get_running_loop().create_future())
        self._lines.setdefault(model, _Line()).join(waiter)
        self._waiting += 1
        self._grant()
        if not waiter.granted.done():
            queued(self._waiting - 1)
        try:
            return await waiter.granted
        except asyncio.CancelledError:
            self._give_up(waiter)
            raise

    def _free(self, model: str) -> Host | None:
        return next((host for host in self.hosts if host.busy < host.parallel and host.takes(model)), None)

    def _give_up(self, waiter: _Waiter) -> None:
        if waiter.number in self._lines[waiter.model].waiters:
            self._leave(waiter)
        elif waiter.granted.done() and not waiter.granted.cancelled():
            waiter.granted.result().busy -= 1
            self._grant()

    def _leave(self, waiter: _Waiter) -> None:
        self._lines[waiter.model].leave(waiter)
        self._waiting -= 1

    def _grant(self) -> None:
        for host in self.hosts:
            while host.busy < host.parallel and (waiter := self._next(host)) is not None:
                self._leave(waiter)
                host.give(waiter.model, waiter.role)
                waiter.granted.set_result(host)

    def _next(self, host: Host) -> _Waiter | None:
        if not self._waiting:
            return None
        lines = [line for model, line in self._lines.items() if host.takes(model)]
        oldest = _oldest(line.first() for line in lines)
        if oldest is None or oldest.overtaken >= PATIENCE:
            return oldest
        best = self._suited(host, lines) or oldest
        for line in lines if best is not oldest else ():
            for waiter in itertools.takewhile(lambda waiter: waiter.number < best.number, line.waiters.values()):
                waiter.overtaken += 1
        return best

    def _suited(self, host: Host, lines: Sequence[_Line]) -> _Waiter | None:
        """Return who suits what is loaded, best the role that asked last; else that role, whatever it asks."""
        loaded = self._lines.get(host.loaded) if host.takes(host.loaded) else None
        if loaded is not None and (found := loaded.first_of(host.last_role) or loaded.first()) is not None:
            return found
        return _oldest(line.first_of(host.last_role) for line in lines)


def _oldest(waiters: Iterable[_Waiter | None]) -> _Waiter | None:
    return min((waiter for waiter in waiters if waiter is not None), key=lambda waiter: waiter.number, default=None)
