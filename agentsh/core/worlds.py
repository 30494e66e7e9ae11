"""What a world's file says, and the names that worlds and teams share."""

from enum import StrEnum
from typing import NewType

from pydantic import Field

from agentsh.core.ids import ActionName, RoleName
from agentsh.core.model import Frozen, JsonObject

EntityId = NewType("EntityId", int)
"""From 1; never given to another entity, also after the first is gone."""

WORLD = RoleName("world")
"""Who sends an agent what it perceives, and takes what it thinks. It is no role: nobody plays the world."""
PERCEIVE = ActionName("perceive")
"""The cause of what the world tells an agent."""
THINK = ActionName("think")
"""The cause of what an agent tells the world."""
TICK = ActionName("tick")
"""What the world does when it passes the gate."""


class Level(StrEnum):
    """How consciously a system works, and so how often. Source: argOS."""

    CONSCIOUS = "conscious"
    SUBCONSCIOUS = "subconscious"
    UNCONSCIOUS = "unconscious"


PERIODS = {Level.CONSCIOUS: 1, Level.SUBCONSCIOUS: 3, Level.UNCONSCIOUS: 10}
"""Ticks from one run of a level's systems to the next, when the file says nothing else."""


class EntityCard(Frozen):
    """One thing that is in the world when it begins."""

    name: str = ""
    """By which the file's relations, and people, call it; unique when there is one."""
    components: dict[str, JsonObject] = {}
    """Kind → its fields; what is left out has its default."""
    relations: dict[str, tuple[str, ...]] = {}
    """Relation → names of the entities that it points to."""


class WorldCard(Frozen):
    """A world: what is in it, what drives it, and how its time goes."""

    name: str
    summary: str = ""
    entities: tuple[EntityCard, ...] = ()
    systems: tuple[str, ...] | None = None
    """Names of the systems that run; None: all there are."""
    levels: dict[Level, int] = PERIODS
    """Ticks from one run of a level's systems to the next."""
    lock: bool = False
    """Whether a tick waits for thoughts under way. Else an agent that still thinks has no thought in this tick."""
    ticks: int | None = Field(default=None, ge=1)
    """The world ends after so many; None: it goes on."""
    until: str | None = None
    """A condition on components that ends it, such as `component:Goal.status==done`."""
    ticks_per_second: float | None = Field(default=None, gt=0)
    """Speed for people to watch; None: as fast as it goes."""
    seconds_per_tick: float = Field(default=60.0, gt=0)
    """Simulated time."""
    starts_at_s: float = Field(default=0.0, ge=0)
    """Simulated time of tick 0, seconds since midnight."""
    snapshot_ticks: int = Field(default=50, ge=1)
    """Ticks from one full snapshot to the next."""
    periodic_ticks: int = Field(default=10, ge=1)
    """Ticks from one storing of periodic components to the next."""
    source: str = ""
    """File that it was read from."""
