"""The part of a request that never changes once it is there: who the role is, and what was said, a turn a message.

A server that still has a request's front in its cache answers sooner; so each text here depends on one card or one
message only, never on what comes after it.
"""

from agentsh.core.cards import RoleCard
from agentsh.core.chat import ChatMessage
from agentsh.core.ids import BOSS, RoleName
from agentsh.core.messages import Message
from agentsh.roles.facts import TeamFacts


def prefix(card: RoleCard, facts: TeamFacts) -> str:
    """Return who the role is, for whom and with whom it works. Source: MetaGPT's role prefix."""
    lines = [f"You are {card.name}, {_with_article(card.profile)}."]
    if card.goal:
        lines.append(f"Your goal: {_sentence(card.goal)}")
    if card.constraints:
        lines.append(f"Your constraints: {_sentence(card.constraints)}")
    lines.append(_environment(card.name, facts))
    if card.backstory.strip():
        lines += ["", card.backstory.strip()]
    return "\n".join(lines)


def turn(message: Message, me: RoleName) -> ChatMessage:
    """Return one remembered message as a turn: the role's own as its answer, another's with a line of whose it is."""
    if message.sent_from == me:
        return ChatMessage(role="assistant", content=message.content)
    return ChatMessage(role="user", content=f"{header(message)}\n\n{message.content}")


def header(message: Message) -> str:
    """Return `From architect (write_design):`."""
    return f"From {message.sent_from} ({message.cause_by}):"


def summary_turn(text: str) -> ChatMessage:
    """Return what stands for the history before the first turn."""
    return ChatMessage(role="user", content=f"What happened before, in short:\n\n{text.strip()}")


def _environment(me: RoleName, facts: TeamFacts) -> str:
    if facts.setting:
        return f"Where you live: {_sentence(facts.setting)}"
    others = ", ".join(f"{colleague.name} ({colleague.profile})" for colleague in facts.others(me))
    team = f"You work in the team {facts.name} for the {BOSS}"
    return f"{team}, with {others}." if others else f"{team}."


def _with_article(profile: str) -> str:
    return f"{'an' if profile[:1].lower() in 'aeiou' else 'a'} {profile}"


def _sentence(text: str) -> str:
    stripped = text.strip()
    return stripped if stripped[-1:] in ".!?" else f"{stripped}."
