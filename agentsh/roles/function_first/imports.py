"""Imports that a draft forgot: modules of the standard library by name, and what people import from them."""

import ast
import builtins
import importlib
import sys
from collections.abc import Iterable, Iterator

_TREASURIES = (
    "math",
    "collections",
    "itertools",
    "functools",
    "typing",
    "statistics",
    "string",
    "fractions",
    "decimal",
)
"""Where a name that nobody defined is looked for, in this order."""
_OWN_NAMES = {"datetime": "datetime", "date": "datetime", "timedelta": "datetime"}


def missing_imports(module: ast.Module, imported: Iterable[str]) -> Iterator[str]:
    """Yield import statements for names that `module` uses and nobody defines.

    Args:
        module: the definitions.
        imported: import statements that are there already.
    """
    known = _bound(module) | _bound(ast.parse("\n".join(imported))) | set(dir(builtins))
    attributes = {
        inner.value.id
        for inner in ast.walk(module)
        if isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name)
    }
    for name in sorted(_loaded(module) - known):
        if name in sys.stdlib_module_names and name in attributes:
            yield f"import {name}"
        elif (home := _home(name)) is not None:
            yield f"from {home} import {name}"


def _home(name: str) -> str | None:
    if name in _OWN_NAMES:
        return _OWN_NAMES[name]
    homes = (
        home
        for home in _TREASURIES
        if name in getattr(importlib.import_module(home), "__all__", ()) or _in_math(home, name)
    )
    return next(homes, None)


def _in_math(home: str, name: str) -> bool:
    return home == "math" and not name.startswith("_") and hasattr(importlib.import_module("math"), name)


def _loaded(module: ast.Module) -> set[str]:
    return {inner.id for inner in ast.walk(module) if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Load)}


def _bound(module: ast.Module) -> set[str]:
    """Return every name that is given a meaning anywhere in `module`."""
    names: set[str] = set()
    for inner in ast.walk(module):
        match inner:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name) | ast.ExceptHandler(name=str(name)):
                names.add(name)
            case ast.arg(arg=name):
                names.add(name)
            case ast.alias(name=name, asname=other):
                names.add((other or name).partition(".")[0])
            case ast.Name(id=name, ctx=ast.Store()):
                names.add(name)
    return names
