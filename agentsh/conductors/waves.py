"""Waves: some speak at once, and when all of them have spoken the next wave comes."""

from collections.abc import Sequence
from typing import Self

from agentsh.conductors.talk import Talk, is_gone, is_there
from agentsh.core.ids import ActionName, RoleName
from agentsh.core.model import Frozen, JsonObject
from agentsh.engine.state import State
from agentsh.engine.turns import Turn

WAVE = "wave"
"""The part of a turn in which somebody speaks in a wave."""


class Move(Frozen):
    """Somebody says something in a wave."""

    role: RoleName
    action: ActionName
    brief: JsonObject = {}


Waves = Sequence[Sequence[Move]]


class Waving(Talk):
    """How far a sequence of waves is."""

    going: bool = False
    wave: int = 0
    spoke: tuple[RoleName, ...] = ()
    """Who has spoken in this wave."""

    def moves(self, waves: Waves, state: State) -> list[Turn]:
        """Return the turns of those of this wave who have not spoken yet, and are free."""
        if not self.going or self.wave >= len(waves):
            return []
        left = [move for move in waves[self.wave] if move.role not in self.spoke and is_there(state, move.role)]
        part: JsonObject = {"part": WAVE}
        return [self.turn(move.role, move.action, state, {**move.brief, **part}) for move in left]

    def past(self, waves: Waves, role: RoleName, state: State) -> Self:
        """Return how far it is once `role` has spoken; who was let go is not waited for."""
        spoke = (*self.spoke, role)
        waiting = [m.role for m in waves[self.wave] if m.role not in spoke and not is_gone(state, m.role)]
        if waiting:
            return self.model_copy(update={"spoke": spoke})
        return self.model_copy(update={"spoke": (), "wave": self.wave + 1, "going": self.wave + 1 < len(waves)})


def all_at_once(roles: Sequence[RoleName], action: ActionName, brief: JsonObject) -> list[Move]:
    """Return a wave in which all do the same."""
    return [Move(role=role, action=action, brief=brief) for role in roles]
