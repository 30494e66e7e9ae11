"""Who perceives what somebody says."""

from collections.abc import Sequence

from agentsh.core.worlds import EntityId
from agentsh.world.components.environment import Floor, Manners
from agentsh.world.rules.registry import Visibility
from agentsh.world.services.scene import Scene


def _room(_scene: Scene, _manners: Manners) -> None:
    return None


def _leader(scene: Scene, manners: Manners) -> Sequence[EntityId] | None:
    """What the leader says is for all; what others say is for the leader only."""
    leader = scene.among([scene.actor, *scene.people], manners.leader)
    return None if leader in (None, scene.actor) else [leader]


def _groups(scene: Scene, manners: Manners) -> Sequence[EntityId] | None:
    """While there are groups, words stay in the group, and with the leader who goes round."""
    floor = scene.store.find(scene.room, Floor) if scene.room is not None else None
    leader = scene.among([scene.actor, *scene.people], manners.leader)
    group = next((group for group in floor.groups if scene.actor in group), None) if floor else None
    if group is None or scene.actor == leader:
        return None
    return [entity for entity in scene.people if entity in group or entity == leader]


VISIBILITIES: dict[str, Visibility] = {"room": _room, "leader": _leader, "groups": _groups}
