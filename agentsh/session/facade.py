"""A session, as every shell sees it: send a control, follow events, look at a snapshot, run to the end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from agentsh.core import events as e
from agentsh.core.code import SandboxStatus
from agentsh.core.controls import Control, Say
from agentsh.core.errors import AgentshError, BudgetSpent
from agentsh.core.ids import SessionName
from agentsh.engine.budget import Meter
from agentsh.engine.desk import Desk
from agentsh.engine.run import Run
from agentsh.engine.snapshots import Snapshots
from agentsh.session.controls import Controls
from agentsh.session.follow import Follower
from agentsh.session.outcome import broken, interrupted, outcome
from agentsh.session.view import SessionView, view_of


class Session:
    """Built by wiring; closed by it too."""

    def __init__(self, facts: e.SessionStarted, desk: Desk, run: Run, meter: Meter) -> None:
        self.facts = facts
        self._desk = desk
        self._run = run
        self._meter = meter
        self._controls = Controls(desk)
        self._snapshots = Snapshots(desk.log)
        self._followers: list[Follower] = []
        self._running: asyncio.Timeout | None = None
        self._interrupted = False

    @property
    def name(self) -> SessionName:
        """What it is called."""
        return self.facts.session

    @property
    def workspace(self) -> Path:
        """The folder that the team writes."""
        return self._desk.workspace.root

    @property
    def sandbox(self) -> SandboxStatus:
        """What holds the code that the team runs."""
        return self._desk.sandbox.status

    def view(self) -> SessionView:
        """Return what the session looks like at this moment."""
        return view_of(self._desk.log.state)

    async def send(self, control: Control) -> None:
        """Do what a person or a script asks. Raises UsageError when that cannot be done."""
        await self._controls.send(control)

    def follow(self, after: int = 0) -> AsyncIterator[e.Recorded | e.Delta]:
        """Yield events with seq > `after`, then live ones and pieces of generations, until the session closes."""
        follower = Follower(self._desk.log)
        self._followers.append(follower)
        return follower.items(after)

    async def run(self) -> e.SessionFinished:
        """Let the team work until it is quiet, and return how that ended: every end has its exit code.

        The Boss's idea is said first when nobody has said anything yet. Cancelling ends it as interrupted.
        """
        try:
            finished = await self._until_end()
        except asyncio.CancelledError:
            await asyncio.shield(self._end(interrupted()))
            raise
        await self._end(finished)
        return finished

    def interrupt(self) -> None:
        """End `run` as interrupted, soon; what is under way can be resumed."""
        self._interrupted = True
        if self._running is not None:
            self._running.reschedule(asyncio.get_running_loop().time())

    async def aclose(self) -> None:
        """Make everything durable and let followers end."""
        await self._desk.log.settle()
        if self._desk.log.failure is None:
            await self._snapshots.save()
        for follower in self._followers:
            follower.close()

    async def _until_end(self) -> e.SessionFinished:
        try:
            async with asyncio.timeout(self._meter.left_s) as self._running:
                if self._interrupted:
                    return interrupted()
                if self._desk.log.state.boss_messages == 0:
                    await self.send(Say(text=self.facts.idea))
                await self._run.until_quiet()
        except TimeoutError:
            return interrupted() if self._interrupted else await self._out_of_time()
        except AgentshError as error:
            return broken(error)
        finally:
            self._running = None
        return outcome(self._desk.log.state)

    async def _out_of_time(self) -> e.SessionFinished:
        limit = self._desk.log.state.budget.max_seconds or 0.0
        spent = BudgetSpent("max_seconds", limit, round(self._meter.elapsed_s, 1))
        await self._desk.log.append(e.BudgetWasSpent(budget=spent.budget, limit=spent.limit, spent=spent.spent))
        return e.SessionFinished(status="waiting", exit_code=int(spent.exit_code), summary=str(spent))

    async def _end(self, finished: e.SessionFinished) -> None:
        if self._desk.log.failure is None:
            await self._desk.log.append(finished)
