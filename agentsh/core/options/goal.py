"""Keys of a goal: it becomes tasks, each is analysed and done, and what comes of it may be new tasks.

Sources: AutoGPT, AgentGPT, BabyAGI.
"""

from collections.abc import Iterator

from pydantic import Field

from agentsh.core.ids import ActionName, RoleName
from agentsh.core.options.base import Reference, TalkOptions


class GoalOptions(TalkOptions):
    """The keys of conductor `goal`."""

    worker: RoleName
    """Who does the tasks."""
    planner: RoleName | None = None
    """Who makes tasks of the goal, adds to them and sums up; None: the worker."""
    plan: ActionName | None = None
    """Makes the first tasks, its output `tasks`; None: the goal itself is the first task."""
    analyse: ActionName | None = None
    """What the worker thinks before it does a task."""
    execute: ActionName = ActionName("do_task")
    """Does a task. Its output may have `new_tasks`, and `done` when the goal is reached."""
    extend: ActionName | None = None
    """What the planner does after each task: its output `new_tasks`."""
    finish: ActionName | None = None
    """What the planner does when all is done."""
    most: int = Field(default=12, ge=1, le=100)
    """Most tasks that roles may make, in all."""

    def references(self) -> Iterator[Reference]:
        """Yield who takes part, and what they do."""
        yield Reference(kind="role", name=self.worker, place=("worker",))
        if self.planner is not None:
            yield Reference(kind="role", name=self.planner, place=("planner",))
        for key in ("plan", "analyse", "execute", "extend", "finish", "speak"):
            if (action := getattr(self, key)) is not None:
                yield Reference(kind="action", name=action, place=(key,))
