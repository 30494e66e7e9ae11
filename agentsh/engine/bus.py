"""Routes each message to the roles that watch its cause, listen to a tag of it, or are named in it."""

from collections.abc import Iterable

from agentsh.core.cards import RoleCard
from agentsh.core.ids import SILENT, ActionName, RoleName
from agentsh.core.messages import Message


class Bus:
    """An index from causes and tags to roles: finding receivers never scans the roles."""

    def __init__(self, cards: Iterable[RoleCard], entry: RoleName | None = None) -> None:
        self._names: dict[RoleName, None] = {}
        self._by_cause: dict[ActionName, list[RoleName]] = {}
        self._by_tag: dict[str, list[RoleName]] = {}
        self._entry = entry
        for card in cards:
            self.add(card)

    def add(self, card: RoleCard) -> None:
        """Route messages to this role from now on."""
        self._names[card.name] = None
        for cause in card.watch:
            self._by_cause.setdefault(cause, []).append(card.name)
        for tag in card.tags:
            self._by_tag.setdefault(tag, []).append(card.name)

    def receivers(self, message: Message) -> list[RoleName]:
        """Return who gets the message, each once, in the order of the team. Unknown names get nothing."""
        if message.cause_by in SILENT:
            return []
        if message.send_to:
            return [name for name in dict.fromkeys(message.send_to) if name in self._names]
        if self._entry is not None and message.reaction is None:
            return [self._entry]
        watchers = self._by_cause.get(message.cause_by, [])
        if not message.tags:
            return list(watchers)
        listeners = (name for tag in message.tags for name in self._by_tag.get(tag, ()))
        found = dict.fromkeys([*watchers, *listeners])
        return [name for name in self._names if name in found]
