"""Compiles the files named in the request and reads what they say, running none of them.

A hostile file can bring a parser to its knees, and Python's own keeps the scars: so this too happens in the sandbox.
"""

import ast
import importlib
import json
import sys
import types
from collections.abc import Iterator, Mapping
from pathlib import Path

_DYNAMIC = frozenset({"globals", "exec", "setattr", "vars", "locals", "__import__"})
"""A module that uses one of these may have names that nothing in its text defines."""
_CHOICE_WORDS = ("platform", "TYPE_CHECKING", "version_info", "os.name")
_IMPORT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_TOO_MUCH = (ValueError, RecursionError, MemoryError, OverflowError, SystemError)

Facts = dict[str, object]
Function = ast.FunctionDef | ast.AsyncFunctionDef


def problem_of(path: str) -> Facts | None:
    """Return what keeps a file from being compiled: {path, line, message}; None when nothing does."""
    data = Path(path).read_bytes()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return {"path": path, "line": line, "message": f"it is not UTF-8: byte 0x{data[error.start]:02x}"}
    try:
        compile(text, path, "exec", dont_inherit=True)
    except SyntaxError as error:
        shown = f"\n    {error.text.strip()}" if error.text else ""
        return {"path": path, "line": error.lineno, "message": f"{type(error).__name__}: {error.msg}{shown}"}
    except _TOO_MUCH as error:
        return {"path": path, "line": None, "message": f"{type(error).__name__}: {error}"}
    return None


def facts_of(path: str) -> Facts:
    """Return what a file that compiles says: its imports, the names that it offers, its tests, undefined names."""
    tree = ast.parse(Path(path).read_text("utf-8-sig"), path)
    names = _names(tree)
    return {
        "path": path,
        "imports": list(_imports(tree.body)),
        "names": sorted(names) if names is not None else None,
        "cases": list(_cases(tree)),
        "undefined": _undefined(path, tree),
        "imports_at": _imports_at(tree),
    }


def _imports_at(tree: ast.Module) -> int:
    """Return the line before which another import can stand: below the docstring and what is imported from future."""
    body = tree.body
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    later = [node for node in body if not (isinstance(node, ast.ImportFrom) and node.module == "__future__")]
    if not later:
        return max((node.end_lineno or 1 for node in tree.body), default=0) + 1
    decorators: list[ast.expr] = getattr(later[0], "decorator_list", [])
    return min([later[0].lineno, *(decorator.lineno for decorator in decorators)])


def _undefined(path: str, tree: ast.Module) -> list[Facts]:
    """Return {line, name, attributes} of each name that nothing defines; attributes of one used as `name.x` only."""
    checker, messages = importlib.import_module("pyflakes.checker"), importlib.import_module("pyflakes.messages")
    kinds = (messages.UndefinedName, messages.UndefinedLocal)
    found = [message for message in checker.Checker(tree, filename=path).messages if isinstance(message, kinds)]
    uses = _Uses(tree)
    return [
        {"line": message.lineno, "name": name, "attributes": sorted(uses.attributes(name))}
        for message in found
        for name in [str(message.message_args[0])]
    ]


class _Uses:
    """How names are used in a file."""

    def __init__(self, tree: ast.Module) -> None:
        self._of: dict[str, set[str]] = {}
        self._otherwise: set[str] = set()
        inside = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                inside.add(id(node.value))
                self._of.setdefault(node.value.id, set()).add(node.attr)
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and (id(node) not in inside or not isinstance(node.ctx, ast.Load)):
                self._otherwise.add(node.id)

    def attributes(self, name: str) -> set[str]:
        """Return which attributes of it are used; none when it is also used by itself, as no module is."""
        return set() if name in self._otherwise else self._of.get(name, set())


def install(modules: Mapping[str, str]) -> None:
    """Make modules from their texts, in this order: the checker need not be installed here."""
    for name, text in modules.items():
        module = types.ModuleType(name)
        module.__path__ = []
        sys.modules[name] = module
        exec(compile(text, f"<{name}>", "exec"), vars(module))  # noqa: S102 (agentsh's own text, in the sandbox)


def _imports(body: list[ast.stmt]) -> Iterator[Facts]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (_import(node.lineno, alias.name, None, 0) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            names = [None if alias.name == "*" else alias.name for alias in node.names]
            yield from (_import(node.lineno, node.module or "", name, node.level) for name in names)
        elif not _may_fail(node):
            for inner in _bodies(node):
                yield from _imports(inner)


def _import(line: int, module: str, name: str | None, level: int) -> Facts:
    return {"line": line, "module": module, "name": name, "level": level}


def _bodies(node: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of a compound statement."""
    for name in ("body", "orelse", "finalbody"):
        if isinstance(block := getattr(node, name, None), list):
            yield block
    for handler in [*getattr(node, "handlers", []), *getattr(node, "cases", [])]:
        yield handler.body


def _may_fail(node: ast.stmt) -> bool:
    """Whether a file says itself that imports in this statement may not work."""
    if isinstance(node, ast.Try):
        return any(handler.type is None or _mentions(handler.type, _IMPORT_ERRORS) for handler in node.handlers)
    return isinstance(node, ast.If) and any(word in ast.unparse(node.test) for word in _CHOICE_WORDS)


def _mentions(node: ast.AST, names: frozenset[str]) -> bool:
    return any(isinstance(inner, ast.Name) and inner.id in names for inner in ast.walk(node))


def _names(tree: ast.Module) -> frozenset[str] | None:
    """Return what a module defines at its top, in whatever block; None when it has other ways to get names."""
    found = {"__doc__", "__file__", "__name__", "__all__", "__version__"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names):
            return None
        if isinstance(node, ast.Name) and node.id in _DYNAMIC and isinstance(node.ctx, ast.Load):
            return None
        found |= _bound(node)
    return None if "__getattr__" in found else frozenset(found)


def _bound(node: ast.AST) -> set[str]:
    """Return the names that a node binds, inner scopes included: too many names only make the check milder."""
    if isinstance(node, Function | ast.ClassDef):
        return {node.name}
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return {node.id}
    if isinstance(node, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
    if isinstance(node, ast.MatchAs | ast.MatchStar):
        return {node.name} if node.name else set()
    return set()


def _cases(tree: ast.Module) -> Iterator[Facts]:
    """Yield test functions, of the module and of its classes."""
    helpers = frozenset(node.name for node in ast.walk(tree) if isinstance(node, Function) and _asserts(node))
    for node in tree.body:
        inner = node.body if isinstance(node, ast.ClassDef) else [node]
        for function in inner:
            if isinstance(function, Function) and function.name.startswith("test"):
                asserts = _asserts(function) or _calls(function, helpers)
                yield {"name": function.name, "line": function.lineno, "asserts": asserts}


def _asserts(function: Function) -> bool:
    return any(_is_assertion(node) for node in ast.walk(function))


def _is_assertion(node: ast.AST) -> bool:
    """Whether a node can make a test fail on purpose. `assert True` cannot."""
    if isinstance(node, ast.Assert):
        return not isinstance(node.test, ast.Constant) or not node.test.value
    if isinstance(node, ast.Call):
        name = _called(node).lower()
        return name.lstrip("_").startswith("assert") or name in {"fail", "raises", "warns"}
    return isinstance(node, ast.Raise)


def _calls(function: Function, names: frozenset[str]) -> bool:
    calls = (node for node in ast.walk(function) if isinstance(node, ast.Call))
    return any(_called(call) in names - {function.name} for call in calls)


def _called(call: ast.Call) -> str:
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def main() -> None:
    """Answer one request: {token, paths, modules}."""
    request = json.load(sys.stdin)
    install(request["modules"])
    problems = [problem for path in request["paths"] if (problem := problem_of(path)) is not None]
    sources = []
    for path in request["paths"] if not problems else []:
        try:
            sources.append(facts_of(path))
        except _TOO_MUCH:
            continue  # too deep for the checker: what is wrong with it shows when it runs
    print(request["token"] + json.dumps({"problems": problems, "sources": sources}))  # noqa: T201


if __name__ == "__main__":
    main()
