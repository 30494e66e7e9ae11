"""All that sessions are made of: what ships with agentsh, and what the plugins of a home bring."""

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, cast

from agentsh.conductors.registry import CONDUCTORS, find_conductor
from agentsh.core.errors import AgentshError, FileError, UsageError
from agentsh.core.events import Noticed
from agentsh.core.model import JsonObject
from agentsh.core.options.registry import OptionsByConductor, shipped_and
from agentsh.core.servers import ServerSettings
from agentsh.core.tools import SHIPPED as SHIPPED_TOOLS
from agentsh.engine.turns import Conductor
from agentsh.library.config import Reading, read_settings
from agentsh.library.home import Home, shipped_prompts, user_folder
from agentsh.library.places import clipped, nearest
from agentsh.library.shadowing import names_in, shadowing
from agentsh.library.shelf import Shelf
from agentsh.plugins.kinds import ConductorKind, ProviderKind
from agentsh.plugins.sources import Source, installed, plugin_files
from agentsh.plugins.trust import Trust
from agentsh.ports import Tool
from agentsh.wiring.models import PROVIDERS

if TYPE_CHECKING:  # each is needed by some sessions, or some shells, only
    from agentsh.commands.registry import Command, Registry
    from agentsh.plugins.plugins import Plugins
    from agentsh.world.actions.registry import ActionType
    from agentsh.world.catalogue import Catalogue
    from agentsh.world.systems import System

TRUST_FILE = "trusted-plugins.json"
MOST_NAMED = 3
"""So many plugins that are left out are named; of more it is said how many."""


@dataclass(frozen=True)
class Kit:
    """What one home has to work with; plugins are loaded when something of theirs could be wanted first."""

    home: Home

    @cached_property
    def plugins(self) -> "Plugins | None":
        """Its plugins, loaded; None: there is none at all."""
        found = sources(self.home)
        if not found:
            return None
        from agentsh.plugins.plugins import Plugins

        try:
            return Plugins(found, trust())
        except FileError as error:
            plugins = Plugins([error])
            plugins.found += Plugins(found).found
            return plugins

    @cached_property
    def shelves(self) -> tuple[Path, ...]:
        """The search path of prompts: the user's, those that ship, those of plugins."""
        return (*self.home.shelves, *self._prompts())

    @cached_property
    def conductors(self) -> dict[str, ConductorKind]:
        """The conductors of plugins, by name."""
        found = cast("Iterable[ConductorKind]", self._brought("register_conductors", CONDUCTORS))
        return {kind.name: kind for kind in found}

    @cached_property
    def providers(self) -> dict[str, ProviderKind]:
        """The kinds of model servers that plugins bring, by name."""
        found = cast("Iterable[ProviderKind]", self._brought("register_providers", PROVIDERS))
        return {kind.name: kind for kind in found}

    @property
    def options(self) -> OptionsByConductor:
        """The keys of each conductor in team files."""
        return shipped_and({kind.name: kind.options for kind in self.conductors.values()})

    def shelf(self) -> Shelf:
        """Return the prompts along the search path."""
        tools = (*SHIPPED_TOOLS, *self._names("register_tools"), *self.servers)
        return Shelf(self.shelves, self.options, tools, self.output_model)

    def output_model(self, name: str) -> JsonObject:
        """Return the shape of an answer that a plugin's model has: `poet:Verse`. Raises UsageError."""
        from agentsh.plugins.models import output_model

        return output_model(name, self.plugins)

    def find_conductor(self, name: str) -> Conductor | None:
        """Return a new conductor; None: there is none of that name."""
        kind = self.conductors.get(name)
        return find_conductor(name, self.find_conductor) if kind is None else kind.make()

    def conductor(self, name: str) -> Conductor:
        """Return a new conductor. Raises UsageError with the nearest when there is none of that name."""
        if (found := self.find_conductor(name)) is None:
            raise UsageError(f"there is no conductor {name!r}", hint=nearest(name, self.options))
        return found

    @cached_property
    def servers(self) -> dict[str, ServerSettings]:
        """The servers of tools that the home's settings name. Raises FileError."""
        return self.reading.settings.mcp

    @cached_property
    def reading(self) -> Reading:
        """The home's settings, without what its user has not agreed to. Raises FileError."""
        return read_settings(self.home)

    def tools(self) -> dict[str, Tool]:
        """Return every tool that a role may be given, by name."""
        from agentsh.tools.shipped import shipped_tools

        shipped = shipped_tools()
        return shipped | {
            tool.spec.name: tool for tool in cast("Iterable[Tool]", self._brought("register_tools", shipped))
        }

    def catalogue(self) -> "Catalogue":
        """Return everything that worlds may be made of."""
        from agentsh.world.actions.shipped import actions
        from agentsh.world.kinds import kind_of
        from agentsh.world.shipped import shipped_catalogue

        more = cast("Iterable[ActionType]", self._brought("register_actions", tuple(actions().types)))
        found = shipped_catalogue(more)
        known = [kind_of(type_).name for type_ in found.components]
        found.add_components(*cast("Iterable[type[object]]", self._brought("register_components", known)))
        names = [system.name for system in found.systems]
        found.systems.extend(cast("Iterable[System]", self._brought("register_systems", names)))
        return found

    def commands(self) -> "Registry":
        """Return a registry with every slash command."""
        from agentsh.commands.builtin import builtin
        from agentsh.commands.registry import foreign

        registry = builtin()
        for command in cast("Iterable[Command]", self._brought("register_commands", registry.names)):
            try:
                registry.add(foreign(command))
            except UsageError as error:
                self._complain("commands", command.name, str(error), error.hint)
        return registry

    def ask_all(self) -> None:
        """Ask plugins for everything, each name of what ships being taken, so that all problems are known."""
        if self.plugins is None:
            return
        _ = self.shelves, self.conductors, self.providers
        self.tools()
        self.commands()
        self.catalogue()
        self.plugins.ask_all()

    def notices(self) -> list[Noticed]:
        """Return what a person should know of settings and plugins each time that a session opens."""
        return [*self.left_out, *self._notices_of_plugins()]

    @property
    def left_out(self) -> list[Noticed]:
        """What a person should know of settings that do not hold. Raises FileError."""
        return [] if (notice := self.reading.notice) is None else [notice]

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Add to whatever ends this early that settings were left out, which may be why."""
        try:
            yield
        except AgentshError as error:
            told = [f"{notice.message}\n  {notice.hint}" for notice in self.left_out]
            error.hint = "\n  ".join(part for part in (error.hint, *told) if part)
            raise

    def notices_of_prompts(self, sources: Iterable[str]) -> list[Noticed]:
        """Return what a person should know of prompts in the place of what ships.

        Args:
            sources: the files that the session was read from. They are read here: call it from a worker thread.
        """
        found = shadowing(sources, self.home.prompts, shipped_prompts())
        if not found:
            return []
        message = f"in the place of what ships with agentsh, {self.home.prompts} is used for: {', '.join(found)}"
        return [Noticed(message=clipped(message), hint="Read these files before you rely on them.")]

    def _notices_of_plugins(self) -> list[Noticed]:
        if self.plugins is None:
            return []
        told = [Noticed(message=str(problem), hint=problem.hint) for problem in self.plugins.problems]
        left_out = [plugin.name for plugin in self.plugins.left_out]
        if left_out:
            are = "plugins are" if len(left_out) > 1 else "plugin is"
            named = f": {', '.join(left_out)}" if len(left_out) <= MOST_NAMED else ""
            message = f"{len(left_out)} {are} left out until you trust them{named}"
            look = "Look at them" if named else "See agentsh plugins list"
            told.append(Noticed(message=message, hint=f"{look}, then: agentsh plugins trust"))
        return told

    def _prompts(self) -> list[Path]:
        """Return the folders of prompts that plugins bring; a name that ships stays with what ships, and is told."""
        folders = cast("list[Path]", list(self._brought("register_prompts")))
        known = names_in(shipped_prompts()) if folders else {}
        for folder in folders:
            for name in names_in(folder):
                if name in known:
                    self._complain("prompts", str(folder), f"there is a {name} already", "Rename it.")
                known.setdefault(name, folder)
        return folders

    def _brought(self, hook: str, taken: Iterable[str] = ()) -> tuple[object, ...]:
        return () if self.plugins is None else tuple(self.plugins.brought(hook, tuple(taken)).values())

    def _names(self, hook: str) -> tuple[str, ...]:
        return () if self.plugins is None else tuple(self.plugins.brought(hook))

    def _complain(self, noun: str, name: str, message: str, hint: str) -> None:
        for plugin in self.plugins.loaded if self.plugins is not None else ():
            if name in plugin.brings.get(noun, ()):
                plugin.complain(message, hint)


async def loaded(home: Home) -> Kit:
    """Return the kit of a home with its plugins loaded, off the event loop: what they import may take long."""
    kit = Kit(home)
    await asyncio.to_thread(lambda: kit.plugins)
    return kit


def sources(home: Home) -> list[Source]:
    """Return where plugins are: the user's own first, then installed ones, then the project's."""
    own = user_folder() / "plugins"
    project = [] if own == home.plugins else plugin_files(home.plugins)
    return [*plugin_files(own, own=True), *installed(), *project]


def trust() -> Trust:
    """Return what the user has trusted. Raises FileError."""
    return Trust(user_folder() / TRUST_FILE)
