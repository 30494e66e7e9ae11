"""One answer: Markdown, or structured output told as Markdown."""

import json
from dataclasses import dataclass, replace

from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.outputs import validate_output
from agentsh.roles.ask import ask_structured, ask_text
from agentsh.roles.markdown import to_markdown
from agentsh.roles.question import Question
from agentsh.roles.reviewing import Refused, refusal, reviewed
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
    question = await work.question()
    document = await _written(work, question)
    refusals: list[str] = []
    while work.under_review:
        try:
            document = await _reviewed(work, document)
            break
        except Refused as refused:
            refusals.append(str(refused) or "No reason was given.")
            again = question.again(document.editable, refusal(refusals))
            document = await _written(work, replace(again, attempt=len(refusals)))
    return await work.publish(document.text, document.data)


async def _written(work: Work, question: Question) -> _Document:
    schema = work.action.output
    if schema is None:
        return _Document(await ask_text(work.mind, question, work.repairs))
    data = await ask_structured(work.mind, question, schema, work.repairs)
    return _Document(to_markdown(data), data)


async def _reviewed(work: Work, document: _Document) -> _Document:
    """Return the document as the Boss wants it. Raises Refused."""

    def read(edited: str) -> _Document:
        schema = work.action.output
        if schema is None:
            if not edited.strip():
                raise ValueError("It is empty.")
            return _Document(edited.strip())
        data = validate_output(schema, edited)
        return _Document(to_markdown(data), data)

    return await reviewed(work.reaction, f"publish {work.action.name}", document.editable, document, read)
