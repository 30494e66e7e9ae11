"""What a role remembers when it is about to ask: its history, oldest first, and which of it the action is about."""

from collections.abc import Mapping
from dataclasses import dataclass

from agentsh.core.cards import ActionCard, RoleCard
from agentsh.core.ids import USER_REQUIREMENT, ActionName, MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.engine.reaction import Reaction

MOST_MESSAGES = 1000
"""More than that no window holds; older ones are only reached by cause."""

Summary = tuple[MessageId, str]
"""(last message that it covers, text)"""


@dataclass(frozen=True)
class Recall:
    """What stands in one prompt.

    Attributes:
        summary: what stands for the messages before the first.
        messages: the history since, oldest first.
        about: what the action is about; some of it may be older than the history.
    """

    summary: Summary | None = None
    messages: tuple[Message, ...] = ()
    about: tuple[Message, ...] = ()

    @property
    def older(self) -> tuple[Message, ...]:
        """Return what the action is about and the history no longer holds."""
        held = {message.id for message in self.messages}
        return tuple(message for message in self.about if message.id not in held)


class Memory:
    """One role's memory: what it said, what was said to it, and what its work is about. Source: MetaGPT's Memory."""

    def __init__(self, card: RoleCard, actions: Mapping[ActionName, ActionCard]) -> None:
        self._name: RoleName = card.name
        self._tags = frozenset(card.tags)
        contexts = (actions[name].context or () for name in card.actions if name in actions)
        self._causes = frozenset([USER_REQUIREMENT, *card.watch, *(cause for causes in contexts for cause in causes)])
        self._hears_all = not card.watch
        """Who watches nothing in particular is told by a conductor when to speak, and listens meanwhile."""
        self.window = card.memory.window

    async def recall(self, reaction: Reaction, action: ActionCard, summary: Summary | None) -> Recall:
        """Return what a prompt for `action` shows."""
        heard = await _heard(reaction, summary) if self.window else []
        messages = tuple(message for message in heard if self._concerns(message))
        return Recall(summary=summary, messages=messages, about=await about(reaction, action))

    def _concerns(self, message: Message) -> bool:
        mine = message.sent_from == self._name or self._name in message.send_to
        return self._hears_all or mine or message.cause_by in self._causes or not self._tags.isdisjoint(message.tags)


async def about(reaction: Reaction, action: ActionCard) -> tuple[Message, ...]:
    """Return what an action is about: the newest message of each cause of its context, else what was observed."""
    if action.context is None:
        return reaction.observed
    found: list[Message] = []
    for cause in dict.fromkeys(action.context):
        found += await reaction.history(causes=[cause], last=1)
    return tuple(found)


async def _heard(reaction: Reaction, summary: Summary | None) -> list[Message]:
    if summary is None:
        return await reaction.history(last=MOST_MESSAGES)
    heard = await reaction.history(after=summary[0], last=MOST_MESSAGES)
    covered = next((index for index, message in enumerate(heard) if message.id == summary[0]), -1)
    return heard[covered + 1 :]
