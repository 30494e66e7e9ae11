"""Plugins: Python files and installed packages that bring tools, actions, worlds, conductors, providers and commands.

A plugin marks its functions with `hookimpl`; `hookspecs` says which there are.
"""

from typing import TYPE_CHECKING

from agentsh.plugins.kinds import ConductorKind, ProviderKind

if TYPE_CHECKING:
    from agentsh.plugins.hookspecs import hookimpl

__all__ = ["ConductorKind", "ProviderKind", "hookimpl"]


def __getattr__(name: str) -> object:
    """Load what marks a plugin's functions for the first plugin: where there is none, nobody waits for pluggy."""
    if name != "hookimpl":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from agentsh.plugins.hookspecs import hookimpl

    return hookimpl
