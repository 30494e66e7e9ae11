"""What an agent of a world makes of what it perceives: the same as asking, and the world alone hears it."""

from agentsh.core.messages import Message
from agentsh.core.worlds import WORLD
from agentsh.roles.ask import ask_structured, ask_text
from agentsh.roles.markdown import to_markdown
from agentsh.roles.work import Work


async def think(work: Work) -> Message:
    """Ask once and tell the world. Raises OutputInvalid."""
    question = await work.question()
    schema = work.action.output
    if schema is None:
        return await work.publish(await ask_text(work.mind, question, work.repairs), send_to=(WORLD,))
    data = await ask_structured(work.mind, question, schema, work.repairs)
    return await work.publish(to_markdown(data), data, send_to=(WORLD,))
