"""How a role asks its model: which one, within what window, how it samples."""

from pydantic import Field

from agentsh.core.model import Frozen
from agentsh.core.tools import CallProtocol

DEFAULT_TEMPERATURE = 0.2


class Asking(Frozen):
    """One role's settings for model calls."""

    model: str
    num_ctx: int = Field(default=8192, ge=512)
    """Context window, tokens: one value a model and session, since a changed one makes a server load it anew."""
    temperature: float | None = Field(default=None, ge=0, le=2)
    """What holds when neither the action nor the role says otherwise."""
    protocols: dict[str, CallProtocol] = {}
    """How each model is asked for a tool call; one that is not here, piece by piece."""
    repairs: int = Field(default=2, ge=0, le=2)
    """How often an answer that does not fit goes back with what is wrong with it."""

    @property
    def reserve_tokens(self) -> int:
        """Room left free for what a chat template adds, and for the estimate's error."""
        return self.num_ctx // 20

    def num_predict(self, max_tokens: int) -> int:
        """Return how much of `max_tokens` may be asked for: at most half the window, so that a prompt fits beside."""
        return max(1, min(max_tokens, self.num_ctx // 2))
