"""Reading Python source from outside: without a warning on anybody's terminal, and with one kind of failure."""

import ast
import warnings

FAILURES = (SyntaxError, ValueError, TypeError, MemoryError, RecursionError)
"""What Python's own parser raises over strange text."""


def parse(source: str) -> ast.Module:
    """Return the syntax tree of `source`. Raises ValueError; a SyntaxError is told with its line."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source)
    except SyntaxError:
        raise
    except FAILURES as error:
        raise ValueError(f"no Python: {error}") from error


def parse_expression(source: str) -> ast.expr:
    """Return the expression that `source` is. Raises ValueError."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(source, mode="eval").body
    except FAILURES as error:
        raise ValueError(f"no expression: {source!r}") from error


def value_of(source: str | ast.expr) -> object:
    """Return the value that `source` spells out. Raises ValueError."""
    node = parse_expression(source.strip()) if isinstance(source, str) else source
    try:
        return ast.literal_eval(node)
    except FAILURES as error:
        raise ValueError("no value that is written out") from error
