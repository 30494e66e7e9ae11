"""The part of a request that never changes once it is there: who the role is, and what was said, a turn a message.

A server that still has a request's front in its cache answers sooner; so each text here depends on one card or one
message only, never on what comes after it.
"""

from agentsh.core.cards import RoleCard
from agentsh.core.chat import ChatMessage
from agentsh.core.ids import BOSS, RoleName
from agentsh.core.messages import Message
from agentsh.roles.facts import TeamFacts
from agentsh.roles.words import Words


def prefix(card: RoleCard, facts: TeamFacts, words: Words) -> str:
    """Return who the role is, for whom and with whom it works. Source: MetaGPT's role prefix."""
    return words.say(
        "role",
        name=card.name,
        profile=card.profile,
        goal=_sentence(card.goal),
        constraints=_sentence(card.constraints),
        backstory=card.backstory.strip(),
        setting=_sentence(facts.setting),
        team=facts.name,
        boss=BOSS,
        others=[{"name": other.name, "profile": other.profile} for other in facts.others(card.name)],
    )


def turn(message: Message, me: RoleName) -> ChatMessage:
    """Return one remembered message as a turn: the role's own as its answer, another's with a line of whose it is."""
    if message.sent_from == me:
        return ChatMessage(role="assistant", content=message.content)
    return ChatMessage(role="user", content=f"{header(message)}\n\n{message.content}")


def header(message: Message) -> str:
    """Return `From architect (write_design):`."""
    return f"From {message.sent_from} ({message.cause_by}):"


def _sentence(text: str) -> str:
    """Return a text of a card with a full stop at its end; nothing of nothing."""
    stripped = text.strip()
    return stripped if not stripped or stripped[-1] in ".!?" else f"{stripped}."
