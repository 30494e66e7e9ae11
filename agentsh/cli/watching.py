"""Watches a running session: shows what happens and asks the person what it wants to know, one thing after another."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from agentsh.cli import printing
from agentsh.cli.people import Interviewer
from agentsh.cli.views import View
from agentsh.core.controls import Control
from agentsh.core.errors import UsageError
from agentsh.core.events import ApprovalAsked, Delta, HumanAsked, Recorded, SessionPaused

FRAME_S = 0.1
DRAIN_S = 15.0
"""How long the last events may take to be shown once the session has ended."""

Item = Recorded | Delta


class Watched(Protocol):
    """The part of a session that is watched."""

    def follow(self, after: int = 0) -> AsyncIterator[Item]:
        """Yield events with seq > `after`, then live ones and pieces of generations."""

    async def send(self, control: Control) -> None:
        """Do what the person asks."""

    def interrupt(self) -> None:
        """End it; it can be resumed."""


class Watch:
    """Shows everything after seq `after` on `view`; asks through `interviewer`, when there is somebody to ask."""

    def __init__(self, session: Watched, view: View, interviewer: Interviewer | None, after: int) -> None:
        self._session = session
        self._view = view
        self._interviewer = interviewer
        self._seen = after
        self._upto: int | None = None
        self._asking = False
        self._drained = asyncio.Event()
        self.paused_for_nobody = False
        """Whether the session paused and nobody was there to let it go on."""

    async def run(self, open_questions: list[HumanAsked | ApprovalAsked]) -> None:
        """Ask what is open already, then show and ask until cancelled."""
        if self._interviewer is not None:
            for question in open_questions:
                await self._ask(self._interviewer, question)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._draw(), name="draw")
            await self._follow()

    async def drain(self, upto: int) -> None:
        """Wait until event `upto` is shown, for a few seconds at the most, and not behind an open prompt."""
        self._upto = upto
        if self._seen < upto and not self._asking:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._drained.wait(), DRAIN_S)

    async def _draw(self) -> None:
        while True:
            self._view.draw()
            await asyncio.sleep(FRAME_S)

    async def _follow(self) -> None:
        async for item in self._session.follow(self._seen):
            await self._see(item)

    async def _see(self, item: Item) -> None:
        if isinstance(item, Delta):
            self._view.delta(item)
            return
        self._view.event(item)
        await self._respond(item)
        self._seen = item.seq
        if self._upto is not None and item.seq >= self._upto:
            self._drained.set()

    async def _respond(self, recorded: Recorded) -> None:
        match recorded.event:
            case HumanAsked() | ApprovalAsked() as question if self._interviewer is not None:
                await self._ask(self._interviewer, question)
            case SessionPaused(role=None):
                await self._paused()
            case _:
                pass

    async def _ask(self, interviewer: Interviewer, question: HumanAsked | ApprovalAsked) -> None:
        async with self._at_the_prompt():
            control: Control
            if isinstance(question, HumanAsked):
                control = await interviewer.answer(question)
            else:
                control = await interviewer.settle(question)
        try:
            await self._session.send(control)
        except UsageError as settled_elsewhere:
            printing.note(f"{settled_elsewhere}")

    async def _paused(self) -> None:
        """Ask how to go on; with nobody to ask, end the session so that it can be resumed."""
        if self._interviewer is None:
            self.paused_for_nobody = True
            self._session.interrupt()
            return
        async with self._at_the_prompt():
            control = await self._interviewer.pause()
        if control is None:
            self._session.interrupt()
        else:
            await self._session.send(control)

    @asynccontextmanager
    async def _at_the_prompt(self) -> AsyncIterator[None]:
        self._view.close()
        self._asking = True
        try:
            yield
        finally:
            self._asking = False
            self._view.open()
