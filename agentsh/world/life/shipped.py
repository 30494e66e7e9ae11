"""Everything that ships for worlds that are lived in, in one catalogue."""

from collections.abc import Iterable

from agentsh.world.actions.registry import ActionType
from agentsh.world.actions.shipped import actions
from agentsh.world.catalogue import Catalogue
from agentsh.world.components.relations import RELATIONS
from agentsh.world.components.shipped import COMPONENTS
from agentsh.world.life.acting import acting
from agentsh.world.life.answers import answers
from agentsh.world.life.attention import attention
from agentsh.world.life.cleanup import cleanup
from agentsh.world.life.days import days
from agentsh.world.life.experience import experience
from agentsh.world.life.goals import goals
from agentsh.world.life.habits import habits
from agentsh.world.life.manners import manners
from agentsh.world.life.mastering import mastering
from agentsh.world.life.npcs import npcs
from agentsh.world.life.perception import perception
from agentsh.world.life.planning import planning
from agentsh.world.life.reflection import reflection
from agentsh.world.life.rooms import rooms
from agentsh.world.life.thinking import thinking
from agentsh.world.rules.shipped import rules
from agentsh.world.services.events import Events
from agentsh.world.services.memories import Memories
from agentsh.world.services.prompts import Prompts
from agentsh.world.services.states import States
from agentsh.world.systems import System

SYSTEMS: tuple[System, ...] = (
    answers,
    rooms,
    perception,
    attention,
    experience,
    thinking,
    npcs,
    habits,
    acting,
    manners,
    mastering,
    goals,
    planning,
    days,
    reflection,
    cleanup,
)


def catalogue(more_actions: Iterable[ActionType] = ()) -> Catalogue:
    """Return a new catalogue of all that ships, to which plugins may add.

    Args:
        more_actions: of plugins.

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
