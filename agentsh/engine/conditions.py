"""Conditions on the components of a world: `component:Health.hp<10`."""

import json
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agentsh.core.errors import UsageError

FORM = "component:KIND.FIELD<VALUE (or <= > >= == !=)"
_PATTERN = re.compile(r"\s*component\s*:\s*(\w+)\.(\w+(?:\.\w+)*)\s*(<=|>=|==|!=|<|>)\s*(.+?)\s*", re.DOTALL)
_ORDER: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """What has to hold of a component.

    Attributes:
        kind: the component's name.
        path: the field, and fields within it.
        operator: how it is compared.
        value: with what; a word that is no JSON is itself.
    """

    kind: str
    path: tuple[str, ...]
    operator: str
    value: object

    def holds(self, component: object) -> bool:
        """Return whether it holds; a field that is not there, or not comparable, holds nothing."""
        found: object = component
        for name in self.path:
            found = found.get(name) if isinstance(found, Mapping) else getattr(found, name, None)
        if self.operator in ("==", "!="):
            return (found == self.value) is (self.operator == "==")
        if isinstance(found, int | float) and isinstance(self.value, int | float):
            return _ORDER[self.operator](found, self.value)
        return False


def parse_condition(text: str) -> Condition:
    """Read what a user wrote; raises UsageError that shows the form."""
    found = _PATTERN.fullmatch(text)
    if found is None:
        raise UsageError(f"{text!r} is not a condition on a component", hint=f"write {FORM}")
    kind, path, compared, written = found.groups()
    value: object
    try:
        value = json.loads(written)
    except ValueError:
        value = written
    if compared in _ORDER and not isinstance(value, int | float):
        raise UsageError(f"{written!r} is not a number", hint=f"write {FORM}")
    return Condition(kind, tuple(path.split(".")), compared, value)
