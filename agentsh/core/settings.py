"""Settings of a project and of a run: shapes and defaults only; reading them is `library.config`'s."""

from typing import Literal

from pydantic import Field, field_validator

from agentsh.core.cards import BudgetCard, ReviewMode
from agentsh.core.ids import RoleName, SessionName
from agentsh.core.model import Frozen
from agentsh.core.rulebook import RuleSettings
from agentsh.core.servers import SERVER_NAME, ServerSettings
from agentsh.core.tools import SHIPPED

DEFAULT_HOST = "http://127.0.0.1:11434"
DEFAULT_TEAM = "software-company"
SMALL_TEAM = "pair"
"""What a demo model works in unless told otherwise."""
EXISTING_TEAM = "chat-company-incremental"
"""Who works in a folder of the user's that has something in it, when nobody says who."""
DEMO_LABEL = "135M parameters, a demo, not for real work"
"""Stands wherever the embedded demo model is named to a person."""


class HostSettings(Frozen):
    """One model server of several."""

    url: str
    models: tuple[str, ...] = ()
    """Models to ask for there; empty: whatever it has."""
    parallel: int = Field(default=1, ge=1, le=64)
    """Most calls under way there at once."""


class ModelSettings(Frozen):
    """How models are asked."""

    provider: str | None = None
    """ollama, local, openai or scripted; None: ollama, and the embedded demo model when there is no server."""
    host: str | None = None
    model: str | None = None
    hosts: tuple[HostSettings, ...] = ()
    parallel: int = Field(default=1, ge=1, le=64)
    """Most calls under way at once at a host that is not in `hosts`."""
    num_ctx: int = Field(default=8192, ge=512, le=1 << 20)
    keep_alive: str = "30m"
    temperature: float | None = Field(default=None, ge=0, le=2)
    connect_s: float = Field(default=3.0, gt=0)
    first_token_s: float = Field(default=300.0, gt=0)
    """A cold model loads for long."""
    between_tokens_s: float = Field(default=60.0, gt=0)
    role_s: float = Field(default=900.0, gt=0)
    """Longest model call as a whole."""
    price_per_million_prompt: float = Field(default=0.0, ge=0)
    price_per_million_completion: float = Field(default=0.0, ge=0)


class RunSettings(Frozen):
    """agentsh.toml's [run]: what `agentsh run` does when a flag does not say otherwise."""

    team: str | None = None
    approve: Literal["ask", "once", "session", "always", "never"] = "ask"
    """What may run without asking. `never-ask` can be said on the command line only: no file sets it for its reader."""
    budget: BudgetCard = BudgetCard()
    most: BudgetCard = BudgetCard()
    """Limits that no team's own exceed; `budget`, and what is said on the command line, may."""


class ScreenSettings(Frozen):
    """agentsh.toml's [screen]: how the app looks."""

    theme: str | None = None
    """dark, light, or any of Textual's themes."""


class Settings(Frozen):
    """The whole of agentsh.toml, with AGENTSH_* environment variables and flags laid over it."""

    model: ModelSettings = ModelSettings()
    run: RunSettings = RunSettings()
    rules: RuleSettings = RuleSettings()
    screen: ScreenSettings = ScreenSettings()
    mcp: dict[str, ServerSettings] = {}
    """agentsh.toml's [mcp.NAME]: servers of tools, which roles name as `NAME.TOOL`, or `NAME` for all it has."""
    keys: dict[str, str] = {}
    """agentsh.toml's [keys]: keys by binding id, such as `session.pause = "f7"`; `agentsh` lists the ids under F1."""

    @field_validator("mcp")
    @classmethod
    def _are_named(cls, servers: dict[str, ServerSettings]) -> dict[str, ServerSettings]:
        for name in servers:
            if not SERVER_NAME.fullmatch(name) or name in SHIPPED:
                raise ValueError(
                    f"{name!r} is no name for a server: use a-z, 0-9, _ and -, and none of agentsh's tools"
                )
        return servers


class RunOptions(Frozen):
    """What one `agentsh run` was asked to do."""

    idea: str = Field(min_length=1)
    team: str | None = None
    provider: str | None = None
    model: str | None = None
    host: str | None = None
    session: SessionName | None = None
    workspace: str | None = None
    humans: tuple[RoleName, ...] = ()
    reviews: dict[str, ReviewMode] = {}
    """What of a role's documents the Boss sees first, in place of what its file says; `*` is every role."""
    approve: str | None = None
    budget: BudgetCard = BudgetCard()
    temperature: float | None = Field(default=None, ge=0, le=2)
    seed: int | None = None
    variables: dict[str, str] = {}
    pause_at: tuple[str, ...] = ()


class ResumeOptions(Frozen):
    """What one `agentsh resume` was asked to do otherwise than before; None: as it was."""

    workspace: str | None = None
    """Absolute path of the folder to work in."""
    approve: str | None = None
    model: str | None = None
    host: str | None = None
    budget: BudgetCard = BudgetCard()
    ticks: int | None = Field(default=None, ge=1)
    """So many more ticks of its world."""
    back_to: int | None = Field(default=None, ge=1)
    """First go back to this event; what came later is kept as a session of its own."""
