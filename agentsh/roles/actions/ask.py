"""One answer: Markdown, or structured output told as Markdown."""

from agentsh.core.messages import Message
from agentsh.roles.ask import ask_structured, ask_text
from agentsh.roles.markdown import to_markdown
from agentsh.roles.work import Work


async def ask(work: Work) -> Message:
    """Ask once and publish what came. Raises OutputInvalid."""
    question = await work.question()
    schema = work.action.output
    if schema is None:
        return await work.publish(await ask_text(work.mind, question, work.repairs))
    data = await ask_structured(work.mind, question, schema, work.repairs)
    return await work.publish(to_markdown(data), data)
