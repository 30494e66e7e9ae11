"""The one place that builds everything from settings: sessions, and providers for commands that manage models."""

from agentsh.wiring.models import open_provider
from agentsh.wiring.sessions import reopened, started

__all__ = ["open_provider", "reopened", "started"]
