"""JavaScript by Node and npm: `node --check`, what package.json needs, its start and its tests."""

import json
import re
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from agentsh.core.verdict import VerifyPlan
from agentsh.verify.program import Program, listed
from agentsh.verify.toolchains.toolchain import Check, Problem, each, entry_of, with_suffix

_PACKAGE = "package.json"
_NO_TEST = "no test specified"
_TEST = re.compile(r"(^|/)(__tests__|tests?)/|\.(test|spec)\.[cm]?js$|(^|/)test[_-][^/]*\.[cm]?js$")


class Node:
    """JavaScript."""

    name = "Node"
    runner = "node"
    hint = "Install Node (apt install nodejs npm)."
    places = re.compile(r"(?:^|[\s(]|file://)(?P<path>[\w@./-]+\.[cm]?js):(?P<line>\d+)", re.MULTILINE)

    def files(self, program: Program) -> tuple[str, ...]:
        """Return scripts, and package.json."""
        scripts = with_suffix(program, ".js", ".mjs", ".cjs")
        return scripts + ((_PACKAGE,) if _PACKAGE in program.files else ())

    def checks(self, program: Program, plan: VerifyPlan, *, main: bool) -> Sequence[Check | Problem]:
        """Return: every script parses, packages are there, the program starts, its tests pass."""
        scripts = with_suffix(program, ".js", ".mjs", ".cjs")
        package = _read(program.texts.get(_PACKAGE))
        if package is None:
            return [Problem("compiles", f"{_PACKAGE} is no JSON object", _PACKAGE)]
        found: list[Check | Problem] = []
        if scripts:
            found.append(each("compiles", "node --check", scripts, "they parse"))
        if main and (wanted := _packages(package)):
            found.append(_required(wanted))
        if main and (start := _start(plan, package, scripts)):
            found.append(Check("entry", (*start, *plan.entry_args), "it starts", starts=True))
        if (test := _test(package, scripts)) is not None:
            found.append(Check("tests", test, "its tests pass"))
        return found


def _read(text: str | None) -> Mapping[str, JsonValue] | None:
    if text is None:
        return {}
    try:
        read = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return read if isinstance(read, dict) else None


def _packages(package: Mapping[str, JsonValue]) -> list[str]:
    found = package.get("dependencies")
    return list(found) if isinstance(found, dict) else []


def _required(wanted: Sequence[str]) -> Check:
    """Return the check that packages are installed. agentsh installs none: npm would run what they bring."""
    missing = '{ echo "$name is not in node_modules; install it by hand: npm install" >&2; exit 1; }'
    script = f'for name; do [ -e "node_modules/$name" ] || {missing}; done'
    said = f"packages are there: {listed(wanted)}"
    return Check(
        "requirements",
        ("sh", "-c", script, "sh", *wanted),
        said,
        named=f"ls node_modules/{listed(wanted)}",
        path=_PACKAGE,
    )


def _start(plan: VerifyPlan, package: Mapping[str, JsonValue], scripts: Sequence[str]) -> tuple[str, ...] | None:
    programs = [path for path in scripts if not _TEST.search(path)]
    named = package.get("main")
    preferred = [named.removeprefix("./")] if isinstance(named, str) else []
    entry = entry_of(plan, programs, *preferred, "main.js", "index.js", "app.js", "server.js", "main.mjs", "index.mjs")
    if plan.entry is None and "start" in _scripts(package):
        return ("npm", "--silent", "start", "--")
    return ("node", entry) if entry is not None else None


def _test(package: Mapping[str, JsonValue], scripts: Sequence[str]) -> tuple[str, ...] | None:
    command = _scripts(package).get("test")
    if isinstance(command, str) and command.strip() and _NO_TEST not in command:
        return ("npm", "--silent", "test")
    return ("node", "--test", *tests) if (tests := [path for path in scripts if _TEST.search(path)]) else None


def _scripts(package: Mapping[str, JsonValue]) -> Mapping[str, JsonValue]:
    found = package.get("scripts")
    return found if isinstance(found, dict) else {}
