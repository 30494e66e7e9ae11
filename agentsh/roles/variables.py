"""Values of the names that a prompt file may use; `library.templates` says what each of them is.

What was said stands before the prompt in every request, a turn a message. `context` and `observed` are there for a
prompt that picks something out of it.
"""

import re
from collections.abc import Mapping

from pydantic import JsonValue

from agentsh.core.cards import RoleCard
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.record import without_record
from agentsh.roles.excerpt import lines_of

_SAYS_STEP = re.compile(r"\bstep\.")
_SAYS_MAP = re.compile(r"\{\{-?\s*map\b")
_SAYS_FILES = re.compile(r"\{[{%][^{}]*\bfiles\b")


def says_files(template: str) -> bool:
    """Return whether a prompt looks at the workspace."""
    return _SAYS_FILES.search(template) is not None


def says_step(template: str) -> bool:
    """Return whether a prompt says itself which step of a plan it is for."""
    return _SAYS_STEP.search(template) is not None


def says_map(template: str) -> bool:
    """Return whether a prompt looks at the workspace from far."""
    return _SAYS_MAP.search(template) is not None


def of_role(card: RoleCard) -> JsonObject:
    """Return `role`: who is asked."""
    return {"name": card.name, "profile": card.profile, "goal": card.goal, "constraints": card.constraints}


def of_messages(messages: tuple[Message, ...], cap: int | None) -> list[JsonValue]:
    """Return `context` or `observed`, each text cut to `cap` lines."""
    return [
        {
            "role": message.sent_from,
            "action": message.cause_by,
            "content": lines_of(message.content, cap),
            "data": message.data or {},
        }
        for message in messages
    ]


def of_files(files: Mapping[str, str], cap: int | None) -> JsonObject:
    """Return `files`, each cut to `cap` lines. What was checked is no part of a README that anybody should rewrite."""
    return {path: lines_of(without_record(text), cap) for path, text in files.items()}


def of_verdict(data: JsonObject | None, cap: int | None) -> JsonObject | None:
    """Return `verdict`: what a verification came to and which gate failed, its evidence cut to `cap` lines."""
    if data is None:
        return None
    listed = data.get("gates")
    gates = [_gate(gate, cap) for gate in listed if isinstance(gate, dict)] if isinstance(listed, list) else []
    failure = next((gate for gate in gates if not gate.get("passed")), None)
    told: list[JsonValue] = [*gates]
    return {"passed": data.get("passed"), "failure": failure, "gates": told}


def _gate(gate: JsonObject, cap: int | None) -> JsonObject:
    return gate | {"evidence": lines_of(str(gate.get("evidence") or ""), cap)}
