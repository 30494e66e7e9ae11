"""Asks a role something off the record: answered from its memory, not remembered. Source: Generative Agents."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from agentsh.core import events as e
from agentsh.core.chat import Answer, ChatRequest
from agentsh.core.errors import UsageError
from agentsh.core.ids import ReactionId, RoleName
from agentsh.core.messages import Message
from agentsh.engine.desk import Desk
from agentsh.engine.effects.model import generation
from agentsh.engine.glimpse import Glimpse
from agentsh.engine.reaction import Reaction
from agentsh.engine.run import Run

Recollection = tuple[str | None, tuple[Message, ...]]
"""(what stands for older history, the messages since)"""


@runtime_checkable
class Remembers(Protocol):
    """A role that can tell what it has in mind."""

    async def interview(self, reaction: Reaction, question: str, in_mind: Sequence[str] = ()) -> ChatRequest:
        """Return what its model is asked, so that it answers from its memory, and from what comes to its mind."""

    async def recall(self, reaction: Reaction) -> Recollection:
        """Return what it has in memory."""


class Interviews:
    """Conversations that leave no trace but their event."""

    def __init__(self, desk: Desk, run: Run) -> None:
        self._desk = desk
        self._run = run
        self._number = 0

    async def ask(self, role: RoleName, question: str, in_mind: Sequence[str] = ()) -> Answer:
        """Return the role's answer, streamed to followers as pieces of the reaction `ROLE:interview:N` meanwhile.

        It does not pass the gate: a role can be questioned while everything stands still. `in_mind` is what it knows
        beside its messages.

        Raises:
            ProviderError: the model did not answer.
            UsageError: a role of this kind has no memory to answer from.
        """
        request = await self._remembering(role).interview(self._glimpse(role), question, in_mind)
        self._number += 1
        reaction = ReactionId(f"{role}:interview:{self._number}")
        answer = await generation(self._desk, role, reaction, 0, request)
        await self._desk.log.append(
            e.Interviewed(role=role, question=question, answer=answer.text, model=request.model, usage=answer.usage)
        )
        return answer

    async def recall(self, role: RoleName) -> Recollection:
        """Return what a role has in memory. Raises UsageError when it has none of its own."""
        return await self._remembering(role).recall(self._glimpse(role))

    def _remembering(self, role: RoleName) -> Remembers:
        found = self._run.roles[role]
        if not isinstance(found, Remembers):
            raise UsageError(f"{role} has no memory to look into", hint="see /bus for what it said and heard")
        return found

    def _glimpse(self, role: RoleName) -> Glimpse:
        facts = self._desk.log.state.facts
        if facts is None:
            raise UsageError("the session has not started", hint="say something first")
        return Glimpse(self._desk, facts, role, ())
