"""The commands that agentsh comes with. Plugins add theirs to the registry that this makes."""

from agentsh.commands import cells, look, people, plans, sessions, shell, steer, talk, team, world
from agentsh.commands.registry import Registry


def builtin() -> Registry:
    """Return a new registry with every command of agentsh's own."""
    modules = (talk, steer, people, look, plans, cells, team, world, sessions, shell)
    return Registry(command for module in modules for command in module.COMMANDS)
