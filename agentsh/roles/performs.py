"""A role at work, as its react mode sees it."""

from collections.abc import Sequence
from typing import Protocol

from agentsh.core.cards import RoleCard
from agentsh.core.ids import ActionName
from agentsh.core.messages import Message
from agentsh.core.plans import Task
from agentsh.engine.reaction import Reaction
from agentsh.roles.work import Work


class Performs(Protocol):
    """One reaction of one role."""

    @property
    def reaction(self) -> Reaction:
        """The outside, step by step."""

    @property
    def role(self) -> RoleCard:
        """Whose reaction it is."""

    async def perform(self, name: ActionName, step: Task | None = None) -> Message:
        """Do one action, as a step of a plan if there is one, and return what was published of it."""

    async def choose(self, choices: Sequence[str]) -> str:
        """Return which of `choices` is to be done next."""

    def work(self, name: ActionName) -> Work:
        """Begin on an action."""

    def summary(self, choice: str) -> str:
        """Return a line about an action."""
