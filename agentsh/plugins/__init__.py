"""Plugins: Python files and installed packages that bring tools, actions, worlds, conductors, providers and commands.

A plugin marks its functions with `hookimpl`; `hookspecs` says which there are.
"""

from agentsh.plugins.hookspecs import hookimpl
from agentsh.plugins.kinds import ConductorKind, ProviderKind

__all__ = ["ConductorKind", "ProviderKind", "hookimpl"]
