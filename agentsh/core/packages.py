"""Packages that a program needs: what was asked for, what was installed, and the lines that pin it."""

import re
from collections.abc import Sequence

from agentsh.core.model import Frozen

_NAME = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)\s*(\[[^\]]*\])?")
_EXACT = re.compile(r"\s*={2,3}\s*[^\s*,;]+\s*(;|#|$)")


class Installed(Frozen):
    """What came of installing packages into a workspace's own environment."""

    ok: bool
    allowed: bool = True
    """Whether it was tried at all."""
    pins: tuple[str, ...] = ()
    """What was asked for, at the versions that were installed: `PyYAML==6.0.2`."""
    said: str = ""
    """Why not, as short as it can be told."""


def normalised(name: str) -> str:
    """Return a distribution's name in the spelling that all its spellings share (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def name_of(requirement: str) -> str | None:
    """Return the normalised name that a requirement line begins with; None for an option, a comment, an empty line."""
    found = _NAME.match(requirement)
    return normalised(found[1]) if found else None


def pinned(requirements: str, pins: Sequence[str]) -> str:
    """Return the text of a requirements.txt in which each of `pins` holds.

    A line that names such a package and no exact version becomes exact; its extras, marker and comment stay, as do all
    other lines. What is not there yet is added below.

    Args:
        requirements: the text so far.
        pins: `name==version` each.
    """
    wanted = {name: pin for pin in pins if (name := name_of(pin)) is not None}
    lines = [_exact(line, wanted) for line in requirements.splitlines()]
    named = {name_of(line) for line in lines}
    lines += [pin for name, pin in wanted.items() if name not in named]
    return "".join(f"{line}\n" for line in lines)


def _exact(line: str, wanted: dict[str, str]) -> str:
    found = _NAME.match(line)
    pin = wanted.get(normalised(found[1])) if found else None
    if found is None or pin is None or "@" in line:
        return line
    specifier = line[found.end() :]
    if _EXACT.match(specifier):
        return line
    name, _, version = pin.partition("==")
    rest = re.search(r"\s*(;.*|\s#.*)$", specifier)
    return f"{name}{found[2] or ''}=={version}{rest[0] if rest else ''}"
