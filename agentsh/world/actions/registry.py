"""The action manager: which actions there are, which are possible now, and one of them done.

An action that cannot be done is told to whoever tried, as its result; the world goes on.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import ValidationError

from agentsh.core.errors import WorldError
from agentsh.core.model import Frozen
from agentsh.world.components.behaviour import Act, Action, ActionResult
from agentsh.world.services.scene import Scene

MOST_OPTIONS = 40
_FIELD = re.compile(r"\\\{(\w+)\\\}")


class Impossible(Exception):
    """The action cannot be done; says why, in words for whoever tried."""


@dataclass(frozen=True, slots=True)
class ActionType:
    """One kind of action.

    Attributes:
        name: by which files allow it.
        summary: what it does, for prompts.
        forms: how it is written: `give {item} to {whom}`; the names in braces are fields of `arguments`.
        arguments: what it needs; a field `words` is free text, all others stand in the form.
        options: yields the values of the forms' fields for everything that is possible now.
        perform: does it and returns what came of it, in words for the actor; raises Impossible.
        by_leave: whether only those may do it whose file names it.
        quiet: whether what comes of it is no news to the actor, who does not think about it again.
    """

    name: str
    summary: str
    forms: tuple[str, ...]
    arguments: type[Frozen]
    options: Callable[[Scene], Iterable[dict[str, str]]]
    perform: Callable[[Scene, Any], str]
    by_leave: bool = False
    quiet: bool = False

    @property
    def has_words(self) -> bool:
        """Whether it takes free text."""
        return "words" in self.arguments.model_fields

    def lines(self, scene: Scene) -> Iterable[str]:
        """Yield what is possible now, as it is written."""
        for values in self.options(scene):
            form = next((form for form in self.forms if _fields(form) == values.keys()), None)
            if form is not None:
                yield form.format(**values)


@dataclass(frozen=True, slots=True)
class _Reading:
    """One form of one action, to read lines by."""

    pattern: re.Pattern[str]
    type: ActionType


@dataclass(slots=True)
class Actions:
    """All actions of a world."""

    types: dict[str, ActionType] = field(default_factory=dict)
    _readings: list[_Reading] = field(default_factory=list)

    @classmethod
    def of(cls, types: Iterable[ActionType]) -> "Actions":
        """Return a registry of these actions. Raises WorldError when two share a name."""
        found = cls()
        for type_ in types:
            found.register(type_)
        return found

    def register(self, type_: ActionType) -> None:
        """Add an action. Raises WorldError when its name is taken, or a form names what is no argument."""
        if type_.name in self.types:
            raise WorldError(f"two actions are called {type_.name!r}", hint="rename one")
        for form in type_.forms:
            if unknown := _fields(form) - set(type_.arguments.model_fields):
                raise WorldError(f"action {type_.name!r} has no argument {min(unknown)!r} that its form {form!r} names")
        self.types[type_.name] = type_
        self._readings += [_Reading(_pattern(form), type_) for form in type_.forms]
        self._readings.sort(key=lambda reading: -len(reading.pattern.pattern))

    def check(self, names: Iterable[str]) -> None:
        """Raise WorldError when one of these is no action."""
        for name in names:
            if name not in self.types:
                raise WorldError(f"there is no action {name!r}", hint=f"there is: {', '.join(sorted(self.types))}")

    def of_actor(self, scene: Scene) -> list[ActionType]:
        """Return what the actor may do at all."""
        action = scene.store.find(scene.actor, Action)
        named = action.available if action is not None else []
        return [type_ for type_ in self.types.values() if (type_.name in named if named else not type_.by_leave)]

    def possible(self, scene: Scene) -> list[str]:
        """Return the lines of all that the actor can do now."""
        lines = (line for type_ in self.of_actor(scene) for line in type_.lines(scene))
        return list(dict.fromkeys(lines))[:MOST_OPTIONS]

    def takes_words(self, line: str) -> bool:
        """Return whether what is written so takes free text."""
        reading = next((known for known in self._readings if known.pattern.fullmatch(line.strip())), None)
        return reading is not None and reading.type.has_words

    def perform(self, scene: Scene, act: Act) -> ActionResult:
        """Do it, or say why it cannot be done."""
        line, tick = " ".join(act.line.split()), scene.moment.tick
        try:
            reading, values = self._read(scene, line)
            text = reading.type.perform(scene, _arguments(reading.type, line, values, act.words))
        except Impossible as why:
            return ActionResult(act.line, success=False, text=str(why), tick=tick)
        return ActionResult(act.line, success=True, text=text, tick=tick, quiet=reading.type.quiet)

    def _read(self, scene: Scene, line: str) -> tuple[_Reading, dict[str, str]]:
        allowed = {type_.name for type_ in self.of_actor(scene)}
        for reading in self._readings:
            if reading.type.name in allowed and (found := reading.pattern.fullmatch(line)):
                return reading, {name: value.strip() for name, value in found.groupdict().items()}
        raise Impossible(f"There is no action {line[:80]!r}. {self._known(scene)}")

    def _known(self, scene: Scene) -> str:
        return f"You can: {', '.join(self.possible(scene)) or 'nothing'}."


@cache
def _fields(form: str) -> frozenset[str]:
    return frozenset(re.findall(r"\{(\w+)\}", form))


def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(_FIELD.sub(r"(?P<\1>.+?)", re.escape(form).replace(r"\ ", " ")), re.IGNORECASE)


def _arguments(type_: ActionType, line: str, values: dict[str, str], words: str) -> Frozen:
    given = values | {"words": words} if type_.has_words else values
    try:
        return type_.arguments.model_validate(given)
    except ValidationError as error:
        raise Impossible(f"You cannot {line[:80]!r} like that: {_first(error)}") from None


def _first(error: ValidationError) -> str:
    found = error.errors(include_url=False)[0]
    return f"{'.'.join(str(part) for part in found['loc'])}: {found['msg']}"
