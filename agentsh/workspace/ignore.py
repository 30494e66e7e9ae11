"""Reads .gitignore files the way git does. A model may have written them: no pattern takes more than quadratic time."""

import fnmatch
import re
from collections.abc import Sequence
from typing import NamedTuple, Self

MAX_RULES = 1000
"""Rules of one file that are obeyed."""
_LONGEST_RULE = 256
_NOTHING = re.compile(r"(?!)")
ALWAYS = """
__pycache__/
*.py[cod]
*.egg-info/
.venv/
venv/
node_modules/
.pytest_cache/
.mypy_cache/
.ruff_cache/
.DS_Store
"""
"""What tools leave behind: never listed, and named in the exclude file of repositories that agentsh makes."""


class Rule(NamedTuple):
    """One line of a .gitignore."""

    base: tuple[str, ...]
    """The folder that the file is in."""
    parts: tuple[re.Pattern[str] | None, ...]
    """One pattern a name; None stands for `**`, any number of folders."""
    negated: bool
    folders_only: bool

    def matches(self, names: Sequence[str], *, is_folder: bool) -> bool:
        """Whether it speaks of the path with these `names`."""
        if (self.folders_only and not is_folder) or tuple(names[: len(self.base)]) != self.base:
            return False
        return _fits(self.parts, names[len(self.base) :])


class Ignore(NamedTuple):
    """The rules that hold in a folder; of those that match the last decides."""

    rules: tuple[Rule, ...] = ()

    def and_file(self, folder: str, text: str) -> Self:
        """Return these rules followed by those of the .gitignore in `folder` ("" is the root)."""
        base = tuple(folder.split("/")) if folder else ()
        rules = [rule for line in text.splitlines()[:MAX_RULES] if (rule := _rule(base, line)) is not None]
        return self._replace(rules=(*self.rules, *rules))

    def ignores(self, path: str, *, is_folder: bool) -> bool:
        """Whether `path` is ignored; ask for the folders that it is in first."""
        names = path.split("/")
        for rule in reversed(self.rules):
            if rule.matches(names, is_folder=is_folder):
                return not rule.negated
        return False


def _rule(base: tuple[str, ...], line: str) -> Rule | None:
    text = re.sub(r"(?<!\\)\s+\Z", "", line[: _LONGEST_RULE + 1])
    if not text or text.startswith("#") or len(text) > _LONGEST_RULE:
        return None
    negated = text.startswith("!")
    text = text.removeprefix("!")
    folders_only = text.endswith("/")
    names = [name for name in text.split("/") if name]
    if not names:
        return None
    if "/" not in text.rstrip("/"):
        names = ["**", *names]
    if names[-1] == "**":
        names = [*names[:-1], "*", "**"]
    return Rule(base, tuple(_pattern(name) for name in names), negated, folders_only)


def _pattern(name: str) -> re.Pattern[str] | None:
    """Return what one name of a rule matches. fnmatch's expressions do not backtrack from one star into another."""
    if name == "**":
        return None
    plain = re.sub(r"\\(.)", lambda match: f"[{match[1]}]" if match[1] in "*?[" else match[1], name)
    return re.compile(fnmatch.translate(plain.replace("[^", "[!")))


def _fits(parts: Sequence[re.Pattern[str] | None], names: Sequence[str]) -> bool:
    """Match names one by one; after a `**` that took too few, let the last such take one more."""
    at = part = 0
    star: tuple[int, int] | None = None
    while at < len(names):
        pattern = parts[part] if part < len(parts) else _NOTHING
        if pattern is None:
            part += 1
            star = (part, at)
        elif pattern.match(names[at]):
            at, part = at + 1, part + 1
        elif star is not None:
            star = (star[0], star[1] + 1)
            part, at = star
        else:
            return False
    return all(pattern is None for pattern in parts[part:])
