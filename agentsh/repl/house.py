"""What the line shell needs of the world around a session: the command line makes it, and nothing else is reached."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from agentsh.commands.context import Context
from agentsh.commands.history import History
from agentsh.core.chat import PullProgress
from agentsh.session.facade import Session

Opening = AbstractAsyncContextManager[Session]
Progress = Callable[[PullProgress], None]


@dataclass(frozen=True, slots=True)
class Begin:
    """A new session is wanted."""

    idea: str
    team: str | None = None
    demo: bool = False
    """Whether the embedded demo model is to do the work, because the person said so."""
    world: str | None = None
    """The world that is to tick, in place of an idea."""


@dataclass(frozen=True, slots=True)
class Reopen:
    """A session that there is, is wanted."""

    name: str
    back_to: int | None = None
    """First let it go back to this event."""


Wanted = Begin | Reopen


@dataclass(frozen=True, slots=True)
class House:
    """Where sessions live.

    Attributes:
        context: what commands are run with.
        open: returns what opens a session; entering it raises AgentshError when that cannot be done.
        pull: downloads a model to the server. Raises ProviderError.
        history: what was typed before.
    """

    context: Context
    open: Callable[[Wanted, Progress], Opening]
    pull: Callable[[str], AsyncIterator[PullProgress]]
    history: History
