"""Which of a role's actions are called for: by the conductor, or by the causes of what it observed."""

from collections.abc import Mapping

from agentsh.core.cards import ActionCard, RoleCard
from agentsh.core.ids import ActionName
from agentsh.core.messages import Message


def called_for(
    card: RoleCard, actions: Mapping[ActionName, ActionCard], observed: tuple[Message, ...]
) -> tuple[ActionName, ...]:
    """Return the actions that `observed` sets off, in the role's own order; none: there is nothing to do."""
    if not observed:
        return card.actions
    wanted: set[ActionName] = set()
    for message in observed:
        if not _is_settled(card, actions, message):
            wanted.update(card.watch.get(message.cause_by) or card.actions)
    return tuple(name for name in card.actions if name in wanted)


def _is_settled(card: RoleCard, actions: Mapping[ActionName, ActionCard], message: Message) -> bool:
    """Return whether it is a verdict that this role would mend, and there is nothing to mend (any more)."""
    cause = actions.get(message.cause_by)
    if cause is None or cause.does != "verify" or card.name not in cause.on_fail:
        return False
    data = message.data or {}
    return bool(data.get("passed") or data.get("gave_up"))
