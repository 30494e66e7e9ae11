"""What an action can do, by the word that its file says it with; each is loaded when a role first does it."""

from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import cast

from agentsh.core.cards import Does
from agentsh.core.messages import Message
from agentsh.roles.work import Work

Behaviour = Callable[[Work], Awaitable[Message]]

_NAMED_OTHERWISE: dict[Does, str] = {"plan": "make_plan"}


def behaviour(does: Does) -> Behaviour:
    """Return the function that does it, which stands in a module of its name."""
    name = _NAMED_OTHERWISE.get(does, does)
    return cast("Behaviour", getattr(import_module(f"agentsh.roles.actions.{name}"), name))
