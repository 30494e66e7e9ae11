"""Conductors by the name that a team file gives them, each loaded for the first team that has it.

Their keys in a team file are in `core.options`.
"""

from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import cast

from agentsh.core.errors import UsageError
from agentsh.engine.turns import Conductor, FindConductor

_NAMES = ("sop", "chain", "dialogue", "solo", "group", "graph", "goal", "recruit", "debate", "hierarchical")


def _make(name: str, find: FindConductor | None = None) -> Conductor:
    """Return a new one of the class that stands in the module of its name; `find` is for teams within it."""
    made = getattr(import_module(f"agentsh.conductors.{name}"), name.capitalize())
    return cast("Conductor", made(find or find_conductor) if name == "group" else made())


CONDUCTORS: dict[str, Callable[..., Conductor]] = {name: partial(_make, name) for name in _NAMES}


def find_conductor(name: str, within: FindConductor | None = None) -> Conductor | None:
    """Return a new conductor; None: there is none of that name.

    Args:
        name: as a team file says it.
        within: finds the conductors of teams within the team; None: only these here.
    """
    found = CONDUCTORS.get(name)
    return None if found is None else found(within)


def conductor(name: str) -> Conductor:
    """Return a new conductor; raises UsageError that names those there are."""
    if (found := find_conductor(name)) is None:
        raise UsageError(f"there is no conductor {name!r}", hint=f"there is: {', '.join(sorted(CONDUCTORS))}")
    return found
