"""Publishing: a message is on the bus exactly once, because its event is the record of the step."""

from agentsh.core.errors import LoopDetected
from agentsh.core.events import MessagePublished
from agentsh.core.ids import message_id
from agentsh.core.messages import Draft, Message
from agentsh.engine.desk import Desk
from agentsh.engine.state import OpenReaction
from agentsh.engine.steps import Effect, Outcome

MOST_REPEATS = 2
"""How often in a row a role may say the same again before it counts as a loop."""


def publish_effect(desk: Desk, opened: OpenReaction, draft: Draft) -> Effect[Message]:
    """Return the step that publishes; it raises LoopDetected for a role that only repeats itself."""

    async def perform(ordinal: int) -> Outcome[Message]:
        speaker = desk.log.state.roles[opened.role]
        if speaker.said_again >= MOST_REPEATS:
            raise LoopDetected(
                f"{opened.role} has said the same {speaker.said_again + 1} times in a row",
                hint="say something to it, or change its prompt, then resume",
            )
        message = Message(
            id=message_id(opened.reaction, ordinal),
            content=draft.content,
            data=draft.data,
            cause_by=draft.cause_by,
            sent_from=opened.role,
            send_to=draft.send_to,
            reply_to=draft.reply_to,
            tags=draft.tags,
            reaction=opened.reaction,
            round=opened.round,
        )
        return Outcome(message, None, record=MessagePublished(message=message))

    return Effect(
        kind="publish",
        request=draft.model_dump(mode="json"),
        perform=perform,
        revive=Message.model_validate,
        instant=True,
        message=draft.content,
    )
