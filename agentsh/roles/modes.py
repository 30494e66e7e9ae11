"""How a role goes through its actions: all in order, one after the other as it chooses, or by plan. Source: MetaGPT."""

from collections.abc import Awaitable, Callable

from agentsh.core.cards import ReactMode
from agentsh.core.ids import ActionName
from agentsh.roles.performs import Performs
from agentsh.roles.planning import plan_and_act

END = "end"
"""Chosen when nothing more is to be done."""


Mode = Callable[[Performs, tuple[ActionName, ...], int], Awaitable[None]]


async def by_order(role: Performs, actions: tuple[ActionName, ...], max_loops: int) -> None:
    """Do all of `actions` in their order, once."""
    del max_loops
    for name in actions:
        await role.perform(name)


async def react(role: Performs, actions: tuple[ActionName, ...], max_loops: int) -> None:
    """Do what the role chooses, at most `max_loops` times; a single action is done without choosing, once."""
    if len(actions) == 1:
        await role.perform(actions[0])
        return
    for _ in range(max_loops):
        chosen = await role.choose([*actions, END])
        if chosen == END:
            return
        await role.perform(ActionName(chosen))


MODES: dict[ReactMode, Mode] = {"by_order": by_order, "react": react, "plan_and_act": plan_and_act}
"""The modes that there are; a role with another one is refused when it is made."""
