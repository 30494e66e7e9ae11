"""Marks that live for one tick: in memory only."""

from dataclasses import field

from agentsh.world.kinds import component


@component("utility", "transient")
class Cleanup:
    """The entity is no longer needed: it goes at the end of this tick."""

    why: str = ""


@component("utility", "transient")
class Debug:
    """What systems note about an entity in this tick, for whoever inspects it."""

    notes: list[str] = field(default_factory=list)
