"""What roles say to each other. A message never changes."""

from agentsh.core.canonical import digest
from agentsh.core.ids import BOSS, USER_REQUIREMENT, ActionName, MessageId, ReactionId, RoleName
from agentsh.core.model import DumpedObject, Frozen, JsonObject


class Draft(Frozen):
    """A message that an action wants to publish; the engine gives it its id."""

    content: str
    data: JsonObject | None = None
    cause_by: ActionName
    send_to: tuple[RoleName, ...] = ()
    reply_to: MessageId | None = None
    tags: tuple[str, ...] = ()


class Message(Frozen):
    """One thing said, on the bus and in the journal. Source: MetaGPT's Message, made immutable."""

    id: MessageId
    content: str
    """Markdown. Untrusted when a model wrote it: shown only through `core.terminal`."""
    data: DumpedObject | None = None
    """Validated structured output: as the draft of it, which holds nothing but JSON."""
    cause_by: ActionName
    sent_from: RoleName
    send_to: tuple[RoleName, ...] = ()
    """Empty: whoever watches `cause_by` or one of the tags. Else: these roles, and nobody else."""
    reply_to: MessageId | None = None
    tags: tuple[str, ...] = ()
    reaction: ReactionId | None = None
    """The reaction that published it; None when a person said it."""
    round: int = 0
    """Length of the causal chain back to the Boss, whose messages are round 0."""


class News(Frozen):
    """What a role found when it looked up from its work. Stored: never rename a field."""

    due: tuple[MessageId, ...]
    seq: int
    """From now on the reaction sees history up to here."""


def said_digest(said: Message | Draft) -> str:
    """Return what two messages of one role have in common when they say the same to the same."""
    return digest(f"{said.cause_by}\n{said.send_to}\n{said.content}")


def from_boss(id: MessageId, content: str, send_to: tuple[RoleName, ...] = ()) -> Message:
    """Return the Boss's message with the given id."""
    return Message(id=id, content=content, cause_by=USER_REQUIREMENT, sent_from=BOSS, send_to=send_to)
