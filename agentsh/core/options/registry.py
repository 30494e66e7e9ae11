"""The options of every conductor that ships, by the name that a team file gives it."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import cast

from agentsh.core.options.base import TeamOptions

OptionsByConductor = Mapping[str, type[TeamOptions]]

_NAMES = ("sop", "chain", "dialogue", "solo", "group", "graph", "goal", "recruit", "debate", "hierarchical")


class _Options(Mapping[str, type[TeamOptions]]):
    """What ships, each loaded for the first team that has it, and what others bring."""

    def __init__(self, brought: OptionsByConductor) -> None:
        self._brought = brought
        self._names = (*dict.fromkeys((*_NAMES, *brought)),)

    def __getitem__(self, name: str) -> type[TeamOptions]:
        if name in self._brought:
            return self._brought[name]
        if name not in _NAMES:
            raise KeyError(name)
        module = import_module(f"agentsh.core.options.{name}")
        return cast("type[TeamOptions]", getattr(module, f"{name.capitalize()}Options"))

    def __contains__(self, name: object) -> bool:
        return name in self._names

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


SHIPPED: OptionsByConductor = _Options({})


def shipped_and(brought: OptionsByConductor) -> OptionsByConductor:
    """Return what ships and what plugins bring; theirs counts where both have a name."""
    return _Options(brought) if brought else SHIPPED
