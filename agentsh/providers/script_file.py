"""Reads a script from a YAML file; what is wrong with it is told with its line.

rules:
  - system: product manager
    match: snake
    reply: |
      # Requirements
  - fail: busy
    times: 1
"""

from collections.abc import Hashable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import yaml
from pydantic import BaseModel, JsonValue, ValidationError

from agentsh.core.errors import FileError

MOST_BYTES = 4 << 20
B = TypeVar("B", bound=BaseModel)
_HINT = "Each rule has a match and a reply; see the docstring of agentsh.providers.script"


def read_script(path: Path, shape: type[B]) -> B:
    """Return the script in a file.

    Raises:
        FileError: it cannot be read, is too large, or is no script; the message begins with `path:line`.
    """
    text = _text(path)
    try:
        root = yaml.compose(text, Loader=_Loader)
        value = yaml.load(text, Loader=_Loader)  # noqa: S506  a safe loader, with aliases refused
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise FileError(str(path), mark.line + 1 if mark else None, f"not YAML: {error.problem}") from error
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise FileError(str(path), None, f"not YAML: {error}") from error
    return _checked(value, shape, path, root)


def check_script(value: Mapping[str, JsonValue], shape: type[B]) -> B:
    """Return a script that was written as a mapping. Raises FileError, which names `script`."""
    return _checked(value, shape, Path("script"), None)


def _checked(value: object, shape: type[B], path: Path, root: yaml.Node | None) -> B:
    try:
        return shape.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(step) for step in first["loc"]) or "the script"
        raise FileError(str(path), _line(root, first["loc"]), f"{where}: {first['msg']}", hint=_HINT) from error


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            raw = file.read(MOST_BYTES + 1)
        if len(raw) > MOST_BYTES:
            raise FileError(str(path), None, f"larger than {MOST_BYTES >> 20} MiB")
        return raw.decode("utf-8")
    except OSError as error:
        raise FileError(str(path), None, error.strerror or str(error), hint="Check the name of the script") from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise FileError(str(path), line, "not UTF-8", hint="Save the file as UTF-8") from error


def _line(root: yaml.Node | None, steps: Sequence[int | str]) -> int | None:
    """Return the line of the innermost node on the way that is there."""
    node = root
    for step in steps:
        child = _child(node, step)
        if child is None:
            break
        node = child
    return None if node is None else node.start_mark.line + 1


def _child(node: yaml.Node | None, step: int | str) -> yaml.Node | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        found: yaml.Node = node.value[step]
        return found
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == step), None)
    return None


class _Loader(yaml.SafeLoader):
    """Safe, and without aliases, which a few lines could blow up to gigabytes, and without keys given twice."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.get_event().start_mark  # type: ignore[no-untyped-call]  # the stubs leave it out
            raise yaml.MarkedYAMLError(problem="aliases are not allowed", problem_mark=mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise yaml.MarkedYAMLError(problem=f"{key.value!r} is there twice", problem_mark=key.start_mark)
            seen.add(key.value)
        return super().construct_mapping(node, deep)
