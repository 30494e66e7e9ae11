"""What ships for worlds: components, relations, systems and services, in one catalogue."""

from collections.abc import Iterable

from agentsh.world.actions.registry import ActionType
from agentsh.world.actions.shipped import actions
from agentsh.world.catalogue import Catalogue
from agentsh.world.components.relations import RELATIONS
from agentsh.world.components.shipped import COMPONENTS
from agentsh.world.life.shipped import SYSTEMS
from agentsh.world.rules.shipped import rules
from agentsh.world.services.events import Events
from agentsh.world.services.memories import Memories
from agentsh.world.services.prompts import Prompts
from agentsh.world.services.states import States


def shipped_catalogue(more_actions: Iterable[ActionType] = ()) -> Catalogue:
    """Return everything that ships, for one session: plugins may add to it.

    Args:
        more_actions: actions of plugins.

    Raises:
        WorldError: two actions share a name.
    """
    extra = tuple(more_actions)
    actions(extra)
    found = Catalogue()
    found.add_components(*COMPONENTS)
    found.relations.extend(RELATIONS)
    found.systems.extend(SYSTEMS)
    found.services.extend((Events, Memories, States, Prompts, rules, lambda: actions(extra)))
    return found
