"""Cards and messages for tests, with as little said as a test needs."""

from collections.abc import Mapping

from agentsh.core.cards import ActionCard, RoleCard
from agentsh.core.ids import BOSS, USER_REQUIREMENT, ActionName, MessageId, RoleName
from agentsh.core.messages import Message, from_boss
from agentsh.core.model import JsonObject
from agentsh.library.home import shipped_prompts
from agentsh.library.templates import PromptRenderer
from agentsh.roles.asking import Asking
from agentsh.roles.facts import Colleague, TeamFacts
from agentsh.roles.role import LlmRole

TITLED: JsonObject = {
    "type": "object",
    "properties": {
        "title": {"type": "string", "maxLength": 80},
        "goals": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["title", "goals"],
    "additionalProperties": False,
}
VALID = '{"title": "Snake", "goals": ["fun", "short"]}'


def action(name: str, prompt: str = "Do it.", **fields: object) -> ActionCard:
    """Return an action card."""
    return ActionCard.model_validate({"name": name, "prompt": prompt, **fields})


def role_card(name: str, *actions: str, profile: str = "worker", **fields: object) -> RoleCard:
    """Return a role card that reacts to the Boss with all its actions."""
    return RoleCard.model_validate({"name": name, "profile": profile, "actions": actions, **fields})


def cast_role(card: RoleCard, *actions: ActionCard, facts: TeamFacts | None = None, **asking: object) -> LlmRole:
    """Return a role on the real renderer."""
    named: Mapping[ActionName, ActionCard] = {each.name: each for each in actions}
    settings = Asking.model_validate({"model": "tiny", **asking})
    return LlmRole(card, named, settings, PromptRenderer([shipped_prompts()]), facts or facts_of(card))


def summarise_prompt() -> str:
    """Return what a role is asked when its older history has no room, as it ships."""
    return (shipped_prompts() / "parts" / "summarise.md").read_text(encoding="utf-8").strip()


def facts_of(*cards: RoleCard) -> TeamFacts:
    """Return what the roles of a team know of it."""
    colleagues = tuple(Colleague(name=card.name, profile=card.profile) for card in cards)
    return TeamFacts(name="company", colleagues=colleagues)


def boss_says(text: str = "Write a tool", number: int = 1) -> Message:
    """Return a message of the Boss."""
    return from_boss(MessageId(f"{BOSS}:{number}"), text)


def message(
    id: str, content: str, *, cause: str = USER_REQUIREMENT, data: JsonObject | None = None, to: tuple[str, ...] = ()
) -> Message:
    """Return a message; the first part of its id is who sent it."""
    return Message(
        id=MessageId(id),
        content=content,
        data=data,
        cause_by=ActionName(cause),
        sent_from=RoleName(id.partition(":")[0]),
        send_to=tuple(RoleName(name) for name in to),
    )
