"""All rules that ship."""

from agentsh.world.rules.describer import DESCRIBERS
from agentsh.world.rules.order import ORDERS
from agentsh.world.rules.registry import Rules
from agentsh.world.rules.selector import SELECTORS
from agentsh.world.rules.updater import UPDATERS
from agentsh.world.rules.visibility import VISIBILITIES


def rules() -> Rules:
    """Return a new registry of them."""
    return Rules(dict(ORDERS), dict(VISIBILITIES), dict(SELECTORS), dict(UPDATERS), dict(DESCRIBERS))
