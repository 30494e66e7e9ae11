"""What a workspace declares to need, as far as its files say it plainly; nothing in them is followed anywhere."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version
from pydantic import JsonValue

from agentsh.core.packages import normalised

FILES = ("requirements.txt", "pyproject.toml", "requirements-dev.txt", "dev-requirements.txt")
"""Where requirements are read, in the order in which they count."""
ELSEWHERE = frozenset({"setup.py", "setup.cfg", "Pipfile", "environment.yml", "environment.yaml", "conda.yaml"})
"""Files that may declare something too, and are not read."""
_COMMENT = re.compile(r"(^|\s)#.*$")
_MOST_LINES = 500
_LONGEST_LINE = 500


@dataclass(frozen=True)
class Declared:
    """One requirement that a file states."""

    name: str
    """Normalised."""
    requirement: str
    """As pip is told it: `PyYAML[extra]>=6`."""
    versions: SpecifierSet
    path: str
    line: int | None
    always: bool
    """Whether the program needs it to run, and not only its tests or an extra of it."""

    @property
    def stated(self) -> str:
        """The requirement without its marker."""
        return self.requirement.partition(" ;")[0]

    def allows(self, version: str) -> bool:
        """Return whether `version` is one of those asked for."""
        try:
            return self.versions.contains(Version(version), prereleases=True)
        except InvalidVersion:
            return True


@dataclass(frozen=True)
class Strange:
    """A line that is no plain requirement: an option, a URL, a path. It is not followed."""

    path: str
    line: int
    text: str


@dataclass(frozen=True)
class Declarations:
    """All that a workspace declares."""

    requirements: tuple[Declared, ...] = ()
    strange: tuple[Strange, ...] = ()
    elsewhere: bool = False
    """Whether there is a file besides that may declare more."""

    def of(self, name: str) -> Declared | None:
        """Return what is declared of a distribution."""
        wanted = normalised(name)
        return next((one for one in self.requirements if one.name == wanted), None)

    @property
    def names(self) -> tuple[str, ...]:
        """Normalised names, sorted."""
        return tuple(sorted({one.name for one in self.requirements}))


def declarations(texts: Mapping[str, str], files: tuple[str, ...] = ()) -> Declarations:
    """Read what the files declare.

    Args:
        texts: of `FILES`, as far as they are there.
        files: names of all files of the workspace.
    """
    found: list[Declared] = []
    strange: list[Strange] = []
    for path in (name for name in FILES if name in texts):
        said = _of_pyproject(texts[path]) if path.endswith(".toml") else _of_lines(texts[path], "dev" not in path)
        for line, text, always in said:
            one = _read(path, line, text, always)
            if isinstance(one, Strange):
                strange.append(one)
            elif all(one.name != other.name for other in found):
                found.append(one)
    return Declarations(tuple(found), tuple(strange), not ELSEWHERE.isdisjoint(files))


def requirement(text: str) -> Requirement | None:
    """Return a requirement that names a package of the index; None for anything else, such as a URL."""
    try:
        read = Requirement(text)
    except (InvalidRequirement, RecursionError):
        return None
    return read if read.url is None else None


def _read(path: str, line: int | None, text: str, always: bool) -> Declared | Strange:
    read = requirement(text)
    if read is None:
        return Strange(path, line or 0, text[:80])
    extras = f"[{','.join(sorted(read.extras))}]" if read.extras else ""
    marker = f" ; {read.marker}" if read.marker else ""
    plain = f"{read.name}{extras}{read.specifier}{marker}"
    return Declared(normalised(read.name), plain, read.specifier, path, line, always)


def _of_lines(text: str, always: bool) -> Iterator[tuple[int, str, bool]]:
    """Yield (line, requirement, whether it is always needed) of a requirements.txt."""
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], 1):
        plain = _COMMENT.sub("", line[:_LONGEST_LINE]).strip()
        if plain:
            yield number, plain, always


def _of_pyproject(text: str) -> Iterator[tuple[int | None, str, bool]]:
    try:
        read = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return
    project = _table(read, "project")
    lists: list[tuple[JsonValue, bool]] = [(project.get("dependencies"), True)]
    for extras in (_table(project, "optional-dependencies"), _table(read, "dependency-groups")):
        lists += [(listed, False) for listed in extras.values()]
    lists.append(([name for name in _table(read, "tool", "poetry", "dependencies") if name != "python"], True))
    for listed, always in lists:
        for stated in listed if isinstance(listed, list) else ():
            if isinstance(stated, str):
                yield _line_of(stated, text), stated, always


def _table(read: Mapping[str, JsonValue], *names: str) -> Mapping[str, JsonValue]:
    for name in names:
        inner = read.get(name)
        read = inner if isinstance(inner, dict) else {}
    return read


def _line_of(stated: str, text: str) -> int | None:
    at = text.find(stated)
    return text.count("\n", 0, at) + 1 if at >= 0 else None
