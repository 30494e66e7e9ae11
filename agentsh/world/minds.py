"""What ties an entity to a role that thinks for it."""

from agentsh.core.ids import MessageId, RoleName
from agentsh.core.model import JsonObject
from agentsh.world.kinds import component


@component("identity", "stored")
class Name:
    """By which people and files call the entity."""

    text: str


@component("identity", "stored")
class Agent:
    """The entity thinks: a role of the session does it."""

    role: RoleName


@component("behaviour", "stored")
class Asked:
    """A thought is under way: the agent was told what it perceives, and has not answered yet."""

    tick: int
    message: MessageId


@component("perception_memory", "transient")
class Reply:
    """What the agent thought; there in the tick in which it lands."""

    message: MessageId
    content: str
    data: JsonObject


@component("perception_memory", "transient")
class NoReply:
    """The agent was asked and no thought came of it; there in the tick in which that is known."""

    reason: str
