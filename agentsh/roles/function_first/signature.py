"""The function that an idea asks for: its name and its parameters, read from free text."""

import ast
import builtins
import keyword
import re
from collections.abc import Iterator

from agentsh.core.model import Frozen
from agentsh.roles.function_first.python import parse, parse_expression, value_of

MOST_PARAMETERS = 6
_NAME_AND_BRACKET = re.compile(r"(?<![\w.])([A-Za-z_]\w*)\(")
TYPE = r"(?:str|int|float|bool|list|dict|tuple|set|None)\b(?:\[[^\]]*\])?"
"""What may stand behind the arrow of a signature."""
_VALUE_FOLLOWS = re.compile(rf"\s*(?:->|=>|→|⇒)\s*(?!{TYPE})\S")
_LONGEST_BRACKET = 300


class Parameter(Frozen):
    """One parameter of a function."""

    name: str
    default: str | None = None
    """Source of its default value."""
    many: bool = False
    """Whether it takes any number of values: `*numbers`."""

    @property
    def source(self) -> str:
        """It, as it stands in a definition."""
        star = "*" if self.many else ""
        return f"{star}{self.name}" + ("" if self.default is None else f"={self.default}")


class Signature(Frozen):
    """A function's name and parameters."""

    name: str
    parameters: tuple[Parameter, ...] = ()

    @property
    def source(self) -> str:
        """It, as it stands in a definition: `count_vowels(text)`."""
        return f"{self.name}({', '.join(parameter.source for parameter in self.parameters)})"

    def takes(self, count: int) -> bool:
        """Return whether it can be called with `count` arguments."""
        required = sum(parameter.default is None and not parameter.many for parameter in self.parameters)
        unlimited = any(parameter.many for parameter in self.parameters)
        return required <= count and (unlimited or count <= len(self.parameters))


class Call(Frozen):
    """A place in a text where something looks like a call or a signature."""

    name: str
    inside: str
    """What stands between the brackets."""
    start: int
    end: int
    """Just behind the closing bracket."""


def calls(text: str) -> Iterator[Call]:
    """Yield what looks like `name(…)` in `text` and could be Python."""
    for match in _NAME_AND_BRACKET.finditer(text):
        end = _closing(text, match.end())
        if end is not None:
            yield Call(name=match[1], inside=text[match.end() : end], start=match.start(), end=end + 1)


def find_signature(idea: str) -> Signature | None:
    """Return the function that `idea` names; without one spelled out, what its example calls show.

    `count_vowels(text)` is a signature; of `count_vowels("hello") -> 2` only the name is one, the parameter is named
    after its type.
    """
    found = [call for call in calls(idea) if is_function_name(call.name)]
    for call in found:
        parameters = read_parameters(call.inside)
        if parameters is not None and not _is_example(idea, call):
            return Signature(name=call.name, parameters=parameters)
    shown = ((call, _argument_types(call.inside)) for call in found)
    return next((Signature(name=call.name, parameters=name_by_type(types)) for call, types in shown if types), None)


def read_parameters(source: str) -> tuple[Parameter, ...] | None:
    """Return the parameters in `source`, as between the brackets of a definition; None when they are none."""
    try:
        (definition,) = parse(f"def f({source}): pass").body
    except (SyntaxError, ValueError):
        return None
    if not isinstance(definition, ast.FunctionDef) or len(source) > _LONGEST_BRACKET:
        return None
    arguments = definition.args
    if arguments.kwonlyargs or arguments.kwarg or not all(map(_is_value, arguments.defaults)):
        return None
    plain = [*arguments.posonlyargs, *arguments.args]
    padded = [None] * (len(plain) - len(arguments.defaults)) + [ast.unparse(value) for value in arguments.defaults]
    parameters = [Parameter(name=arg.arg, default=default) for arg, default in zip(plain, padded, strict=True)]
    if arguments.vararg:
        parameters.append(Parameter(name=arguments.vararg.arg, many=True))
    return tuple(parameters) if len(parameters) <= MOST_PARAMETERS else None


def is_function_name(name: str) -> bool:
    """Return whether a function may be called so: an identifier that means nothing in Python yet."""
    reserved = keyword.iskeyword(name) or keyword.issoftkeyword(name) or hasattr(builtins, name)
    return name.isidentifier() and name.isascii() and not name.startswith("__") and not reserved


def name_by_type(types: tuple[type, ...]) -> tuple[Parameter, ...]:
    """Return parameters named after what they take: text, number, items, value; numbered when several are alike."""
    names = [_name_of(kind) for kind in types]
    numbered = (
        f"{name}_{names[: n + 1].count(name)}" if names.count(name) > 1 else name for n, name in enumerate(names)
    )
    return tuple(Parameter(name=name) for name in numbered)


def _name_of(kind: type) -> str:
    names: dict[type, str] = {str: "text", int: "number", float: "number", list: "items", tuple: "items", dict: "table"}
    return names.get(kind, "value")


def _closing(text: str, start: int) -> int | None:
    """Return where the bracket that was opened before `start` closes: the first place that makes sense in Python."""
    end = text.find(")", start)
    while end != -1 and end - start <= _LONGEST_BRACKET:
        inside = text[start:end]
        if read_parameters(inside) is not None or _is_expression(f"f({inside})"):
            return end
        end = text.find(")", end + 1)
    return None


def _is_expression(source: str) -> bool:
    try:
        parse_expression(source)
    except ValueError:
        return False
    return True


def _is_value(node: ast.expr) -> bool:
    try:
        value_of(node)
    except ValueError:
        return False
    return True


def _is_example(idea: str, call: Call) -> bool:
    """Whether a value follows, so that `is_palindrome(level) -> True` is a call and no signature."""
    return bool(call.inside.strip()) and _VALUE_FOLLOWS.match(idea, call.end) is not None


def _argument_types(source: str) -> tuple[type, ...]:
    """Return the types of a call's arguments; a bare word counts as text."""
    try:
        call = parse_expression(f"f({source})")
    except ValueError:
        return ()
    arguments = call.args if isinstance(call, ast.Call) and not call.keywords else []
    return tuple(_type_of(argument) for argument in arguments) if len(arguments) <= MOST_PARAMETERS else ()


def _type_of(node: ast.expr) -> type:
    return type(value_of(node)) if _is_value(node) else str
