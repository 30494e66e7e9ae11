"""Where things are, what they are, and what can be perceived there."""

from dataclasses import field

from agentsh.core.worlds import EntityId
from agentsh.world.kinds import component


@component("environment", "stored")
class Room:
    """A place; whoever `occupies` it is there, and its `leads_to` are its doors."""

    text: str = ""
    ambience: list[str] = field(default_factory=list)
    """What is in the air there; one of them at a time."""
    ambience_ticks: int = 10
    """Ticks from one to the next."""


@component("environment", "stored")
class Position:
    """Where a room lies on the map."""

    x: float = 0.0
    y: float = 0.0


@component("environment", "stored")
class Item:
    """A thing that can be looked at, and perhaps taken."""

    text: str = ""
    portable: bool = True


@component("environment", "stored")
class Usable:
    """What comes of using a thing."""

    result: str
    on: str = ""
    """Name of what it has to be used on; empty: it is used by itself."""
    consumed: bool = False
    health: int = 0
    """What it does to the health of whoever uses it."""
    opens: str = ""
    """Name of a room to which a door opens from where it is used."""


@component("environment", "stored")
class Inventory:
    """How much somebody can hold; `holds` says what."""

    capacity: int = 5


@component("environment", "stored")
class Stimulus:
    """Something to be perceived in a room (`in_room`), of a `source`, until it fades."""

    kind: str
    text: str
    tick: int
    until_tick: int
    """The last tick in which it can be perceived."""
    weight: float
    audience: list[EntityId] | None = None
    """Who perceives it, wherever they have gone since; None: whoever is in the room."""


@component("environment", "stored")
class Timed:
    """Something that happens in a tick: a thing appears where it `belongs`; without a thing its text is perceived."""

    tick: int
    text: str = ""
    every_ticks: int = 0
    """It happens again after so many; 0: once."""


@component("environment", "stored")
class Manners:
    """How people deal with each other in a room, each by the name of a rule. Source: AgentVerse."""

    order: str = "concurrent"
    """Whose turn it is."""
    visibility: str = "room"
    """Who perceives what somebody says."""
    selector: str = "all"
    """Which of the things said in one tick count."""
    updater: str = "everything"
    """What is remembered of it."""
    describer: str = "plain"
    """What everybody is told of the situation."""
    leader: str = ""
    """Name of who leads, where a rule needs that."""


@component("environment", "stored")
class Floor:
    """Who may speak in a room with manners."""

    turn: int = 0
    """Turns that were taken."""
    since_tick: int = 0
    """When the last call was."""
    called: list[EntityId] = field(default_factory=list)
    """Who has been called on and has not spoken yet."""
    hands: list[EntityId] = field(default_factory=list)
    """Whose hand is up, in the order in which they went up."""
    groups: list[list[EntityId]] = field(default_factory=list)
    """Who talks with whom; empty: all with all."""
