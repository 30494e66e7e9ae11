"""What each hook may return, and under which name it is known."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agentsh.core.errors import WorldError


@dataclass(frozen=True, slots=True)
class Check:
    """One hook's kind of thing.

    Attributes:
        noun: what one is called, in the plural.
        name: returns the name of one; None: it is none.
    """

    noun: str
    name: Callable[[object], str | None]


def _tool(found: object) -> str | None:
    spec = getattr(found, "spec", None)
    return getattr(spec, "name", None) if callable(getattr(found, "call", None)) else None


def _folder(found: object) -> str | None:
    return str(found) if isinstance(found, Path) and found.is_dir() else None


def _action(found: object) -> str | None:
    from agentsh.world.actions.registry import ActionType

    return found.name if isinstance(found, ActionType) else None


def _component(found: object) -> str | None:
    from agentsh.world.kinds import kind_of

    try:
        return kind_of(found).name if isinstance(found, type) else None
    except WorldError:
        return None


def _system(found: object) -> str | None:
    from agentsh.world.systems import System

    return found.name if isinstance(found, System) else None


def _conductor(found: object) -> str | None:
    from agentsh.plugins.kinds import ConductorKind

    return found.name if isinstance(found, ConductorKind) else None


def _provider(found: object) -> str | None:
    from agentsh.plugins.kinds import ProviderKind

    return found.name if isinstance(found, ProviderKind) else None


def _command(found: object) -> str | None:
    from agentsh.commands.registry import Command

    return found.name if isinstance(found, Command) else None


CHECKS = {
    "register_tools": Check("tools", _tool),
    "register_prompts": Check("prompts", _folder),
    "register_actions": Check("actions", _action),
    "register_components": Check("components", _component),
    "register_systems": Check("systems", _system),
    "register_conductors": Check("conductors", _conductor),
    "register_providers": Check("providers", _provider),
    "register_commands": Check("commands", _command),
}
