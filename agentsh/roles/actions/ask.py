"""One answer: Markdown, or structured output told as Markdown."""

import json
from dataclasses import dataclass
from functools import partial

from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.outputs import validate_output
from agentsh.roles.ask import ask_structured, ask_text
from agentsh.roles.markdown import to_markdown
from agentsh.roles.question import Question
from agentsh.roles.reviewing import Reviewable, as_wanted
from agentsh.roles.work import Work


@dataclass(frozen=True)
class _Document:
    """What is published: its text, and the structure that it tells of, if there is one."""

    text: str
    data: JsonObject | None = None

    @property
    def editable(self) -> str:
        """What a person reads and changes."""
        return self.text if self.data is None else json.dumps(self.data, indent=2, ensure_ascii=False)


async def ask(work: Work) -> Message:
    """Ask, and publish what came, as the Boss wants it where the role's card says so. Raises OutputInvalid."""
    how = Reviewable(
        what=lambda _: f"publish {work.action.name}",
        text=lambda document: document.editable,
        read=partial(_read, work.action.output),
        make=partial(_written, work),
    )
    document = await as_wanted(work, await work.question(), how)
    return await work.publish(document.text, document.data)


async def _written(work: Work, question: Question) -> _Document:
    schema = work.action.output
    if schema is None:
        return _Document(await ask_text(work.mind, question, work.repairs))
    data = await ask_structured(work.mind, question, schema, work.repairs)
    return _Document(to_markdown(data), data)


def _read(schema: JsonObject | None, edited: str) -> _Document:
    """Return what the Boss made of a document. Raises ValueError, with words for the Boss, when it does not hold."""
    if schema is not None:
        data = validate_output(schema, edited)
        return _Document(to_markdown(data), data)
    if not edited.strip():
        raise ValueError("It is empty.")
    return _Document(edited.strip())
