"""What the app needs of the world around a session. The command line makes one; the app reaches nothing else."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from agentsh.commands.context import Context, Named
    from agentsh.commands.history import History
    from agentsh.core.chat import PullProgress
    from agentsh.core.summary import SessionSummary
    from agentsh.session.facade import Session

    Opening = AbstractAsyncContextManager[Session]
    Progress = Callable[[PullProgress], None]


@dataclass(frozen=True, slots=True)
class Begin:
    """A new session is wanted."""

    idea: str
    team: str | None = None
    demo: bool = False
    """Whether the embedded demo model is to be used, no server being there."""
    model: str | None = None
    world: str | None = None
    """The world that is to tick, in place of an idea."""


@dataclass(frozen=True, slots=True)
class Reopen:
    """A session that there is, is wanted; None: the latest."""

    name: str | None = None
    back_to: int | None = None
    """First let it go back to this event."""


Wanted = Begin | Reopen


@dataclass(frozen=True, slots=True)
class Offer:
    """What a session is begun with unless something else is chosen, and the models to choose from."""

    usual_team: str
    """The team of whoever names none."""
    team: str | None = None
    """The one that the settings name."""
    host: str = ""
    models: "tuple[Named, ...]" = ()
    model: str = ""
    """The one that is asked; empty: none can be."""
    problem: str = ""
    """Why no model can be asked."""
    stands_in: bool = False
    """Whether the embedded demo model stands in then."""
    last: "Begin | None" = None
    """With what a session was begun the last time, as far as it is still there."""


class Lobby(Protocol):
    """Lists, begins and reopens sessions, pulls models, knows the user's settings."""

    @property
    def keys(self) -> Mapping[str, str]:
        """Keys by binding id, as agentsh.toml rebinds them."""

    @property
    def theme(self) -> str | None:
        """The theme that agentsh.toml names."""

    @property
    def context(self) -> "Context":
        """What slash commands are run with."""

    @property
    def history(self) -> "History":
        """What was typed before."""

    def open(self, wanted: Wanted, progress: "Progress") -> "Opening":
        """Return what opens a session. Entering raises AgentshError when that cannot be done."""

    async def sessions(self) -> "list[SessionSummary]":
        """Return all sessions, newest first."""

    async def last_said(self, name: str) -> str:
        """Return what was said last in a session, and by whom; nothing when that cannot be read."""

    async def offer(self) -> Offer:
        """Return what a session can be begun with. That no server answers is part of it, not an error."""

    async def load_ahead(self) -> None:
        """Load what opening a session takes, so that it is there when one is opened."""

    def pull(self, model: str) -> "AsyncIterator[PullProgress]":
        """Download a model to the server. Raises ProviderError."""


LobbyMaker = Callable[[], Lobby]
"""Makes the lobby. It may take a while, and is called on a thread."""
