"""How somebody looks, and how they stand to others."""

from dataclasses import dataclass, field

from agentsh.core.worlds import EntityId
from agentsh.world.kinds import component


@component("appearance_interaction", "stored")
class Appearance:
    """What others see of somebody."""

    text: str = ""
    """What stays the same."""
    expression: str = "neutral"
    doing: str = ""
    changed_tick: int = 0
    """When it last changed."""
    shown_tick: int = 0
    """When others were last shown it."""


@dataclass(slots=True)
class Tie:
    """How somebody stands to one other."""

    met_tick: int
    talks: int = 0
    """How often the other was heard."""


@component("appearance_interaction", "periodic")
class Relationship:
    """How somebody stands to those that it `knows`."""

    ties: dict[EntityId, Tie] = field(default_factory=dict)
