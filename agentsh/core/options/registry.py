"""The options of every conductor that ships, by the name that a team file gives it."""

from collections.abc import Mapping

from agentsh.core.options.base import TeamOptions
from agentsh.core.options.chain import ChainOptions
from agentsh.core.options.debate import DebateOptions
from agentsh.core.options.dialogue import DialogueOptions
from agentsh.core.options.goal import GoalOptions
from agentsh.core.options.graph import GraphOptions
from agentsh.core.options.group import GroupOptions
from agentsh.core.options.hierarchical import HierarchicalOptions
from agentsh.core.options.recruit import RecruitOptions
from agentsh.core.options.solo import SoloOptions
from agentsh.core.options.sop import SopOptions

OptionsByConductor = Mapping[str, type[TeamOptions]]

SHIPPED: OptionsByConductor = {
    "sop": SopOptions,
    "chain": ChainOptions,
    "dialogue": DialogueOptions,
    "solo": SoloOptions,
    "group": GroupOptions,
    "graph": GraphOptions,
    "goal": GoalOptions,
    "recruit": RecruitOptions,
    "debate": DebateOptions,
    "hierarchical": HierarchicalOptions,
}
