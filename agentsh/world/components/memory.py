"""What somebody perceives, attends to and remembers. Perceptions go with their tick; what was experienced stays."""

from dataclasses import dataclass, field
from typing import Literal

from agentsh.core.worlds import EntityId
from agentsh.world.kinds import component

ExperienceKind = Literal["seen", "heard", "done", "thought", "told", "reflection"]


@dataclass(slots=True)
class Seen:
    """One stimulus as one agent perceives it."""

    stimulus: EntityId
    kind: str
    text: str
    source: str
    """Name of whoever or whatever it comes from; empty: nobody knows."""
    weight: float
    """How much it matters to this agent, from 0 to 1."""


@component("perception_memory", "transient")
class Perception:
    """What an agent perceives anew in this tick."""

    seen: list[Seen] = field(default_factory=list)
    significance: float = 0.0
    due: bool = False
    """Whether there is something to think about, and the agent is free."""


@component("perception_memory", "periodic")
class Attention:
    """What an agent attends to: what comes from there weighs more."""

    focus: EntityId | None = None
    since_tick: int = 0
    capacity: int = 8
    """Most stimuli that are perceived in one tick."""


@component("perception_memory", "periodic")
class WorkingMemory:
    """What was perceived lately: text → tick. What is in it is old news."""

    texts: dict[str, int] = field(default_factory=dict)


@component("perception_memory", "stored")
class Memory:
    """An agent's memory stream: how much it holds, and what has come in since it last reflected."""

    capacity: int = 120
    """Most experiences that are kept; the least valuable go first."""
    unreflected: float = 0.0
    """Importance of what came in since the last reflection."""
    threshold: float = 6.0
    """At so much it reflects."""


@component("perception_memory", "stored")
class Experience:
    """One thing remembered; an entity of its own, which `remembers` points to."""

    text: str
    kind: ExperienceKind
    tick: int
    importance: float
    """From 0 to 1."""
