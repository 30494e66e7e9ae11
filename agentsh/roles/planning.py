"""Plan and act: a role plans its actions, lets the Boss see the plan if its card asks for that, and does step by step.

A step that fails, or news, makes it plan anew, what is done stays done. Source: MetaGPT's plan_and_act, which was left
undone there; re-planning as in AutoGPT and smolagents.
"""

from collections.abc import Sequence

from agentsh.core.errors import OutputInvalid, PlanFailed
from agentsh.core.ids import ActionName
from agentsh.core.messages import Message
from agentsh.core.plans import SETTLED, Task, Tasks, read_lines, read_plan, ready, step_line, with_status
from agentsh.engine.plan_fold import has_failed
from agentsh.roles.actions.make_plan import Wanted, plan_steps, publish_plan
from agentsh.roles.performs import Performs
from agentsh.roles.reviewing import Refused, reviewed

FOLLOW = "follow a plan"
_EXCERPT = 400
"""Characters of a failure, or of a message, that a new plan is told of."""


async def plan_and_act(role: Performs, actions: tuple[ActionName, ...], max_loops: int) -> None:
    """Plan with `actions`, and do every step that the plan comes to.

    Raises:
        OutputInvalid: no plan came that can be followed.
        PlanFailed: a step failed, or the Boss refused, once more than the plan may be made anew.
    """
    del max_loops
    await _Planning(role, actions).follow()


class _Planning:
    def __init__(self, role: Performs, actions: tuple[ActionName, ...]) -> None:
        self._role = role
        self._card = role.role.planning
        self._doers = {str(name): role.summary(name) for name in actions}
        self._left = self._card.replans
        self._tasks: Tasks = ()

    async def follow(self) -> None:
        await self._plan("")
        first = True
        while True:
            if not first and self._left and (news := await self._role.reaction.news()):
                self._left -= 1
                await self._plan(_told(news))
            first = False
            if not (steps := ready(self._tasks)):
                return
            if failure := await self._failure_of(steps[0]):
                self._spend(f"step {steps[0].id} ({steps[0].by}) failed: {failure}")
                await self._plan(f"Step {steps[0].id} failed: {failure}")

    async def _plan(self, why: str) -> None:
        """Make the plan, anew if there is one; the Boss has the last word where the card says so."""
        while True:
            work = self._role.work(self._card.action)
            done = tuple(task for task in self._tasks if task.status in SETTLED)
            tasks = await plan_steps(work, Wanted(self._doers, self._card.steps, done, why))
            if self._card.review:
                try:
                    tasks = await self._reviewed(tasks, done)
                except Refused as refused:
                    self._spend(f"the Boss refused it: {str(refused) or 'without a reason'}")
                    why = f"The Boss refused that plan. {refused}".strip()
                    continue
            self._tasks = tasks
            await publish_plan(work, tasks)
            return

    async def _reviewed(self, tasks: Tasks, done: Tasks) -> Tasks:
        """Return the plan as the Boss wants it. Raises Refused."""
        text = "\n".join(step_line(task) for task in tasks[len(done) :])
        return await reviewed(
            self._role.reaction, FOLLOW, text, tasks, lambda edited: read_plan(read_lines(edited), self._doers, done)
        )

    async def _failure_of(self, step: Task) -> str:
        """Do a step; return why it failed, or nothing."""
        try:
            said = await self._role.perform(ActionName(step.by), step)
        except OutputInvalid as error:
            failure = str(error)
        else:
            failure = said.content[:_EXCERPT] if has_failed(said) else ""
        self._tasks = with_status(self._tasks, step.id, "failed" if failure else "done")
        return failure

    def _spend(self, why: str) -> None:
        if self._left == 0:
            raise PlanFailed(
                f"{self._role.role.name} could not follow its plan, made anew {self._card.replans} times: {why}",
                hint=f"/retry begins it again; /be {self._role.role.name} plans by hand",
            )
        self._left -= 1


def _told(news: Sequence[Message]) -> str:
    said = "\n".join(f"{message.sent_from}: {message.content[:_EXCERPT]}" for message in news)
    return f"There is news.\n{said}"
