"""Runs test files: unittest cases, and plain `test_*` functions with a few of pytest's fixtures.

Not supported: plugins, hooks, fixture scopes, setup_module; a test that needs such fails and says so.
"""

import ast
import asyncio
import contextlib
import functools
import importlib
import importlib.util
import inspect
import io
import json
import os
import sys
import tempfile
import traceback
import types
import unittest
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from unittest import mock

MOST_FAILURES = 5
"""Failures whose traceback is told."""
MOST_SHOWN = 200
"""Characters of a value that are shown."""
Function = Callable[..., object]
ErrorInfo = tuple[type[BaseException], BaseException, types.TracebackType] | tuple[None, None, None]


class Telling(ast.NodeTransformer):
    """Rewrites `assert a == b` so that a failure shows both values."""

    def visit_Assert(self, node: ast.Assert) -> ast.Assert | list[ast.stmt]:
        """Bind both sides first, and say them in the message."""
        test = node.test
        if node.msg is not None or not isinstance(test, ast.Compare) or len(test.ops) != 1:
            return node
        left, right = (ast.Name(name, ast.Load()) for name in ("@left", "@right"))
        message = ast.Call(ast.Name("@told", ast.Load()), [left, ast.Constant(operator_of(test)), right], [])
        new: list[ast.stmt] = [
            ast.Assign([ast.Name("@left", ast.Store())], test.left),
            ast.Assign([ast.Name("@right", ast.Store())], test.comparators[0]),
            ast.Assert(ast.Compare(left, test.ops, [right]), message),
        ]
        return [ast.fix_missing_locations(ast.copy_location(statement, node)) for statement in new]


def operator_of(comparison: ast.Compare) -> str:
    """Return the operator of `a == b` as it is written."""
    plain = ast.Compare(ast.Name("_", ast.Load()), comparison.ops, [ast.Name("_", ast.Load())])
    return ast.unparse(plain).strip("_ ")


def told(left: object, operator: str, right: object) -> str:
    """Return both values of a comparison that failed."""
    return f"assert {clipped(left)} {operator} {clipped(right)}"


def clipped(value: object) -> str:
    """Return a value's repr, cut."""
    try:
        text = repr(value)
    except Exception as error:  # noqa: BLE001 (the value is the program's, and so is its repr)
        text = f"<{type(value).__name__} whose repr raises {type(error).__name__}>"
    return text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "…"


class Report:
    """What came of the tests."""

    def __init__(self) -> None:
        self.ran = 0
        self.skipped = 0
        self.failures: list[dict[str, str]] = []

    def failed(self, name: str, error: BaseException) -> None:
        """Keep a failure, with its traceback while there are few."""
        text = tell(error) if len(self.failures) < MOST_FAILURES else ""
        self.failures.append({"test": name, "text": text})


def tell(error: BaseException) -> str:
    """Return an exception's traceback without the frames of this runner and of libraries."""
    said = traceback.TracebackException.from_exception(error)
    here = str(Path.cwd()) + "/"
    frames = [frame for frame in said.stack if frame.filename.startswith(here)]
    lines = traceback.format_list(frames)
    return "".join(["Traceback (most recent call last):\n", *lines, *said.format_exception_only()])


def load(path: str) -> types.ModuleType:
    """Return the module of a test file, imported as pytest would: the folder above its packages goes on the path."""
    file = Path(path).resolve()
    folder, parts = file.parent, [file.stem]
    while (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    package = ".".join(parts[:-1])
    if package:
        importlib.import_module(package)
    module = types.ModuleType(".".join(parts))
    vars(module).update({"__file__": str(file), "__package__": package, "@told": told})
    sys.modules[module.__name__] = module
    tree = Telling().visit(ast.parse(file.read_text("utf-8-sig"), str(file)))
    exec(compile(tree, str(file), "exec"), vars(module))  # noqa: S102 (this runs in the sandbox)
    return module


class Printed(tuple[str, str]):
    """What was printed: (out, err), also by these names."""

    __slots__ = ()
    out = property(lambda self: self[0])
    err = property(lambda self: self[1])


class Capture:
    """capsys: what was printed since the last look."""

    def __init__(self, out: io.StringIO, err: io.StringIO) -> None:
        self._buffers = (out, err)

    def readouterr(self) -> Printed:
        """Return what was printed, and forget it."""
        texts = Printed(buffer.getvalue() for buffer in self._buffers)
        for buffer in self._buffers:
            buffer.seek(0)
            buffer.truncate()
        return texts


class MonkeyPatch:
    """monkeypatch: changes that are undone after the test."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack

    def setattr(self, target: object, name: object, *value: object, raising: bool = True) -> None:
        """Set an attribute: of an object, or of `"module.name"`."""
        if isinstance(target, str):
            module, _, attribute = target.rpartition(".")
            target, name, value = importlib.import_module(module), attribute, (name,)
        self._stack.enter_context(mock.patch.object(target, str(name), value[0], create=not raising))

    def setenv(self, name: str, value: object) -> None:
        """Set a variable of the environment."""
        self._stack.enter_context(mock.patch.dict(os.environ, {name: str(value)}))

    def delenv(self, name: str, raising: bool = True) -> None:
        """Remove a variable of the environment."""
        self._stack.enter_context(mock.patch.dict(os.environ))
        if raising or name in os.environ:
            del os.environ[name]

    def setitem(self, mapping: dict[object, object], key: object, value: object) -> None:
        """Set an item."""
        self._stack.enter_context(mock.patch.dict(mapping, {key: value}))

    def chdir(self, path: Path) -> None:
        """Work in another folder."""
        self._stack.enter_context(contextlib.chdir(path))


class Fixtures:
    """Values for the parameters of one test."""

    def __init__(self, own: Mapping[str, Function], stack: contextlib.ExitStack) -> None:
        self._own = own
        self._stack = stack
        self._made: dict[str, object] = {}
        self._out, self._err = io.StringIO(), io.StringIO()
        stack.enter_context(contextlib.redirect_stdout(self._out))
        stack.enter_context(contextlib.redirect_stderr(self._err))

    def fill(self, function: Function, given: Mapping[str, object]) -> dict[str, object]:
        """Return keyword arguments for `function`; `given` ones come from parametrize."""
        return {name: given[name] if name in given else self._value(name) for name in needed(function)}

    def _value(self, name: str) -> object:
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> object:
        if name in self._own:
            return self._from_function(self._own[name])
        if name == "capsys":
            return Capture(self._out, self._err)
        if name == "monkeypatch":
            return MonkeyPatch(self._stack)
        if name == "tmp_path":
            return Path(self._stack.enter_context(tempfile.TemporaryDirectory()))
        raise LookupError(f"fixture {name!r} is not there: pytest is not installed, and its stand-in does not have it")

    def _from_function(self, function: Function) -> object:
        value = function(**self.fill(function, {}))
        if not inspect.isgenerator(value):
            return value
        self._stack.callback(next, value, None)
        return next(value)


def needed(function: Function) -> list[str]:
    """Return the names of parameters that have to be filled."""
    parameters = inspect.signature(function).parameters.values()
    return [p.name for p in parameters if p.default is p.empty and p.kind in {p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY}]


def tests_of(module: types.ModuleType) -> Iterator[tuple[str, type | None, Function]]:
    """Yield (name, class or None, function) of the tests that are not unittest's."""
    for name, value in list(vars(module).items()):
        if name.startswith("test") and inspect.isfunction(value):
            yield name, None, value
        elif name.startswith("Test") and inspect.isclass(value) and not issubclass(value, unittest.TestCase):
            for inner, function in inspect.getmembers(value, inspect.isfunction):
                if inner.startswith("test"):
                    yield f"{name}.{inner}", value, function


def run_functions(path: str, module: types.ModuleType, own: Mapping[str, Function], report: Report) -> None:
    """Run the test functions of a module, each in all its cases."""
    for name, owner, function in tests_of(module):
        if "skip_reason" in vars(function):
            report.skipped += 1
            continue
        for case in vars(function).get("cases", [{}]):
            shown = f"{path}::{name}" + (f"[{', '.join(map(clipped, case.values()))}]" if case else "")
            run_one(shown, functools.partial(call, owner, function, case), own, report)


def run_one(name: str, test: Callable[[Fixtures], None], own: Mapping[str, Function], report: Report) -> None:
    """Run one test and keep what comes of it."""
    try:
        with contextlib.ExitStack() as stack:
            test(Fixtures(own, stack))
        report.ran += 1
    except BaseException as error:  # noqa: BLE001 (also SystemExit: of a tested program it is a failure, not an end)
        if type(error).__name__ in {"Skipped", "SkipTest"}:
            report.skipped += 1
            return
        report.ran += 1
        report.failed(name, error)


def call(owner: type | None, function: Function, case: Mapping[str, object], fixtures: Fixtures) -> None:
    """Call a test function, or a test method between its setup and teardown."""
    instance = owner() if owner is not None else None
    test = function if instance is None else getattr(instance, function.__name__)
    around(instance, "setup_method", function)
    try:
        result = test(**fixtures.fill(test, case))
        if inspect.iscoroutine(result):
            asyncio.run(result)
    finally:
        around(instance, "teardown_method", function)


def around(instance: object, name: str, function: Function) -> None:
    """Call setup_method or teardown_method if there is one; it may take the method."""
    method = getattr(instance, name, None)
    if method is not None:
        method(*[function][: len(needed(method))])


class Result(unittest.TestResult):
    """Hands unittest's outcomes to the report."""

    def __init__(self, path: str, report: Report) -> None:
        super().__init__()
        self._path = path
        self._report = report
        self.buffer = True

    def startTest(self, test: unittest.TestCase) -> None:  # noqa: N802
        """Count it."""
        super().startTest(test)
        self._report.ran += 1

    def addFailure(self, test: unittest.TestCase, err: ErrorInfo) -> None:  # noqa: N802
        """Keep a failure."""
        self._report.failed(f"{self._path}::{test.id().partition('.')[2]}", err[1] or AssertionError())

    def addError(self, test: unittest.TestCase, err: ErrorInfo) -> None:  # noqa: N802
        """Keep an error."""
        self.addFailure(test, err)

    def addSubTest(self, _: unittest.TestCase, subtest: unittest.TestCase, err: ErrorInfo | None) -> None:  # noqa: N802
        """Keep a failure of a part."""
        if err is not None:
            self.addFailure(subtest, err)

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        """Keep it: passing where failure was expected is a failure."""
        self._report.failed(f"{self._path}::{test.id()}", AssertionError("unexpected success"))

    def addSkip(self, _: unittest.TestCase, _reason: str) -> None:  # noqa: N802
        """Count it apart."""
        self._report.ran -= 1
        self._report.skipped += 1


def fixtures_of(module: types.ModuleType) -> dict[str, Function]:
    """Return the fixture functions of a module."""
    functions = ((name, value) for name, value in vars(module).items() if inspect.isfunction(value))
    return {name: function for name, function in functions if "is_fixture" in vars(function)}


def conftests(path: str) -> list[str]:
    """Return the conftest.py files that hold for a test file, outermost first."""
    folder = Path(path).parent
    above = [*reversed(folder.parents), folder]
    return [str(place / "conftest.py") for place in above if (place / "conftest.py").exists()]


def run_file(path: str, report: Report) -> None:
    """Run the tests of one file."""
    own: dict[str, Function] = {}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            for file in conftests(path):
                own |= fixtures_of(load(file))
            module = load(path)
    except (Exception, SystemExit) as error:  # noqa: BLE001 (whatever keeps a test file from loading is its failure)
        if type(error).__name__ not in {"Skipped", "SkipTest"}:
            report.failed(f"{path} (it could not be loaded)", error)
        return
    unittest.defaultTestLoader.loadTestsFromModule(module).run(Result(path, report))
    run_functions(path, module, own | fixtures_of(module), report)


def main() -> None:
    """Answer one request: {token, paths, pytest: the stand-in's text}."""
    request = json.load(sys.stdin)
    out = sys.stdout
    sys.stdin = io.StringIO("")
    if importlib.util.find_spec("pytest") is None:
        sys.modules["pytest"] = stand_in = types.ModuleType("pytest")
        exec(compile(request["pytest"], "<pytest>", "exec"), vars(stand_in))  # noqa: S102
    sys.path[1:1] = [str(Path("src").resolve())] if Path("src").is_dir() else []
    report = Report()
    for path in request["paths"]:
        run_file(path, report)
    answer = {"ran": report.ran, "skipped": report.skipped, "failures": report.failures}
    out.write("\n" + request["token"] + json.dumps(answer) + "\n")
    out.flush()
    os._exit(0)  # threads that a test has left behind do not hold the answer up


if __name__ == "__main__":
    main()
