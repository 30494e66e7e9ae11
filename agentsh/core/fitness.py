"""What a model was found to be able to do, and what it is asked to find that out."""

from typing import Literal

from pydantic import Field

from agentsh.core.model import Frozen, JsonObject
from agentsh.core.tools import CallProtocol

About = Literal["json", "tools", "role", "context"]


class Expected(Frozen):
    """What has to be true of an answer."""

    data: JsonObject = {}
    """Fields of the structured answer."""
    call: str = ""
    """The tool that is called."""
    arguments: JsonObject = {}
    """What it is called with; text counts whatever its case."""
    begins: str = ""
    holds: tuple[str, ...] = ()
    """Words that stand in it, whatever their case."""
    without: tuple[str, ...] = ()
    """Words that do not."""
    most_words: int = Field(default=0, ge=0)
    """0: as many as there are."""


class TrialCard(Frozen):
    """One thing that a model is asked in order to know it; a file."""

    name: str
    about: About
    summary: str = ""
    system: str = "You work in a team. Do exactly what you are asked."
    output: JsonObject | None = None
    tools: tuple[str, ...] = ()
    expect: Expected
    max_tokens: int = Field(default=300, ge=1)
    prompt: str = Field(min_length=1)
    source: str = ""


class Tried(Frozen):
    """One trial that was made."""

    trial: str
    about: About
    protocol: CallProtocol | None = None
    """How it was asked for a call, when it was about tools."""
    passed: bool
    why: str = ""
    """What was wrong with the answer."""


class Speed(Frozen):
    """How quick it was on this machine, in the middle of all calls."""

    load_s: float = 0.0
    first_token_s: float = 0.0
    tokens_per_s: float = 0.0
    prompt_tokens_per_s: float = 0.0


class Window(Frozen):
    """How much it can have in view, tokens."""

    claimed: int = 0
    """What the model says of itself."""
    asked: int
    held: int = 0
    """What the server loaded it with; 0: it does not tell."""
    read: int = 0
    """How many of a long prompt it saw, as the server counted."""
    cut: bool = False
    """Whether the server saw far less of it than was sent."""


class Fitness(Frozen):
    """What a model was found to be able to do. Stored, and read by scripts: never rename a field."""

    model: str
    host: str
    examined_at: str
    modified_at: str = ""
    """Of the model, as the server says it: another one under the same name was not examined."""
    says: tuple[str, ...] = ()
    """What it says of itself."""
    protocol: CallProtocol
    """How it is asked for a tool call."""
    tried: tuple[Tried, ...]
    speed: Speed
    context: Window

    def score(self, about: About, protocol: CallProtocol | None = None) -> tuple[int, int]:
        """Return how many trials it passed, and how many there were."""
        made = [one.passed for one in self.tried if one.about == about and one.protocol == protocol]
        return sum(made), len(made)

    @property
    def usable(self) -> bool:
        """Whether it can do what every team needs: give facts in the shape that is asked for, more often than not."""
        passed, made = self.score("json")
        return passed * 2 > made
