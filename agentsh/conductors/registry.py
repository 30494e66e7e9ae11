"""Conductors by the name that a team file gives them. Their keys in it are in `core.options`."""

from collections.abc import Callable

from agentsh.conductors.chain import Chain
from agentsh.conductors.debate import Debate
from agentsh.conductors.dialogue import Dialogue
from agentsh.conductors.goal import Goal
from agentsh.conductors.graph import Graph
from agentsh.conductors.group import Group
from agentsh.conductors.hierarchical import Hierarchical
from agentsh.conductors.recruit import Recruit
from agentsh.conductors.solo import Solo
from agentsh.conductors.sop import Sop
from agentsh.core.errors import UsageError
from agentsh.engine.turns import Conductor

CONDUCTORS: dict[str, Callable[[], Conductor]] = {
    "sop": Sop,
    "chain": Chain,
    "dialogue": Dialogue,
    "solo": Solo,
    "group": lambda: Group(find_conductor),
    "graph": Graph,
    "goal": Goal,
    "recruit": Recruit,
    "debate": Debate,
    "hierarchical": Hierarchical,
}


def find_conductor(name: str) -> Conductor | None:
    """Return a new conductor; None: there is none of that name."""
    found = CONDUCTORS.get(name)
    return None if found is None else found()


def conductor(name: str) -> Conductor:
    """Return a new conductor; raises UsageError that names those there are."""
    if (found := find_conductor(name)) is None:
        raise UsageError(f"there is no conductor {name!r}", hint=f"there is: {', '.join(sorted(CONDUCTORS))}")
    return found
