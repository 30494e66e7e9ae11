"""Keys of a hierarchy: a manager plans for others, routes to one, or asks all. Sources: CrewAI, smolagents."""

from collections.abc import Iterator
from typing import Literal

from pydantic import Field

from agentsh.core.ids import ActionName, RoleName
from agentsh.core.options.base import Problem, Reference, TalkOptions


class HierarchicalOptions(TalkOptions):
    """The keys of conductor `hierarchical`."""

    manager: RoleName
    workers: tuple[RoleName, ...] = Field(min_length=1, max_length=30)
    how: Literal["coordinate", "route", "broadcast"] = "coordinate"
    """coordinate: the manager gives tasks that may wait for each other; those that do not are done side by side.
    route: the manager picks one worker, whose answer it is. broadcast: all answer at once, the manager combines."""
    rounds: int = Field(default=2, ge=1, le=10)
    """How often the manager may give tasks, when it finds that something is missing."""
    steps: int = Field(default=8, ge=1, le=30)
    """Most tasks at a time."""
    delegate: ActionName = ActionName("delegate")
    route: ActionName = ActionName("choose_worker")
    work: ActionName = ActionName("do_task")
    acts: dict[RoleName, ActionName] = {}
    """What single workers do in place of `work`."""
    combine: ActionName = ActionName("combine")
    """Its output has the bool `complete`, and says in `missing` what is not there yet."""

    def references(self) -> Iterator[Reference]:
        """Yield who takes part, and what they do."""
        yield Reference(kind="role", name=self.manager, place=("manager",))
        for index, name in enumerate(self.workers):
            yield Reference(kind="role", name=name, place=("workers", index))
        used = {"coordinate": ("delegate", "combine"), "route": ("route",), "broadcast": ("combine",)}
        for key in (*used[self.how], "work", "speak"):
            yield Reference(kind="action", name=getattr(self, key), place=(key,))
        for name, action in self.acts.items():
            yield Reference(kind="action", name=action, place=("acts", name))
        if self.how == "coordinate":
            yield Reference(kind="flag", name=f"{self.combine}.complete", place=("combine",))

    def problems(self) -> Iterator[Problem]:
        """Yield a manager who works too, and acts of nobody."""
        if self.manager in self.workers:
            yield Problem(place=("manager",), message=f"{self.manager!r} is a worker too", hint="Name another role.")
        for name in self.acts:
            if name not in self.workers:
                message = f"{name!r} is no worker"
                yield Problem(place=("acts", name), message=message, wrong=name, known=self.workers)
