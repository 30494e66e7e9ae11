"""The rules that a room's manners may name, by kind; plugins add to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from agentsh.core.errors import WorldError
from agentsh.core.worlds import EntityId
from agentsh.world.components.behaviour import ActionResult
from agentsh.world.components.environment import Floor, Manners
from agentsh.world.components.memory import Seen
from agentsh.world.moment import Moment
from agentsh.world.services.scene import Scene

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Round:
    """A room whose last called ones have had their turn.

    Attributes:
        moment: the tick.
        room: which room.
        manners: its rules.
        floor: who was called before, whose hands are up.
        members: who thinks there, by entity.
        leader: who leads, if anybody.
        done: what was done since, by whom.
    """

    moment: Moment
    room: EntityId
    manners: Manners
    floor: Floor
    members: tuple[EntityId, ...]
    leader: EntityId | None
    done: dict[EntityId, ActionResult]


@dataclass(frozen=True, slots=True)
class Order:
    """Whose turn it is.

    Attributes:
        call: returns who is called next; empty: everybody, at any time.
        may_speak: whether somebody may speak aloud as the floor is; others can do what needs no voice.
    """

    call: Callable[[Round], Sequence[EntityId]]
    may_speak: Callable[[EntityId, Manners, Floor, EntityId | None], bool]


Visibility = Callable[[Scene, Manners], "Sequence[EntityId] | None"]
"""Returns who perceives what the actor says; None: whoever is in the room."""
Selector = Callable[[Sequence[tuple[EntityId, str]], Manners, EntityId | None], Sequence[EntityId]]
"""Of those who speak in one tick (who, what), returns whose words count."""
Updater = Callable[[Sequence[Seen], Manners], Sequence[Seen]]
"""Returns what of it is remembered."""
Describer = Callable[[Scene, Manners, Floor], str]
"""Returns what the actor is told of the situation."""


@dataclass(slots=True)
class Rules:
    """All rules there are, by name."""

    orders: dict[str, Order] = field(default_factory=dict)
    visibilities: dict[str, Visibility] = field(default_factory=dict)
    selectors: dict[str, Selector] = field(default_factory=dict)
    updaters: dict[str, Updater] = field(default_factory=dict)
    describers: dict[str, Describer] = field(default_factory=dict)

    def order(self, name: str) -> Order:
        """Return who is called when. Raises WorldError."""
        return _found(self.orders, "order", name)

    def visibility(self, name: str) -> Visibility:
        """Return who perceives what. Raises WorldError."""
        return _found(self.visibilities, "visibility", name)

    def selector(self, name: str) -> Selector:
        """Return whose words count. Raises WorldError."""
        return _found(self.selectors, "selector", name)

    def updater(self, name: str) -> Updater:
        """Return what is remembered. Raises WorldError."""
        return _found(self.updaters, "updater", name)

    def describer(self, name: str) -> Describer:
        """Return what is told. Raises WorldError."""
        return _found(self.describers, "describer", name)

    def check(self, manners: Manners) -> None:
        """Raise WorldError when manners name a rule that there is not."""
        self.order(manners.order)
        self.visibility(manners.visibility)
        self.selector(manners.selector)
        self.updater(manners.updater)
        self.describer(manners.describer)


def _found(known: dict[str, T], kind: str, name: str) -> T:
    if (rule := known.get(name)) is None:
        raise WorldError(f"there is no {kind} rule {name!r}", hint=f"there is: {', '.join(sorted(known))}")
    return rule
