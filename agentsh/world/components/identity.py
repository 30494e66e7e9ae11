"""Who somebody is. It is always stored."""

from dataclasses import field

from agentsh.world.kinds import component


@component("identity", "stored")
class Profile:
    """Who an agent is, for its prompts and for others who look at it."""

    text: str = ""
    traits: list[str] = field(default_factory=list)


@component("identity", "stored")
class Npc:
    """Somebody who lives by rules, without a model: says a line when one of the words is said near it."""

    answers: dict[str, str] = field(default_factory=dict)
    """Word → what is answered."""
    greeting: str = ""
    """Said to whoever comes in."""


@component("identity", "stored")
class Player:
    """Somebody whom a person plays: asked whenever it is free, not only when something happens."""


@component("identity", "stored")
class GameMaster:
    """Decides what comes of what others attempt in their own words. Source: Concordia."""

    style: str = ""
    """How it judges, in a sentence of its prompt."""
