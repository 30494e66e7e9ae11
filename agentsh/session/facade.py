"""A session, as every shell sees it: send a control, follow events, look at a snapshot, run to the end."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

from agentsh.core import events as e
from agentsh.core.chat import Answer, Usage
from agentsh.core.code import SandboxStatus
from agentsh.core.controls import Control, Say
from agentsh.core.errors import AgentshError, BudgetSpent
from agentsh.core.ids import MessageId, QuestionId, RoleName, SessionName
from agentsh.engine.budget import Meter
from agentsh.engine.desk import Desk
from agentsh.engine.run import Run
from agentsh.engine.snapshots import Snapshots
from agentsh.ports import Watcher
from agentsh.session.controls import Controls
from agentsh.session.follow import Follower
from agentsh.session.interview import Interviews, Recollection
from agentsh.session.lens import Lens, last_prompt, next_prompt
from agentsh.session.look import Look
from agentsh.session.outcome import broken, interrupted, outcome, waiting
from agentsh.session.serving import Service
from agentsh.session.shell import Shell
from agentsh.session.team import Recast, Team
from agentsh.session.view import SessionView, view_of
from agentsh.session.why import Cause, why

if TYPE_CHECKING:
    from agentsh.session.world_desk import WorldDesk  # a session without a world loads nothing of worlds


class Session(Look):
    """Built by wiring; closed by it too. What it can be asked beyond its view is Look's."""

    def __init__(
        self,
        facts: e.SessionStarted,
        desk: Desk,
        run: Run,
        meter: Meter,
        world: "WorldDesk | None" = None,
        *,
        recast: Recast | None = None,
        watcher: Watcher | None = None,
    ) -> None:
        """Put it together.

        Args:
            facts: how it began.
            desk: what its reactions work with.
            run: lets them react.
            meter: measures them against the budget.
            world: what ticks beside the team.
            recast: makes roles anew when somebody is hired; None: nobody can be.
            watcher: tells of files that change by hand, while somebody is served; None: nobody does.
        """
        self.facts = facts
        self.world = world
        """The world that ticks beside the team, or alone; None: there is none."""
        super().__init__(desk)
        self._run = run
        self._meter = meter
        self._controls = Controls(desk, Team(desk, run, self, recast), world)
        self._interviews = Interviews(desk, run)
        self._shell = Shell(desk)
        self._service = Service(desk, meter, watcher)
        self._snapshots = Snapshots(desk.log)
        self._followers: list[Follower] = []
        self._running: asyncio.Timeout | None = None
        self._interrupted = False

    @property
    def name(self) -> SessionName:
        """What it is called."""
        facts = self._desk.log.state.facts
        return self.facts.session if facts is None else facts.session

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

    async def serve(self) -> e.SessionFinished:
        """Let the team work, and stay when it is quiet, until `interrupt`; return how it stood then.

        Each time that the team becomes quiet a session.finished event says how; a session.resumed event with the
        reason `more` says that it goes on. Left in mid-work it is interrupted, and can be resumed.
        """
        try:
            finished = await self._until_left()
        except asyncio.CancelledError:
            await asyncio.shield(self._end(interrupted()))
            raise
        if self._service.quiet and self._service.last is not None:
            return self._service.last
        await self._end(finished)
        return finished

    async def interview(self, role: RoleName, question: str) -> Answer:
        """Return what a role answers from its memory; neither is remembered. Raises UsageError, ProviderError."""
        known = self._controls.named(role)
        return await self._interviews.ask(known, question, self.world.in_mind(known, question) if self.world else ())

    async def recall(self, role: RoleName) -> Recollection:
        """Return what a role has in memory: (what stands for older history, messages). Raises UsageError."""
        known = self._controls.named(role)
        lived = self.world.recall(known) if self.world is not None else None
        return await self._interviews.recall(known) if lived is None else (None, lived)

    async def lens(self, role: RoleName, *, now: bool = False) -> Lens:
        """Return the prompt that a role saw last, or, with `now` or before its first one, would see now."""
        known = self._controls.named(role)
        last = None if now else await last_prompt(self._desk, known)
        return last or await next_prompt(self._desk, self._run.roles, known, self._run.next_turn(known))

    async def why(self, message: MessageId) -> Cause:
        """Return what caused a message, back to the Boss. Raises UsageError when there is none of that id."""
        return await why(self._desk.log.journal, await self.message(message))

    def shell(self, command: str) -> QuestionId:
        """Ask for, then run, a shell command of the Boss's in the sandbox; a shell.ran event tells what came of it."""
        return self._shell.start(command)

    def cost(self, usage: Usage) -> float:
        """Return what these tokens cost, by the prices in the settings; 0: they have none."""
        return self._meter.cost(usage)

    @property
    def elapsed_s(self) -> float:
        """Wall time of the session, without what nobody worked in."""
        return self._meter.elapsed_s

    @property
    def resting(self) -> bool:
        """Whether, while served, nothing moves until somebody does something: the team is quiet, paused, or asks."""
        quiet = self._run.busy or self._service.quiet
        return quiet and self._run.resting and not self._shell.busy

    def generating(self) -> tuple[RoleName, ...]:
        """Return whose generations are under way, so that they could be stopped."""
        return self._desk.generations.running

    def interrupt(self) -> None:
        """End `run` or `serve` as interrupted, soon; what is under way can be resumed."""
        self._interrupted = True
        if self._running is not None:
            self._running.reschedule(asyncio.get_running_loop().time())

    async def aclose(self) -> None:
        """Make everything durable and let followers end."""
        await self._shell.aclose()
        await self._desk.interpreters.aclose()
        await self._desk.log.settle()
        if self.world is not None:
            await self.world.save()
        if self._desk.log.failure is None:
            await self._snapshots.save()
        for follower in self._followers:
            follower.close()

    async def _until_end(self) -> e.SessionFinished:
        try:
            async with asyncio.timeout(self._meter.left_s) as self._running:
                if self._interrupted:
                    return interrupted()
                await self._say_idea()
                await self._work()
        except TimeoutError:
            return interrupted() if self._interrupted else await self._out_of_time()
        except BudgetSpent as spent:
            return waiting(spent)
        except AgentshError as error:
            return broken(error)
        finally:
            self._running = None
        return outcome(self._desk.log.state)

    async def _until_left(self) -> e.SessionFinished:
        try:
            async with self._service.open(), asyncio.timeout(None) as self._running:
                if self._interrupted:
                    return interrupted()
                await self._say_idea()
                await self._serve()
        except TimeoutError:
            return interrupted()
        except AgentshError as error:
            return broken(error)
        finally:
            self._running = None
        return interrupted()

    async def _serve(self) -> None:
        if self.world is None:
            await self._run.serve(self._service.rest)
            return
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.world.serve(), name="world")
                tasks.create_task(self._run.serve(self._service.rest), name="team")
        except* AgentshError as errors:
            raise errors.exceptions[0] from None

    async def _say_idea(self) -> None:
        if self.facts.idea and self._desk.log.state.boss_messages == 0:
            await self.send(Say(text=self.facts.idea))

    async def _work(self) -> None:
        """Let the team react, and the world tick, until both are done."""
        if self.world is None:
            await self._run.until_quiet()
            return
        try:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self.world.run(), name="world")
                tasks.create_task(self._run.until_quiet(), name="team")
        except* AgentshError as errors:
            raise errors.exceptions[0] from None
        self.world.check_budget()

    async def _out_of_time(self) -> e.SessionFinished:
        limit = self._desk.log.state.budget.max_seconds or 0.0
        spent = BudgetSpent("max_seconds", limit, round(self._meter.elapsed_s, 1))
        await self._desk.log.append(e.BudgetWasSpent(budget=spent.budget, limit=spent.limit, spent=spent.spent))
        return waiting(spent)

    async def _end(self, finished: e.SessionFinished) -> None:
        if self.world is not None:
            await self.world.save()
        if self._desk.log.failure is None:
            await self._desk.log.append(finished)
