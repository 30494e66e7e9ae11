"""Turns: who may react next. Conductors decide it, from the state alone."""

from collections.abc import Sequence
from typing import Protocol

from agentsh.core.ids import ActionName, MessageId, RoleName
from agentsh.core.model import Frozen
from agentsh.engine.state import State


class Turn(Frozen):
    """A role may react to these messages now."""

    role: RoleName
    observed: tuple[MessageId, ...]
    round: int
    action: ActionName | None = None
    """What the conductor wants done; None: the role thinks for itself."""


class Conductor(Protocol):
    """Decides who may react next. Pure: the same state gives the same turns."""

    def turns(self, state: State) -> Sequence[Turn]:
        """Return every turn that may begin now, of roles that have none open. None: the team is quiet."""
