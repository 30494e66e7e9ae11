"""Carries out controls: each one becomes events, and what the engine does about them."""

import asyncio
from typing import assert_never

from agentsh.core import controls as k
from agentsh.core import events as e
from agentsh.core.errors import UsageError
from agentsh.core.ids import RoleName, boss_message_id
from agentsh.core.messages import from_boss
from agentsh.engine.breakpoints import parse_breakpoint
from agentsh.engine.budget import merged
from agentsh.engine.desk import Desk


class Controls:
    """One control after another, in the order in which they came."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
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
        elif isinstance(control, k.Stop):
            self._desk.generations.stop(self._known(control.role))

    async def _carry_out(self, control: k.Control) -> None:
        match control:
            case k.Say():
                await self._say(control)
            case k.Retry():
                await self._retry(self._known(control.role))
            case k.SetBudget():
                budget = merged(self._desk.log.state.budget, control.budget)
                await self._desk.log.append(e.BudgetChanged(budget=budget))
            case k.Pause() | k.Go() | k.Step() | k.Stop() | k.BreakAt():
                await self._at_the_gate(control)
            case k.Be() | k.Release() | k.AnswerQuestion() | k.Settle():
                await self._of_people(control)
            case _:
                assert_never(control)

    async def _at_the_gate(self, control: k.Pause | k.Go | k.Step | k.Stop | k.BreakAt) -> None:
        match control:
            case k.Pause():
                await self._desk.log.append(e.SessionPaused(role=control.role, why=control.why))
            case k.Go():
                await self._desk.log.append(e.SessionResumed(reason="go", role=self._known(control.role)))
                self._desk.gate.open(control.role)
            case k.Step():
                self._desk.gate.step(self._known(control.role), control.times)
            case k.Stop():
                pass
            case k.BreakAt():
                self._desk.gate.breakpoints.append(parse_breakpoint(control.when))
            case _:
                assert_never(control)

    async def _of_people(self, control: k.Be | k.Release | k.AnswerQuestion | k.Settle) -> None:
        match control:
            case k.Be():
                await self._desk.log.append(e.RoleTaken(role=self._named(control.role)))
            case k.Release():
                await self._desk.log.append(e.RoleReleased(role=self._named(control.role)))
            case k.AnswerQuestion():
                await self._desk.people.answer(control)
            case k.Settle():
                await self._desk.people.settle(control)
            case _:
                assert_never(control)

    async def _say(self, control: k.Say) -> None:
        send_to = tuple(self._named(role) for role in control.send_to)
        said = from_boss(boss_message_id(self._desk.log.state.boss_messages + 1), control.text, send_to)
        await self._desk.log.append(e.MessagePublished(message=said))

    async def _retry(self, role: RoleName | None) -> None:
        failed = [
            e.ReactionRetried(reaction=opened.reaction, role=opened.role, afresh=not opened.resumable)
            for opened in self._desk.log.state.open.values()
            if opened.failed is not None and role in (None, opened.role)
        ]
        if failed:
            await self._desk.log.append(*failed)

    def _known(self, role: RoleName | None) -> RoleName | None:
        return None if role is None else self._named(role)

    def _named(self, role: RoleName) -> RoleName:
        roles = self._desk.log.state.roles
        if role not in roles:
            raise UsageError(f"there is no role {role!r}", hint=f"there are: {', '.join(roles)}")
        return role
