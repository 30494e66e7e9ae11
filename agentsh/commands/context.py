"""What a command is run with: the session that is open, and what lies outside of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from agentsh.core.cards import ActionCard, RoleCard
from agentsh.core.errors import UsageError
from agentsh.core.ids import ActionName, RoleName
from agentsh.core.model import Frozen
from agentsh.core.summary import SessionSummary
from agentsh.session.export import ExportFormat
from agentsh.session.facade import Session

if TYPE_CHECKING:
    from agentsh.commands.registry import Registry


class Named(Frozen):
    """Something that there is, with a line about it."""

    name: str
    summary: str = ""


class SettingsFile(Frozen):
    """The settings: where they are, and what they say as a whole."""

    path: Path
    text: str
    """The file as it is; empty: there is none yet."""
    effective: str
    """What holds, defaults and environment included, as TOML-like lines."""


class Forked(Frozen):
    """A session that was made from another one."""

    name: str
    seq: int
    """The last event that both have."""
    lost: tuple[str, ...] = ()
    """Files that nothing holds as they were then."""


class Outside(Protocol):
    """The world around a session, as far as commands look at it. Wiring fulfils it."""

    async def sessions(self) -> list[SessionSummary]:
        """Return all sessions, newest first."""

    async def teams(self) -> list[Named]:
        """Return the teams that there are."""

    async def worlds(self) -> list[Named]:
        """Return the worlds that there are."""

    async def roles(self) -> list[Named]:
        """Return the role files that there are, as /hire takes them."""

    async def role(self, file: str) -> tuple[RoleCard, Mapping[ActionName, ActionCard]]:
        """Return a role, by its name in the library or the path of its file, with its actions.

        Raises:
            UsageError: there is none, or its file is wrong.
        """

    async def check_name(self, name: str) -> None:
        """Raise UsageError when no session could get this name."""

    async def export(self, session: Session, format: ExportFormat, path: str | None) -> Path:
        """Write a session into a file, by default beside its workspace; return where."""

    async def fork(self, session: Session, at: int | None, name: str | None) -> Forked:
        """Make a session that is this one up to an event, by default the newest.

        Raises:
            UsageError: it has no such event, or the name is taken.
            StoreError: it could not be written.
        """

    async def last_turn(self, session: Session) -> int:
        """Return the event before the newest word of the Boss's. Raises UsageError when that began the session."""

    async def settings(self) -> SettingsFile:
        """Return the settings file."""


@dataclass(slots=True)
class Context:
    """Belongs to one shell; `live` changes when it opens another session."""

    outside: Outside
    registry: "Registry"
    live: Session | None = None
    recent: dict[str, tuple[float, list[Named]]] = field(default_factory=dict)
    """What completion found lately, by source, with the time of it: not every key asks a server."""

    @property
    def session(self) -> Session:
        """The open session. Raises UsageError when there is none."""
        if self.live is None:
            raise UsageError("no session is open", hint="Type: /new IDEA, or /sessions to pick one")
        return self.live

    @property
    def roles(self) -> tuple[RoleName, ...]:
        """Names of the team's roles; none without a session."""
        return () if self.live is None else tuple(role.name for role in self.live.view().roles)

    def role(self, name: RoleName) -> RoleName:
        """Return `name` when it is a role of the team; raises UsageError that names those there are."""
        if name not in self.roles:
            raise UsageError(f"there is no role {name!r}", hint=f"there are: {', '.join(self.roles) or 'none'}")
        return name
