"""What somebody does and wants: actions, goals, plans, and the state of their processing."""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import JsonValue

from agentsh.core.worlds import EntityId
from agentsh.world.kinds import component

Mode = Literal["ACTIVE", "REFLECTIVE", "WAITING"]
"""ACTIVE: something has just happened. REFLECTIVE: all is quiet, time for thoughts of one's own. WAITING: woken only
by what matters. Source: argOS."""
GoalStatus = Literal["pending", "in_progress", "done", "failed"]
StepStatus = Literal["pending", "in_progress", "done", "failed"]
PlanStatus = Literal["active", "done", "failed"]


@dataclass(slots=True)
class Act:
    """What somebody is about to do: the line of an action, such as `take Magic Sword`, and its free words."""

    line: str
    words: str = ""


@dataclass(slots=True)
class ActionResult:
    """What came of an action."""

    line: str
    success: bool
    text: str
    tick: int
    quiet: bool = False
    """Whether it is no news to the actor."""


@component("behaviour", "stored")
class Action:
    """What an agent can do, is about to do, and what came of the last time."""

    available: list[str] = field(default_factory=list)
    """Names of actions; empty: all that need no leave."""
    pending: Act | None = None
    last: ActionResult | None = None


@component("behaviour", "periodic")
class RecentActions:
    """The last things that an agent did, oldest first."""

    results: list[ActionResult] = field(default_factory=list)


@component("behaviour", "stored")
class Goal:
    """Something that somebody wants; an entity of its own, which `pursues` points to."""

    text: str
    status: GoalStatus = "pending"
    progress: float = 0.0
    """From 0 to 1."""
    done_when: str = ""
    """Conditions (`services.conditions`); empty: the agent judges it."""
    failed_when: str = ""
    until_tick: int | None = None
    """It has failed when it is not done by then."""
    then: str = ""
    """The goal that follows when it is done."""
    steps: list[str] = field(default_factory=list)
    """The plan, when it is known beforehand; empty: the agent plans."""
    judged_tick: int = 0
    """When the agent last judged it."""


@dataclass(slots=True)
class PlanStep:
    """One step of a plan."""

    text: str
    status: StepStatus = "pending"
    since_tick: int = 0
    """When its turn came."""
    tries: int = 0
    """How many things were done since that did not do it."""


@component("behaviour", "stored")
class Plan:
    """How a goal is to be reached; on the goal's entity."""

    steps: list[PlanStep] = field(default_factory=list)
    status: PlanStatus = "active"
    checked_tick: int = 0
    """Up to when actions have been held against its steps."""


@component("behaviour", "stored")
class ProcessingState:
    """What an agent's mind is doing, and up to where it has perceived. Ids of stimuli only grow."""

    mode: Mode = "ACTIVE"
    since_tick: int = 0
    """When the mode began."""
    changed_tick: int = 0
    """When something last mattered to it: how stable its surroundings are follows from that."""
    until_tick: int = 0
    """It rests until then, unless something matters."""
    seen: EntityId = EntityId(0)
    """The newest stimulus that it has perceived."""
    room: EntityId = EntityId(0)
    """Where it was when it last perceived."""
    owes: bool = True
    """Something happened that it has not thought about yet."""
    thought_tick: int = 0
    """When it was last asked what it thinks of what it perceives."""
    asked: str = ""
    """What its thought under way is about; empty: it is free."""
    failures: int = 0
    """Thoughts in a row of which nothing came."""


@component("behaviour", "on_event")
class Thought:
    """What an agent thought last."""

    text: str
    tick: int


@component("behaviour", "stored")
class Attempt:
    """What somebody tries in their own words, until a game master says what comes of it."""

    words: str
    tick: int
    asked: bool = False
    """Whether a game master has been asked."""


@component("behaviour", "stored")
class Musings:
    """Questions of the slower levels that wait until the agent is free: task → content, data and schema."""

    waiting: dict[str, dict[str, JsonValue]] = field(default_factory=dict)


@component("behaviour", "stored")
class Conclusions:
    """What an agent has answered, until the system that asked takes it up: task → answer."""

    waiting: dict[str, dict[str, JsonValue]] = field(default_factory=dict)


@dataclass(slots=True)
class Appointment:
    """One item of a day."""

    hour: float
    """From 0 to 24."""
    what: str
    room: str = ""


@component("behaviour", "stored")
class DayPlan:
    """What an agent does on a day, hour by hour. Source: Generative Agents."""

    day: int = 0
    """Day that it is for, from 1; 0: none yet."""
    items: list[Appointment] = field(default_factory=list)
    every_day: bool = False
    """The same each day: no model is asked."""


@component("behaviour", "stored")
class Health:
    """How well somebody is."""

    hp: int = 10
    most: int = 10


@component("behaviour", "stored")
class Fault:
    """What went wrong with this agent in a system, so that it is said once: system → the error."""

    said: dict[str, str] = field(default_factory=dict)
