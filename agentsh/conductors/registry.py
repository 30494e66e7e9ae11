"""Conductors by the name that a team file gives them."""

from agentsh.conductors.sop import Sop
from agentsh.core.errors import UsageError
from agentsh.engine.turns import Conductor

CONDUCTORS: dict[str, type[Conductor]] = {"sop": Sop}


def conductor(name: str) -> Conductor:
    """Return a new conductor; raises UsageError that names those there are."""
    if (found := CONDUCTORS.get(name)) is None:
        raise UsageError(f"there is no conductor {name!r}", hint=f"there is: {', '.join(sorted(CONDUCTORS))}")
    return found()
