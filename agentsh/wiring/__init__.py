"""The one place that builds everything from settings: sessions, and providers for commands that manage models."""

from agentsh.wiring.models import Wish, open_provider
from agentsh.wiring.sessions import reopened, started

__all__ = ["Wish", "open_provider", "reopened", "started"]
