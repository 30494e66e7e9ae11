"""Publishing: a message is on the bus exactly once, because its event is the record of the step."""

from agentsh.core.ids import message_id, question_id
from agentsh.core.messages import Draft, Message
from agentsh.engine.desk import Desk
from agentsh.engine.loops import check_repeats
from agentsh.engine.state import OpenReaction
from agentsh.engine.steps import Effect, Outcome


def publish_effect(desk: Desk, opened: OpenReaction, draft: Draft) -> Effect[Message]:
    """Return the step that publishes; for a role that only repeats itself it asks, or raises LoopDetected."""

    async def perform(ordinal: int) -> Outcome[Message]:
        await check_repeats(desk, opened.role, draft, question_id(opened.reaction, ordinal))
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
        return Outcome(message, None, record=message)

    return Effect(
        kind="publish",
        request=draft.model_dump(mode="json"),
        perform=perform,
        revive=Message.model_validate,
        instant=True,
        message=draft.content,
    )
