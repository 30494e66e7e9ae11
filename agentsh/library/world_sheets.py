"""What a world's file may say, as its author writes it: rooms, items, agents, goals, events."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, model_validator

from agentsh.core.ids import RoleName
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.worlds import PERIODS, Level

_CLOCK = re.compile(r"(?P<hour>\d{1,2}):(?P<minute>\d{2})")
_NAME = re.compile(r"[^\s:#{}\[\]\"]([^:#{}\[\]\"\n]*[^\s:#{}\[\]\"])?")


_NOT_IN_ROLE_NAMES = re.compile(r"[^a-z0-9]+")


def role_name(agent: str) -> RoleName:
    """Return the name of the role that thinks for an agent: `Isabella Rodriguez` is `isabella_rodriguez`."""
    return RoleName(_NOT_IN_ROLE_NAMES.sub("_", agent.casefold()).strip("_"))


def clock_s(text: str) -> float:
    """Return the seconds since midnight of a time such as `07:30`. Raises ValueError."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None or int(found["hour"]) > 23 or int(found["minute"]) > 59:
        raise ValueError("write a time of day such as 07:30")
    return int(found["hour"]) * 3600.0 + int(found["minute"]) * 60.0


def _clock(text: str) -> str:
    clock_s(text)
    return text


def _named(name: str) -> str:
    if not _NAME.fullmatch(name) or len(name) > 60:
        raise ValueError("a name has at most 60 characters, and none of : # { } [ ] and quotes")
    return name


def _goal(value: JsonValue) -> JsonValue:
    """Return a goal that is only a sentence as a mapping."""
    return {"text": value} if isinstance(value, str) else value


Clock = Annotated[str, AfterValidator(_clock)]
Named = Annotated[str, AfterValidator(_named)]


class MannersSheet(Frozen):
    """How people deal with each other in a room."""

    order: str = "concurrent"
    visibility: str = "room"
    selector: str = "all"
    updater: str = "everything"
    describer: str = "plain"
    leader: str = ""


class RoomSheet(Frozen):
    """A place."""

    text: str = ""
    doors: tuple[str, ...] = ()
    """Rooms next to it; a door leads both ways."""
    one_way: tuple[str, ...] = ()
    """Rooms that it leads to, and that do not lead back."""
    ambience: tuple[str, ...] = ()
    ambience_ticks: int = Field(default=10, ge=1)
    at: tuple[float, float] | None = None
    """Where it lies on the map: across, down."""
    manners: MannersSheet | None = None


class UseSheet(Frozen):
    """What comes of using a thing."""

    result: str
    on: str = ""
    consumed: bool = False
    health: int = 0
    opens: str = ""


class ItemSheet(Frozen):
    """A thing; it is in a room, or with the agent that has it in `holds`."""

    text: str = ""
    room: str | None = Field(default=None, alias="in")
    appears: int | None = Field(default=None, ge=1)
    """The tick in which it comes; None: it is there from the beginning."""
    portable: bool = True
    use: UseSheet | None = None


class GoalSheet(Frozen):
    """What an agent wants."""

    text: str = Field(min_length=1)
    done_when: str = ""
    failed_when: str = ""
    within_ticks: int | None = Field(default=None, ge=1)
    then: str = ""
    steps: tuple[str, ...] = ()


class AppointmentSheet(Frozen):
    """One item of a day."""

    at: Clock
    what: str = Field(min_length=1)
    room: str = Field(default="", alias="in")


class NpcSheet(Frozen):
    """Somebody who lives by rules."""

    greeting: str = ""
    answers: dict[str, str] = {}


class AgentSheet(Frozen):
    """Somebody who lives there."""

    room: str = Field(default="", alias="in")
    """Where it is; only a game master may be nowhere."""
    profile: str = "inhabitant"
    text: str = ""
    """Who it is, in some sentences: its backstory."""
    looks: str = ""
    traits: tuple[str, ...] = ()
    goals: tuple[Annotated[GoalSheet, BeforeValidator(_goal)], ...] = ()
    memories: tuple[str, ...] = ()
    """What it remembers from before."""
    knows: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    day: tuple[AppointmentSheet, ...] = ()
    """What it does on every day."""
    plans_days: bool = False
    """Whether it makes a plan for each day itself."""
    actions: tuple[str, ...] = ()
    capacity: int = Field(default=5, ge=0)
    """Most things that it can hold."""
    memory: int = Field(default=120, ge=8)
    """Most experiences that it keeps."""
    reflects_at: float = Field(default=6.0, gt=0)
    """Sum of the importance of what it experienced at which it reflects."""
    health: int | None = Field(default=None, ge=1)
    human: bool = False
    npc: NpcSheet | None = None
    game_master: str | None = None
    """How it judges what others attempt; with it, it is the game master."""
    model: str | None = None
    temperature: float | None = Field(default=None, ge=0, le=2)


class EventSheet(Frozen):
    """Something that happens in a room."""

    tick: int = Field(ge=1)
    room: str = Field(alias="in")
    text: str = Field(min_length=1)
    every: int = Field(default=0, ge=0)
    """It happens again after so many ticks; 0: once."""


class EntitySheet(Frozen):
    """Anything else: its components and relations by name, for plugins."""

    name: Named
    components: dict[str, JsonObject] = {}
    relations: dict[str, tuple[str, ...]] = {}


class WorldSheet(Frozen):
    """A world's file."""

    name: str
    summary: str = ""
    rooms: dict[Named, RoomSheet] = Field(min_length=1)
    items: dict[Named, ItemSheet] = {}
    agents: dict[Named, AgentSheet] = Field(min_length=1)
    events: tuple[EventSheet, ...] = ()
    entities: tuple[EntitySheet, ...] = ()
    systems: tuple[str, ...] | None = None
    levels: dict[Level, Annotated[int, Field(ge=1)]] = PERIODS
    seed: int | None = None
    lock: bool = True
    ticks: int | None = Field(default=None, ge=1)
    until: str | None = None
    ticks_per_second: float | None = Field(default=None, gt=0)
    seconds_per_tick: float = Field(default=60.0, gt=0)
    starts_at: Clock = "08:00"
    snapshot_ticks: int = Field(default=50, ge=1)
    source: str = ""

    @model_validator(mode="after")
    def _complete_levels(self) -> "WorldSheet":
        return self if set(self.levels) == set(PERIODS) else self.model_copy(update={"levels": PERIODS | self.levels})
