"""Turns: who may react next. Conductors decide it, from the state alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

from pydantic import Field

from agentsh.core.ids import ActionName, MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import DumpedObject, Frozen
from agentsh.engine.state import Conduct, OpenReaction, State


class Turn(Frozen):
    """A role may react to these messages now."""

    role: RoleName
    observed: tuple[MessageId, ...]
    round: int
    action: ActionName | None = None
    """What the conductor wants done; None: the role thinks for itself."""
    brief: DumpedObject = Field(default_factory=dict)
    """What the conductor tells the role for this turn: its partner, its choices, the phase. Prompts know it as `turn`.

    The conductor finds it again in the open reaction, and when it hears that the turn has ended.
    """


def is_for_a_person(brief: DumpedObject) -> bool:
    """Return whether a turn is for a person, whoever plays the role otherwise: `{"person": true}`."""
    return brief.get("person") is True


@dataclass(frozen=True, slots=True)
class Told:
    """A message is on the bus.

    Attributes:
        message: what was said.
        opened: the turn in which it was said; None: a person said it.
    """

    message: Message
    opened: OpenReaction | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """A turn has ended.

    Attributes:
        opened: the turn; `opened.said` is the newest that was said in it.
    """

    opened: OpenReaction


Heard = Told | Ended


class Conductor(Protocol):
    """Decides who may react next. Pure: the same state gives the same turns, and the same news the same conduct."""

    def turns(self, state: State) -> Iterable[Turn]:
        """Return every turn that may begin now, of roles that have none open. None: the team is quiet.

        It is asked again after whatever happens, so where there are very many they are better made one by one.
        """

    def hear(self, heard: Heard, state: State) -> Conduct:
        """Return what to keep in mind once this has happened; `state` has everything else folded in by then.

        It takes a time that does not depend on how much happened before, and so does what it returns take room.
        """


FindConductor = Callable[[str], Conductor | None]
"""The conductor that a team file means by a name; None: there is none."""


def nobody_conducts(name: str) -> Conductor | None:
    """Find no conductor, whatever its name."""
    del name
    return None
