"""Says which modules and names this Python finds, without running anything of the workspace."""

import contextlib
import importlib
import importlib.metadata
import importlib.util
import io
import json
import sys
import types

_LOUD = frozenset({"antigravity", "this"})


def why_missing(module: str, name: str | None) -> str:
    """Return "module" or "name", whichever is not there; "" when both are."""
    if not _is_there(module):
        return "module"
    if name is None or module.partition(".")[0] not in sys.stdlib_module_names or module in _LOUD:
        return ""
    with contextlib.redirect_stdout(io.StringIO()):
        offered = hasattr(importlib.import_module(module), name) or _is_there(f"{module}.{name}")
    return "" if offered else "name"


def imports_for(name: str, attributes: list[str]) -> list[str]:
    """Return what to import so that each `name.attribute` works; nothing when that is not plain."""
    if name not in sys.stdlib_module_names or name.startswith("_") or name in _LOUD or not attributes:
        return []
    with contextlib.redirect_stdout(io.StringIO()):
        module = importlib.import_module(name)
        inner = [attribute for attribute in attributes if _is_inner(module, attribute)]
        if any(_is_package(f"{name}.{attribute}") for attribute in inner):
            return []
    return [f"{name}.{attribute}" for attribute in inner] or [name]


def _is_inner(module: types.ModuleType, attribute: str) -> bool:
    """Whether it is a module of its own, which importing the outer one need not bring."""
    value = getattr(module, attribute, None)
    if isinstance(value, types.ModuleType):
        return value.__name__ == f"{module.__name__}.{attribute}"
    return value is None


def _is_package(module: str) -> bool:
    """Whether it holds more modules, or is none: which of them is meant is not plain."""
    spec = importlib.util.find_spec(module)
    return spec is None or spec.submodule_search_locations is not None


def distributions(modules: list[str]) -> dict[str, list[str]]:
    """Return [name, version] of the distribution that brings each of these modules, as far as it is told."""
    if not modules:
        return {}
    brought = importlib.metadata.packages_distributions()
    return {
        module: [brought[module][0], importlib.metadata.version(brought[module][0])]
        for module in modules
        if module in brought
    }


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def main() -> None:
    """Answer one request: {token, imports: [[module, name or null], …], undefined: [[name, attributes], …]}."""
    request = json.load(sys.stdin)
    missing = []
    for module, name in request["imports"]:
        try:
            missing.append(why_missing(module, name))
        except Exception:  # noqa: BLE001 (a broken package is there; that it breaks shows when the program runs)
            missing.append("")
    adding = []
    for name, attributes in request["undefined"]:
        try:
            adding.append(imports_for(name, attributes))
        except Exception:  # noqa: BLE001
            adding.append([])
    tops = {module.partition(".")[0] for module, _ in request["imports"]} - sys.stdlib_module_names
    try:
        installed = distributions(sorted(top for top in tops if _is_there(top)))
    except Exception:  # noqa: BLE001 (damaged metadata says nothing)
        installed = {}
    answer = {
        "missing": missing,
        "adding": adding,
        "installed": installed,
        "standard": sorted(sys.stdlib_module_names),
    }
    print(request["token"] + json.dumps(answer))  # noqa: T201


if __name__ == "__main__":
    main()
