"""The generations under way, so that a person can interrupt them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from agentsh.core.errors import GenerationStopped
from agentsh.core.ids import QuestionId, RoleName


@dataclass(slots=True)
class Generations:
    """Interrupts by role. An outside cancel is never mistaken for an interruption."""

    _running: dict[asyncio.Timeout, RoleName] = field(default_factory=dict)
    _deciding: dict[QuestionId, asyncio.Event] = field(default_factory=dict)

    @property
    def running(self) -> tuple[RoleName, ...]:
        """Whose generations are under way."""
        return tuple(self._running.values())

    async def decision(self, question: QuestionId) -> None:
        """Wait until it is decided what becomes of a stopped generation."""
        await self._deciding.setdefault(question, asyncio.Event()).wait()

    def decided(self, question: QuestionId) -> None:
        """Let the step go on that waits for this decision."""
        if (event := self._deciding.pop(question, None)) is not None:
            event.set()

    @asynccontextmanager
    async def interruptible(self, role: RoleName, text: list[str]) -> AsyncIterator[None]:
        """Run the body until it ends or `stop` is called; `text` collects what was said.

        Raises:
            GenerationStopped: with what had been said.
        """
        scope = asyncio.timeout(None)
        try:
            async with scope:
                self._running[scope] = role
                try:
                    yield
                finally:
                    del self._running[scope]
        except TimeoutError:
            if scope.expired():
                raise GenerationStopped(role, "".join(text)) from None
            raise

    def stop(self, role: RoleName | None = None) -> int:
        """Interrupt this role's generations, or all; returns how many there were."""
        now = asyncio.get_running_loop().time()
        hit = [scope for scope, name in self._running.items() if role is None or name == role]
        for scope in hit:
            scope.reschedule(now)
        return len(hit)
