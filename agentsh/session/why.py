"""What caused a message: its reaction, what that observed, and so on back to the Boss."""

from agentsh.core import events as e
from agentsh.core.ids import ActionName, MessageId, ReactionId, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import Frozen
from agentsh.ports import Journal

PAGE_EVENTS = 200


class Cause(Frozen):
    """A message and what set off the reaction that published it."""

    message: Message
    reaction: ReactionId | None = None
    role: RoleName
    action: ActionName
    told: bool = False
    """Whether its causes stand elsewhere in the tree already."""
    causes: tuple["Cause", ...] = ()


async def why(journal: Journal, message: Message) -> Cause:
    """Return the tree of causes of a message; each message is followed once. No reaction is read twice."""
    return await _cause(journal, message, set())


async def _cause(journal: Journal, message: Message, seen: set[MessageId]) -> Cause:
    told = message.id in seen
    seen.add(message.id)
    observed = () if told or message.reaction is None else await observed_by(journal, message.reaction)
    found = [await journal.message(id_) for id_ in observed]
    causes = [await _cause(journal, said, seen) for said in found if said is not None]
    return Cause(
        message=message,
        reaction=message.reaction,
        role=message.sent_from,
        action=message.cause_by,
        told=told,
        causes=tuple(causes),
    )


async def observed_by(journal: Journal, reaction: ReactionId) -> tuple[MessageId, ...]:
    """Return what set a reaction off; it began some events before its first step."""
    recorded = await journal.steps(reaction)
    upto = recorded[0].seq if recorded else journal.last_seq + 1
    while upto > 1:
        after = max(upto - 1 - PAGE_EVENTS, 0)
        for item in reversed(await journal.read(after=after, limit=upto - 1 - after)):
            if isinstance(item.event, e.ReactionStarted) and item.event.reaction == reaction:
                return item.event.observed
        upto = after + 1
    return ()
