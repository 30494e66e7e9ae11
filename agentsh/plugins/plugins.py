"""The plugins of a home: which there are, which run, what each brings, and what is wrong with it."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint
from itertools import islice
from typing import Literal

import pluggy

from agentsh.core.errors import AgentshError, FileError
from agentsh.library.places import nearest
from agentsh.plugins import hookspecs
from agentsh.plugins.checks import CHECKS, Check
from agentsh.plugins.loading import MEND, guarded, module_of
from agentsh.plugins.sources import PROJECT, PluginFile, Source
from agentsh.plugins.trust import Trust

Standing = Literal["loaded", "untrusted", "changed", "failed"]
"""untrusted, changed: nothing of it ran. failed: nothing of it counts."""
MOST_ITEMS = 500
"""Most things that one hook of one plugin may return."""


@dataclass(slots=True)
class Plugin:
    """One plugin.

    Attributes:
        name: the name of its file, or of its entry point.
        where: its file, or the package that it is installed with.
        standing: whether it runs.
        brings: names of what it has brought, by noun.
        problems: what is wrong with it; where it is loaded, with parts of it.
        file: its file, where it has one.
    """

    name: str
    where: str
    standing: Standing
    brings: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problems: list[AgentshError] = field(default_factory=list)
    file: PluginFile | None = None

    def complain(self, message: str, hint: str = MEND) -> None:
        """Note what is wrong with it, once."""
        error = FileError(self.where, None, message, hint=hint)
        if str(error) not in [str(known) for known in self.problems]:
            self.problems.append(error)


class Plugins:
    """Every plugin, asked apart for what it brings."""

    def __init__(self, sources: Iterable[Source] = (), trust: Trust | None = None) -> None:
        """Load what is trusted."""
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(hookspecs)
        self._objects: dict[str, object] = {}
        self._asked: dict[tuple[str, str], dict[str, object]] = {}
        self.found: list[Plugin] = []
        for source in sources:
            self._take(source, trust)

    def module(self, name: str) -> object | None:
        """Return what a plugin is made of; None: there is none of that name that runs."""
        return self._objects.get(name)

    def brought(self, hook: str, taken: Collection[str] = ()) -> dict[str, object]:
        """Return what all plugins bring for a hook, by name. A name that is taken stays with who had it, and is told.

        Args:
            hook: its name.
            taken: names of what ships.
        """
        found: dict[str, object] = {}
        for plugin in self.loaded:
            for name, item in self._of(plugin, hook).items():
                if name in taken or name in found:
                    plugin.complain(f"there is {name!r} among the {CHECKS[hook].noun} already", "Rename it.")
                else:
                    found[name] = item
        return found

    @property
    def loaded(self) -> list[Plugin]:
        """Those that run."""
        return [plugin for plugin in self.found if plugin.standing == "loaded"]

    @property
    def problems(self) -> list[AgentshError]:
        """What is wrong with plugins, as far as they were asked."""
        return [problem for plugin in self.found for problem in plugin.problems]

    @property
    def left_out(self) -> list[Plugin]:
        """Those that nobody has trusted, as they are now."""
        return [plugin for plugin in self.found if plugin.standing in ("untrusted", "changed")]

    def ask_all(self) -> None:
        """Ask every plugin for everything, so that all problems are known."""
        for hook in CHECKS:
            self.brought(hook)

    def listeners(self) -> Mapping[str, Callable[..., object]]:
        """Return who wants to be told of events, by the plugin's name."""
        return {plugin.name: self._only(plugin, "on_event") for plugin in self.loaded if self._has(plugin, "on_event")}

    def _take(self, source: Source, trust: Trust | None) -> None:
        if isinstance(source, FileError):
            name = source.path.rpartition("/")[2].removesuffix(".py")
            self.found.append(Plugin(name, source.path, "failed", problems=[source]))
        elif isinstance(source, EntryPoint):
            self._take_installed(source)
        else:
            self._take_file(source, trust)

    def _take_file(self, file: PluginFile, trust: Trust | None) -> None:
        plugin = Plugin(file.name, str(file.path), "loaded", file=file)
        standing = "unknown" if trust is None and not file.own else "trusted" if trust is None else trust.standing(file)
        if standing == "trusted":
            self._load(plugin, lambda: module_of(file))
        else:
            plugin.standing = "changed" if standing == "changed" else "untrusted"
            self.found.append(plugin)

    def _take_installed(self, entry: EntryPoint) -> None:
        package = f"{entry.dist.name} {entry.dist.version}" if entry.dist is not None else entry.value
        plugin = Plugin(entry.name, package, "loaded")
        self._load(plugin, lambda: guarded(package, entry.load))

    def _load(self, plugin: Plugin, load: Callable[[], object]) -> None:
        self.found.append(plugin)
        try:
            if plugin.name in self._objects:
                raise FileError(plugin.where, None, f"there is a plugin {plugin.name!r} already", hint="Rename it.")
            module = load()
            guarded(plugin.where, lambda: self._manager.register(module, plugin.name))
        except FileError as error:
            plugin.standing = "failed"
            plugin.problems.append(error)
            return
        self._objects[plugin.name] = module
        self._check_hooks(plugin)

    def _check_hooks(self, plugin: Plugin) -> None:
        callers = self._manager.get_hookcallers(self._objects[plugin.name]) or []
        if not callers:
            plugin.complain("no function of it is marked with hookimpl", f"There is: {', '.join(_hooks())}")
        for caller in callers:
            if not caller.has_spec():
                plugin.complain(f"there is no hook {caller.name!r}", nearest(caller.name, _hooks()))

    def _of(self, plugin: Plugin, hook: str) -> dict[str, object]:
        key = (plugin.name, hook)
        if key not in self._asked:
            self._asked[key] = self._ask(plugin, hook) if self._has(plugin, hook) else {}
            if self._asked[key]:
                plugin.brings[CHECKS[hook].noun] = tuple(self._asked[key])
        return self._asked[key]

    def _ask(self, plugin: Plugin, hook: str) -> dict[str, object]:
        try:
            answers = guarded(plugin.where, lambda: [_listed(answer) for answer in self._only(plugin, hook)()])
        except FileError as error:
            plugin.problems.append(error)
            return {}
        return _named(plugin, CHECKS[hook], hook, [item for answer in answers for item in answer])

    def _only(self, plugin: Plugin, hook: str) -> pluggy.HookCaller:
        others = [module for name, module in self._objects.items() if name != plugin.name]
        return self._manager.subset_hook_caller(hook, others)

    def _has(self, plugin: Plugin, hook: str) -> bool:
        callers = self._manager.get_hookcallers(self._objects[plugin.name]) or []
        return any(caller.name == hook for caller in callers)


def _listed(answer: object) -> list[object]:
    if answer is None:
        return []
    if not isinstance(answer, Iterable) or isinstance(answer, str | bytes):
        raise TypeError(f"it returned {answer!r:.80}, not a list")
    return list(islice(answer, MOST_ITEMS))


def _named(plugin: Plugin, check: Check, hook: str, items: list[object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for item in items:
        name = check.name(item)
        if name is None:
            plugin.complain(f"{hook} returned {item!r:.80}, which is none of the {check.noun}")
        elif name in found:
            plugin.complain(f"{hook} returned two {check.noun} called {name!r}", "Rename one.")
        else:
            found[name] = item
    return found


def _hooks() -> list[str]:
    return [*CHECKS, "on_event"]
