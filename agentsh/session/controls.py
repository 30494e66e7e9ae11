"""Carries out controls: each one becomes events, and what the engine does about them."""

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING, assert_never

from agentsh.core import controls as k
from agentsh.core import events as e
from agentsh.core.errors import UsageError
from agentsh.core.ids import SPOKEN_TO, USER_REQUIREMENT, WHISPER, ActionName, RoleName, boss_message_id
from agentsh.core.messages import from_boss
from agentsh.core.worlds import WORLD
from agentsh.engine.breakpoints import Breakpoint, check_breakpoint, parse_breakpoint
from agentsh.engine.budget import merged
from agentsh.engine.desk import Desk
from agentsh.session.tasks import tasks_edited
from agentsh.session.team import Team

if TYPE_CHECKING:
    from agentsh.session.world_desk import WorldDesk  # a session without a world loads nothing of worlds

_OfTheTeam = k.Be | k.Release | k.UsePartial | k.ChangeModel | k.Hire | k.Fire | k.EditTasks | k.ResetPython


class Controls:
    """One control after another, in the order in which they came."""

    def __init__(self, desk: Desk, team: Team, world: "WorldDesk | None" = None) -> None:
        self._desk = desk
        self._team = team
        self._world = world
        self._turn = asyncio.Lock()

    async def send(self, control: k.Control) -> None:
        """Carry out one control. Raises UsageError when it names what is not there."""
        self._at_once(control)
        async with self._turn:
            await self._carry_out(control)

    def _at_once(self, control: k.Control) -> None:
        """Pausing and stopping do not wait for the journal: no new step starts from here on."""
        if isinstance(control, k.Pause):
            self._desk.gate.close(self._known(control.role))
            if self._world is not None and control.role in (None, WORLD):
                self._world.pause()
        elif isinstance(control, k.Stop):
            self._desk.generations.stop(self._known(control.role))
            self._desk.interpreters.interrupt(control.role)

    async def _carry_out(self, control: k.Control) -> None:
        match control:
            case k.Say():
                await self._say(control)
            case k.Tick() | k.SetSpeed() | k.EditEntity():
                await self._of_world(control)
            case k.Retry():
                await self._retry(self._known(control.role))
            case k.SetBudget():
                budget = merged(self._desk.log.state.budget, control.budget)
                await self._desk.log.append(e.BudgetChanged(budget=budget))
            case k.Pause() | k.Go() | k.Step() | k.Stop() | k.BreakAt() | k.Unbreak():
                await self._at_the_gate(control)
            case k.AnswerQuestion():
                await self._desk.people.answer(control)
            case k.Settle():
                await self._desk.people.settle(control)
            case k.Rename():
                await self._desk.log.append(e.SessionRenamed(name=control.name))
            case k.Whisper():
                await self._whisper(control)
            case _:
                await self._of_the_team(control)

    async def _at_the_gate(self, control: k.Pause | k.Go | k.Step | k.Stop | k.BreakAt | k.Unbreak) -> None:
        match control:
            case k.Pause():
                await self._desk.log.append(e.SessionPaused(role=control.role, why=control.why))
            case k.Go():
                await self._desk.log.append(e.SessionResumed(reason="go", role=self._known(control.role)))
                self._desk.gate.open(control.role)
            case k.Step():
                await self._step(control)
            case k.Stop():
                pass
            case k.BreakAt():
                found = self._fitting(control.when)
                await self._break_at((*self._desk.log.state.breakpoints, found.text))
            case k.Unbreak():
                await self._unbreak(control.when)
            case _:
                assert_never(control)

    async def _step(self, control: k.Step) -> None:
        """Let steps through; what is not paused yet is paused first, so that there is something to step."""
        role = self._known(control.role)
        if not self._desk.gate.is_closed(role):
            self._desk.gate.close(role)
            await self._desk.log.append(e.SessionPaused(role=role, why="to step"))
        self._desk.gate.step(role, control.times)

    def _fitting(self, when: str) -> Breakpoint:
        """Return a breakpoint that can be hit. Raises UsageError."""
        found = parse_breakpoint(when)
        if (facts := self._desk.log.state.facts) is not None:
            check_breakpoint(found, facts.team, has_world=self._world is not None)
        return found

    async def _break_at(self, texts: Iterable[str]) -> None:
        kept = tuple(dict.fromkeys(texts))
        await self._desk.log.append(e.BreakpointsChanged(breakpoints=kept))
        self._desk.gate.breakpoints[:] = [parse_breakpoint(text) for text in kept]

    async def _unbreak(self, when: str | None) -> None:
        known = self._desk.log.state.breakpoints
        if when is not None and when not in known:
            raise UsageError(f"there is no breakpoint {when!r}", hint=f"there are: {', '.join(known) or 'none'}")
        await self._break_at(text for text in known if when is not None and text != when)

    async def _of_the_team(self, control: _OfTheTeam) -> None:
        match control:
            case k.Be():
                await self._team.be(self.named(control.role))
            case k.Release():
                await self._team.release(self.named(control.role))
            case k.UsePartial():
                self.named(control.role)
                await self._team.use_partial(control)
            case k.ChangeModel():
                self._known(control.role)
                await self._team.change_model(control)
            case k.Hire():
                await self._team.hire(control)
            case k.Fire():
                await self._team.fire(self.named(control.role))
            case k.ResetPython():
                await self._team.reset_python(self.named(control.role))
            case k.EditTasks():
                await self._desk.log.append(tasks_edited(self._desk.log.state, control))
            case _:
                assert_never(control)

    async def _whisper(self, control: k.Whisper) -> None:
        role = self.named(control.role)
        # Who lives in the world has its memory there.
        send_to = (role, WORLD) if self._lives(role) else (role,)
        await self._publish(control.text, send_to, WHISPER)

    async def _of_world(self, control: k.WorldControl) -> None:
        if self._world is None:
            raise UsageError("this session has no world", hint="begin one: agentsh world run NAME")
        await self._world.carry_out(control)

    async def _say(self, control: k.Say) -> None:
        named = [self.named(role) for role in control.send_to]
        # Who lives in the world has its ears there.
        inside = tuple(role for role in named if self._lives(role))
        outside = tuple(role for role in named if role not in inside)
        if inside:
            await self._publish(control.text, (*inside, WORLD), SPOKEN_TO)
        if outside or not inside:
            await self._publish(control.text, outside, USER_REQUIREMENT)

    async def _publish(self, text: str, send_to: tuple[RoleName, ...], cause: ActionName) -> None:
        said = from_boss(boss_message_id(self._desk.log.state.boss_messages + 1), text, send_to)
        await self._desk.log.append(e.MessagePublished(message=said.model_copy(update={"cause_by": cause})))

    def _lives(self, role: RoleName) -> bool:
        return self._world is not None and self._world.thinks_for(role) is not None

    async def _retry(self, role: RoleName | None) -> None:
        failed = [
            e.ReactionRetried(reaction=opened.reaction, role=opened.role, afresh=not opened.resumable)
            for opened in self._desk.log.state.open.values()
            if opened.failed is not None and role in (None, opened.role)
        ]
        if failed:
            await self._desk.log.append(*failed)

    def _known(self, role: RoleName | None) -> RoleName | None:
        return None if role is None else self.named(role)

    def named(self, role: RoleName) -> RoleName:
        """Return a role of the team; raises UsageError that names those there are."""
        roles = [name for name, found in self._desk.log.state.roles.items() if not found.fired]
        if role == WORLD and self._world is not None:
            return role
        if role not in roles:
            raise UsageError(f"there is no role {role!r}", hint=f"there are: {', '.join(roles)}")
        return role
