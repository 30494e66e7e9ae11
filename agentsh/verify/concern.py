"""Which files a change concerns in a project that was there before: told from the words of their import lines alone.

A large project is not read, run and judged as a whole for a few lines of it; what was wrong in it already is nothing
that a team could be held to. Where words are alike a file more is looked at, never one less than imports the other by
its name on one line.
"""

import re
from collections.abc import Collection, Mapping

_IMPORTS = re.compile(r"^[ \t]*(?:from|import)\b.*$", re.MULTILINE)
_WORD = re.compile(r"\w+")

Sources = Mapping[str, str | None]


def concerned(sources: Sources, own: Collection[str]) -> tuple[str, ...]:
    """Return the changed files, those that import them, and those that they import."""
    used = {word for path in own for word in _imported(sources.get(path))}
    importing = frozenset(importers(sources, own))
    return tuple(path for path in sources if path in own or path in importing or module_name(path) in used)


def importers(sources: Sources, own: Collection[str]) -> tuple[str, ...]:
    """Return the files that import a changed one; one that is gone counts as changed."""
    names = {module_name(path) for path in own if path.endswith(".py")}
    return tuple(path for path, text in sources.items() if not names.isdisjoint(_imported(text)))


def module_name(path: str) -> str:
    """Return the last part of a module's name: of a package's `__init__.py` that of its folder."""
    folder, _, name = path.rpartition("/")
    return folder.rpartition("/")[2] if name == "__init__.py" else name.removesuffix(".py")


def _imported(text: str | None) -> frozenset[str]:
    return frozenset(word for line in _IMPORTS.findall(text or "") for word in _WORD.findall(line))
