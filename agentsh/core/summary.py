"""What a session is, in one glance: the shape of `sessions list --json` and `sessions show --json`."""

from agentsh.core.events import Status
from agentsh.core.model import Frozen


class Tokens(Frozen):
    """Tokens of all model calls of a session."""

    prompt: int = 0
    completion: int = 0


class Parent(Frozen):
    """Where a session was forked from."""

    session: str
    seq: int


class SessionSummary(Frozen):
    """One session. Scripts read these keys: they are never renamed."""

    name: str
    team: str
    idea: str
    status: Status
    model: str
    provider: str
    messages: int = 0
    steps: int = 0
    tokens: Tokens = Tokens()
    seconds: float = 0.0
    """Model time."""
    size_bytes: int = 0
    created_at: str = ""
    updated_at: str = ""
    workspace: str = ""
    parent: Parent | None = None
    roles: tuple[str, ...] = ()
