"""A judgement on what was written, by another action: approve, or rewrite with comments."""

from dataclasses import dataclass

from agentsh.core.ids import ActionName
from agentsh.core.model import JsonObject
from agentsh.roles.actions.items import Item
from agentsh.roles.ask import ask_structured
from agentsh.roles.markdown import to_markdown
from agentsh.roles.work import Work

VERDICT: JsonObject = {
    "type": "object",
    "properties": {
        "comments": {"type": "array", "items": {"type": "string", "maxLength": 300}, "maxItems": 8},
        "verdict": {"type": "string", "enum": ["approve", "rewrite"]},
    },
    "required": ["comments", "verdict"],
    "additionalProperties": False,
}
"""What a review answers when its action has no output of its own; one that has needs these two as well."""


@dataclass(frozen=True)
class Judgement:
    """What a review came to."""

    approved: bool
    comments: str


async def judge(work: Work, name: ActionName, item: Item, files: dict[str, str], time: int) -> Judgement:
    """Return what the reviewing action says of `files`.

    Args:
        work: the action that wrote them.
        name: of the reviewing action.
        item: what they were written for.
        files: their texts.
        time: how often they were judged before.
    """
    card = work.action_named(name)
    schema = card.output or VERDICT
    card = card.model_copy(update={"output": schema})
    work.reaction.doing(card.name)
    question = await work.question(card, label=f"{item.label}/{time}", extra=item.variables, files=files)
    data = await ask_structured(work.mind, question, schema, work.repairs)
    work.reaction.doing(work.action.name)
    said = {key: value for key, value in data.items() if key != "verdict"}
    return Judgement(data.get("verdict") != "rewrite", to_markdown(said) or "It is not good enough yet.")
