"""Stands in for pytest where it is not installed: raises, approx, fixture, parametrize, skip, fail, and no more."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from types import TracebackType
from typing import NoReturn, Self, TypeVar

F = TypeVar("F", bound=Callable[..., object])
Decorator = Callable[[F], F]


class Skipped(Exception):
    """The test does not want to run."""


class Failed(AssertionError):
    """The test says itself that it failed."""


def skip(reason: str = "", **_: object) -> NoReturn:
    """Leave the test out."""
    raise Skipped(reason)


def fail(reason: str = "", **_: object) -> NoReturn:
    """Let the test fail."""
    raise Failed(reason)


class raises:  # noqa: N801 (pytest's name)
    """Expects an exception: as a context manager, or from a function that it calls."""

    def __init__(
        self,
        expected: type[BaseException] | tuple[type[BaseException], ...],
        function: Callable[..., object] | None = None,
        *words: object,
        match: str | None = None,
        **options: object,
    ) -> None:
        self.expected = expected
        self.match = match
        self.value: BaseException | None = None
        self.type: type[BaseException] | None = None
        if function is not None:
            with self:
                function(*words, **options)

    def __enter__(self) -> Self:
        """Return where the exception will be kept, as `value`."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> bool:
        """Take the exception in if it is the expected one."""
        if kind is None:
            raise Failed(f"DID NOT RAISE {self.expected!r}")
        if not issubclass(kind, self.expected):
            return False
        self.value, self.type = value, kind
        if self.match is not None and not re.search(self.match, str(value)):
            raise Failed(f"{str(value)!r} does not match {self.match!r}")
        return True


class approx:  # noqa: N801 (pytest's name)
    """Equals numbers that are near, also inside lists, tuples and dicts."""

    __hash__ = None  # type: ignore[assignment]  # as pytest's: nearness is not transitive

    def __init__(self, expected: object, rel: float = 1e-6, abs: float = 1e-12) -> None:
        self.expected = expected
        self.rel = rel
        self.abs = abs

    def __eq__(self, actual: object) -> bool:
        """Compare part by part."""
        return self._near(actual, self.expected)

    def __repr__(self) -> str:
        """Show what was expected."""
        return f"approx({self.expected!r})"

    def _near(self, actual: object, expected: object) -> bool:
        if isinstance(expected, Mapping) and isinstance(actual, Mapping):
            return set(actual) == set(expected) and all(self._near(actual[key], expected[key]) for key in expected)
        if isinstance(expected, list | tuple) and isinstance(actual, list | tuple):
            return len(actual) == len(expected) and all(map(self._near, actual, expected))
        if isinstance(expected, int | float) and isinstance(actual, int | float):
            return math.isclose(actual, expected, rel_tol=self.rel, abs_tol=self.abs)
        return bool(actual == expected)


def fixture(function: F | None = None, **_: object) -> F | Decorator[F]:
    """Mark a function as a fixture; its value is made anew for each test."""

    def mark_it(marked: F) -> F:
        vars(marked)["is_fixture"] = True
        return marked

    return mark_it if function is None else mark_it(function)


def param(*values: object, **_: object) -> object:
    """Return the values of one parametrized case."""
    return values[0] if len(values) == 1 else values


def _values(case: object, count: int) -> Iterable[object]:
    return case if count > 1 and isinstance(case, Iterable) else (case,)


class _Marks:
    """`pytest.mark`: what it knows it does; any other mark says something to people only."""

    def parametrize(self, names: str | Iterable[str], cases: Iterable[object], **_: object) -> Decorator[F]:
        """Run a test once for each case."""
        wanted = [name.strip() for name in names.split(",")] if isinstance(names, str) else list(names)
        rows = [dict(zip(wanted, _values(case, len(wanted)), strict=True)) for case in cases]

        def mark_it(function: F) -> F:
            vars(function)["cases"] = [{**old, **row} for old in vars(function).get("cases", [{}]) for row in rows]
            return function

        return mark_it

    def skip(self, function: F | None = None, reason: str = "skip") -> F | Decorator[F]:
        """Leave a test out."""

        def mark_it(marked: F) -> F:
            vars(marked)["skip_reason"] = reason
            return marked

        return mark_it if function is None else mark_it(function)

    def skipif(self, condition: bool, reason: str = "skipif") -> F | Decorator[F]:
        """Leave a test out when the condition holds."""
        return self.skip(reason=reason) if condition else lambda function: function

    def __getattr__(self, name: str) -> Callable[..., object]:
        """Return a mark that changes nothing, with or without arguments."""
        return lambda *words, **_: words[0] if len(words) == 1 and callable(words[0]) else lambda function: function


mark = _Marks()


def __getattr__(name: str) -> NoReturn:
    raise AttributeError(f"pytest.{name} is not there: pytest is not installed, and its stand-in does not have it")
