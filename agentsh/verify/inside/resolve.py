"""Says which modules and names this Python finds, without running anything of the workspace."""

import contextlib
import importlib
import importlib.util
import io
import json
import sys

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


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError, AttributeError):
        return False


def main() -> None:
    """Answer one request: {token, imports: [[module, name or null], …]}."""
    request = json.load(sys.stdin)
    missing = []
    for module, name in request["imports"]:
        try:
            missing.append(why_missing(module, name))
        except Exception:  # noqa: BLE001 (a broken package is there; that it breaks shows when the program runs)
            missing.append("")
    print(request["token"] + json.dumps({"missing": missing, "standard": sorted(sys.stdlib_module_names)}))  # noqa: T201


if __name__ == "__main__":
    main()
