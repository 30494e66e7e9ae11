"""How a command line's words become arguments: as text, as numbers, or as Python values, by what the examples show."""

from collections.abc import Sequence
from typing import Literal

from agentsh.core.verdict import Example
from agentsh.roles.function_first.python import value_of

Reader = Literal["text", "number", "value"]

SOURCE: dict[Reader, str] = {
    "text": "",
    "number": '''\
def number(text: str) -> int | float:
    """Return text as a whole number when it is one, else as a decimal one."""
    try:
        return int(text)
    except ValueError:
        return float(text)
''',
    "value": '''\
def value(text: str) -> object:
    """Return text as the Python value that it spells, or else as it is."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
''',
}
"""The function that main.py needs for it."""


def arguments_of(example: Example) -> tuple[object, ...]:
    """Return an example's arguments as values. Raises ValueError when they are not written out."""
    values = value_of(f"({example.args},)") if example.args.strip() else ()
    return values if isinstance(values, tuple) else ()


def reader_of(position: int, examples: Sequence[Example], default: str | None = None) -> Reader:
    """Return how the argument at `position` is read.

    Args:
        position: from 0.
        examples: what the function is called with.
        default: source of the parameter's default value; it counts when no example has the argument.
    """
    rows = [arguments_of(example) for example in examples]
    shown = [row[position] for row in rows if position < len(row)]
    if not shown and default is not None:
        shown = list(arguments_of(Example(args=default, result="None")))
    if all(isinstance(one, str) for one in shown):
        return "text"
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in shown)
    return "number" if numbers else "value"


def spelled(value: object) -> str:
    """Return a value as a person types it on a command line."""
    return value if isinstance(value, str) else repr(value)


def reads_back(value: object, reader: Reader) -> bool:
    """Return whether what `spelled` gives comes out as the same value again."""
    if reader == "text":
        return isinstance(value, str)
    if reader == "number":
        return True
    try:
        return value_of(spelled(value)) == value
    except ValueError:
        return isinstance(value, str)
