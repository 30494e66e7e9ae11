"""What roles say, and the reactions in which they say it."""

from typing import Literal

from pydantic import Field

from agentsh.core.ids import ActionName, MessageId, ReactionId, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import DumpedObject, Frozen


class MessagePublished(Frozen):
    """A message is on the bus. When a reaction published it, this is also the record of that step."""

    kind: Literal["message.published"] = "message.published"
    message: Message
    ordinal: int | None = None
    request_hash: str | None = None


class ReactionStarted(Frozen):
    """A role takes the messages that are due for it and begins to react."""

    kind: Literal["reaction.started"] = "reaction.started"
    reaction: ReactionId
    role: RoleName
    observed: tuple[MessageId, ...]
    round: int = 0
    action: ActionName | None = None
    """What the conductor wants done; None: the role thinks for itself."""
    brief: DumpedObject = Field(default_factory=dict)
    """What the conductor tells the role for it."""


class ReactionFinished(Frozen):
    """The role has done with these messages."""

    kind: Literal["reaction.finished"] = "reaction.finished"
    reaction: ReactionId
    role: RoleName


class ReactionFailed(Frozen):
    """The reaction ended with an error; its messages are due again after a retry."""

    kind: Literal["reaction.failed"] = "reaction.failed"
    reaction: ReactionId
    role: RoleName
    error: str
    hint: str = ""
    exit_code: int = 1
    raw: str = ""
    """What the model said last, when that was the trouble."""
    resumable: bool = True
    """Whether the same reaction can go on later; if not, a retry begins a new one on the same messages."""


class ReactionRetried(Frozen):
    """A failed reaction goes on: what it had finished is not done again."""

    kind: Literal["reaction.retried"] = "reaction.retried"
    reaction: ReactionId
    role: RoleName
    afresh: bool = False
    """Its messages are due again instead: going on would only find the same failure recorded."""


class ReactionDiverged(Frozen):
    """On resume a step asked for something else than what was recorded; it goes on live from there."""

    kind: Literal["reaction.diverged"] = "reaction.diverged"
    reaction: ReactionId
    role: RoleName
    ordinal: int
    recorded_hash: str
    request_hash: str


class MemorySummarised(Frozen):
    """A role's history up to and with message `upto` is told by `text` from now on."""

    kind: Literal["memory.summarised"] = "memory.summarised"
    role: RoleName
    reaction: ReactionId
    upto: MessageId
    text: str
