"""Whose words count when several speak in one tick."""

from collections.abc import Sequence

from agentsh.core.worlds import EntityId
from agentsh.world.components.environment import Manners
from agentsh.world.rules.registry import Selector

Said = Sequence[tuple[EntityId, str]]


def _all(said: Said, _manners: Manners, _leader: EntityId | None) -> Sequence[EntityId]:
    return [entity for entity, _ in said]


def _first(said: Said, _manners: Manners, _leader: EntityId | None) -> Sequence[EntityId]:
    return [entity for entity, _ in said[:1]]


def _leader_first(said: Said, _manners: Manners, leader: EntityId | None) -> Sequence[EntityId]:
    """When the leader speaks, nobody else is heard."""
    speakers = [entity for entity, _ in said]
    return [leader] if leader in speakers and leader is not None else speakers


SELECTORS: dict[str, Selector] = {"all": _all, "first": _first, "leader_first": _leader_first}
