"""A judgement on what was written, by another action: approve, or rewrite with comments."""

from collections.abc import Sequence
from dataclasses import dataclass

from agentsh.core.files import FileDraft
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


async def judge(work: Work, item: Item, drafts: Sequence[FileDraft], time: int) -> Judgement:
    """Return what the action's review says.

    Args:
        work: the action that wrote them.
        item: what they were written for.
        drafts: what was written.
        time: how often it was judged before.
    """
    review = work.action.review
    if review is None:
        return Judgement(approved=True, comments="")
    card = work.action_named(review.action)
    schema = card.output or VERDICT
    card = card.model_copy(update={"output": schema})
    files = {draft.path: draft.text or "" for draft in drafts}
    work.reaction.doing(card.name)
    question = await work.question(card, label=f"{item.label}/{time}", extra=item.variables, files=files)
    data = await ask_structured(work.mind, question, schema, work.repairs)
    work.reaction.doing(work.action.name)
    said = {key: value for key, value in data.items() if key != "verdict"}
    return Judgement(data.get("verdict") != "rewrite", to_markdown(said) or "It is not good enough yet.")
