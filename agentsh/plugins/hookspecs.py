"""The contract of plugins: whatever one of these functions returns in a plugin is there like what ships.

A plugin has any of them, marked with `hookimpl`. Each is asked apart: one that fails is told, the others count.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

from agentsh.plugins.sources import PROJECT

if TYPE_CHECKING:
    from agentsh.commands.registry import Command
    from agentsh.core.events import Recorded
    from agentsh.plugins.kinds import ConductorKind, ProviderKind
    from agentsh.ports import Tool
    from agentsh.world.actions.registry import ActionType
    from agentsh.world.systems import System

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def register_tools() -> "Iterable[Tool]":  # type: ignore[empty-body]
    """Return tools, made with `agentsh.tools.making.tool`; role and action files name them under `tools`."""


@hookspec
def register_prompts() -> Iterable[Path]:  # type: ignore[empty-body]
    """Return folders with actions/, roles/, teams/ or worlds/ in them; the user's own files of the same name win."""


@hookspec
def register_actions() -> "Iterable[ActionType]":  # type: ignore[empty-body]
    """Return actions of agents in worlds. What a role of a team does is a prompt file: see `register_prompts`."""


@hookspec
def register_components() -> Iterable[type[object]]:  # type: ignore[empty-body]
    """Return components of entities, made with `agentsh.world.kinds.component`."""


@hookspec
def register_systems() -> "Iterable[System]":  # type: ignore[empty-body]
    """Return systems of worlds, made with `agentsh.world.systems.system`."""


@hookspec
def register_conductors() -> "Iterable[ConductorKind]":  # type: ignore[empty-body]
    """Return ways of working, which team files name under `conductor`."""


@hookspec
def register_providers() -> "Iterable[ProviderKind]":  # type: ignore[empty-body]
    """Return kinds of model servers, which `--provider` names."""


@hookspec
def register_commands() -> "Iterable[Command]":  # type: ignore[empty-body]
    """Return slash commands, made with `agentsh.commands.registry.command`."""


@hookspec
def on_event(session: str, recorded: "Recorded") -> None:
    """Be told of an event that has just become durable. It runs in a thread of the plugin's own, in order."""
