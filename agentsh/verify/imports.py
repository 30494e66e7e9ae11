"""Which imports find nothing among the workspace's own files, and which ones only the sandboxed Python can tell."""

import difflib
import sys
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agentsh.verify.program import Program, is_test_support, listed
from agentsh.verify.source import Import, Source


class Unresolved(NamedTuple):
    """An import that finds nothing."""

    path: str
    line: int
    module: str
    why: str


class Asked(NamedTuple):
    """An import that is none of the workspace's own: only the interpreter knows."""

    path: str
    found: Import


def own_unresolved(program: Program, sources: Mapping[str, Source]) -> tuple[list[Unresolved], list[Asked]]:
    """Return the imports of own modules or names that are not there, and those of modules from elsewhere."""
    unresolved: list[Unresolved] = []
    asked: list[Asked] = []
    for path, source in sources.items():
        absolute = _roots(program, path)
        for found in source.imports:
            top = found.module.partition(".")[0]
            roots = (_above(path, found.level),) if found.level else absolute
            is_own = bool(found.level) or any(_targets(program, root, top) for root in roots)
            why = _missing(program, sources, roots, found) if is_own else ""
            # An own file may have the name of a standard module; which of them is found depends on the start.
            if not is_own or (why and not found.level and top in sys.stdlib_module_names):
                asked.append(Asked(path, found))
            elif why:
                unresolved.append(Unresolved(path, found.line, found.module, why))
    return unresolved, asked


def nearest(name: str, names: Sequence[str]) -> str | None:
    """Return the one of `names` that `name` was probably meant to be."""
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.8)
    return close[0] if close else None


def _roots(program: Program, path: str) -> tuple[str, ...]:
    """Return the folders where an absolute import in `path` may look; it depends on who runs it, so all that may."""
    places = ["", "src", _folder(path), _folder(program.entry or "")]
    for test in program.tests if is_test_support(path) else ():
        places += [_folder(test), _top(program, test)]
    return tuple(dict.fromkeys(places))


def _top(program: Program, path: str) -> str:
    """Return the folder that test runners import a file from: the nearest above it that is no package."""
    folder = _folder(path)
    while folder and _join(folder, "__init__.py") in program.sources:
        folder = _folder(folder)
    return folder


def _missing(program: Program, sources: Mapping[str, Source], roots: Sequence[str], found: Import) -> str:
    """Return why an import of the workspace's own finds nothing; "" when it finds something."""
    targets = [target for root in roots for target in _targets(program, root, found.module)]
    if not targets:
        return f"there is no module {found.module!r} in the workspace (its files: {listed(program.sources)})"
    if found.name is None or any(_offers(program, sources, target, found.name) for target in targets):
        return ""
    offered = sources[targets[0]].names if targets[0] in sources else None
    near = nearest(found.name, sorted(offered or ()))
    meant = f"; did you mean {near!r}?" if near else ""
    return f"cannot import name {found.name!r} from {targets[0]}: it is not defined there{meant}"


def _targets(program: Program, root: str, module: str) -> list[str]:
    """Return the file or folder that a module is; at most one."""
    base = _join(root, module.replace(".", "/"))
    for path in (f"{base}.py", _join(base, "__init__.py")):
        if path in program.sources:
            return [path]
    return [base] if base in program.folders else []


def _offers(program: Program, sources: Mapping[str, Source], target: str, name: str) -> bool:
    """Whether `from target import name` works, as far as the texts tell."""
    if not target.endswith(".py"):
        return bool(_targets(program, target, name))
    source = sources.get(target)
    if source is None or source.names is None or name in source.names:
        return True
    return target.endswith("__init__.py") and bool(_targets(program, _folder(target), name))


def _above(path: str, level: int) -> str:
    folder = _folder(path)
    for _ in range(level - 1):
        folder = _folder(folder)
    return folder


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _join(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder and name else folder or name
