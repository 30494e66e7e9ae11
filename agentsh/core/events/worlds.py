"""What happens in a world."""

from typing import Literal

from pydantic import JsonValue

from agentsh.core.ids import MessageId, RoleName
from agentsh.core.model import Frozen

SnapshotReason = Literal["start", "period", "event", "stop"]


class TickFinished(Frozen):
    """A world has moved on by one tick: what reached it, and what it changed."""

    kind: Literal["tick.finished"] = "tick.finished"
    tick: int
    landed: tuple[MessageId, ...] = ()
    """What agents thought and people said to the world, in the order in which the tick took it in."""
    missed: dict[RoleName, str] = {}
    """Agents that were asked and will not answer, with why."""
    changes: str = ""
    """JSON of the components, relations and entities that changed and are stored with this tick."""
    digest: str = ""
    """Of everything that changed: a tick that is run again has to come to the same."""


class WorldSnapshot(Frozen):
    """All of a world after a tick, as far as it outlives one. Later ticks need nothing before it."""

    kind: Literal["world.snapshot"] = "world.snapshot"
    tick: int
    why: SnapshotReason
    parts: dict[str, tuple[str, ...]]
    """JSON by section, in pieces: a piece that is as it was in an older snapshot is stored once."""


class WorldEdited(Frozen):
    """A person changed a component between two ticks."""

    kind: Literal["world.edited"] = "world.edited"
    tick: int
    """The last one before it."""
    entity: int
    component: str
    value: JsonValue
    """Its fields; None: it was taken away."""
