"""Opens sessions, one after another, as they are wanted; in between there is none."""

import asyncio
from typing import Protocol

from agentsh.core.chat import PullProgress
from agentsh.core.errors import AgentshError
from agentsh.core.events import SessionFinished
from agentsh.repl.house import House, Wanted
from agentsh.repl.stay import Item, Stay
from agentsh.session.facade import Session


class Host(Protocol):
    """Who is told of it."""

    def opening(self, wanted: Wanted) -> None:
        """It is being opened."""

    def progress(self, progress: PullProgress) -> None:
        """How far the download of a model is."""

    async def entered(self, session: Session, wanted: Wanted) -> None:
        """It is open."""

    def see(self, item: Item) -> None:
        """What happens in it."""

    def left(self, finished: SessionFinished) -> None:
        """It is closed."""

    def troubled(self, error: AgentshError, wanted: Wanted) -> None:
        """It could not be opened."""


class Visits:
    """One at a time. What is wanted while another session is open takes its place.

    Attributes:
        stay: the present one; None: there is none.
    """

    def __init__(self, house: House, host: Host) -> None:
        self.stay: Stay | None = None
        self._house = house
        self._host = host
        self._wanted: Wanted | None = None
        self._ended = False
        self._news = asyncio.Event()
        self._open = asyncio.Event()
        self._open.set()

    @property
    def opening(self) -> bool:
        """Whether a session is on its way."""
        return not self._open.is_set()

    def want(self, wanted: Wanted) -> None:
        """Open this one, once the present one is closed."""
        self._wanted = wanted
        self._open.clear()
        self._go_on()

    def end(self) -> None:
        """Close what is open, and open nothing more."""
        self._ended = True
        self._go_on()

    async def opened(self) -> None:
        """Wait until what is wanted is open, or could not be opened."""
        await self._open.wait()

    async def run(self) -> None:
        """Open and close sessions until `end`."""
        while not self._ended:
            wanted, self._wanted = self._wanted, None
            if wanted is not None:
                await self._visit(wanted)
                continue
            self._news.clear()
            await self._news.wait()

    async def _visit(self, wanted: Wanted) -> None:
        async def entered(session: Session) -> None:
            await self._host.entered(session, wanted)
            if self._wanted is None:
                self._open.set()

        self._host.opening(wanted)
        self.stay = Stay(entered, self._host.see)
        try:
            finished = await self.stay.run(self._house.open(wanted, self._host.progress))
        except AgentshError as error:
            self._host.troubled(error, wanted)
        else:
            self._host.left(finished)
        finally:
            self.stay = None
            if self._wanted is None:
                self._open.set()

    def _go_on(self) -> None:
        self._news.set()
        if self.stay is not None:
            self.stay.leave()
