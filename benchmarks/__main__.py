"""Runs the benchmarks that are named, or all of them: `python -m benchmarks [name…]`, one JSON line each."""

import importlib
import json
import os
import pkgutil
import sys

import benchmarks


def names() -> list[str]:
    """Return every module that measures something."""
    return [module.name for module in pkgutil.iter_modules(benchmarks.__path__) if not module.name.startswith("_")]


def main(arguments: list[str]) -> int:
    """Run them and return the exit code: 2 for a name that is not there."""
    known = names()
    if unknown := [name for name in arguments if name not in known]:
        print(f"no benchmark {unknown[0]!r}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what is installed has been compiled once
    for name in arguments or known:
        print(json.dumps(importlib.import_module(f"benchmarks.{name}").measure()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
