"""The part of Jinja that prompts are written in: it can show, choose, repeat and include, and nothing else.

Nothing in it can reach Python, run for ever or grow without bound, so a prompt file of a stranger is harmless. What
is not named here is refused when the file is read, with its line.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from types import TracebackType

from jinja2 import (
    BaseLoader,
    Environment,
    StrictUndefined,
    Template,
    TemplateNotFound,
    nodes,
    pass_context,
    pass_environment,
)
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS, make_attrgetter
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment, safe_range

MOST_CHARACTERS = 1_000_000
"""Longest text that a template, or a value within it, may become."""
MOST_TURNS = 100_000
"""Most turns of all loops of one rendering together."""
TURNS = "_turns"
"""Name under which a rendering's counter of turns is kept; no template can say it."""

METHODS = frozenset(
    [
        "items",
        "keys",
        "values",
        "get",
        "split",
        "splitlines",
        "strip",
        "lstrip",
        "rstrip",
        "lower",
        "upper",
        "title",
        "startswith",
        "endswith",
        "removeprefix",
        "removesuffix",
        "cycle",
    ]
)
_PLAIN_FILTERS = [
    "abs",
    "capitalize",
    "count",
    "d",
    "default",
    "dictsort",
    "first",
    "float",
    "int",
    "items",
    "last",
    "length",
    "list",
    "lower",
    "map",
    "max",
    "min",
    "reject",
    "rejectattr",
    "reverse",
    "select",
    "selectattr",
    "sort",
    "string",
    "sum",
    "title",
    "trim",
    "truncate",
    "unique",
    "upper",
    "wordcount",
]
_NODES = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.List,
    nodes.Tuple,
    nodes.Dict,
    nodes.Pair,
    nodes.Keyword,
    nodes.Getattr,
    nodes.Getitem,
    nodes.Slice,
    nodes.Filter,
    nodes.Test,
    nodes.Call,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Neg,
    nodes.Add,
    nodes.Sub,
    nodes.Concat,
    nodes.CondExpr,
    nodes.If,
    nodes.For,
    nodes.Assign,
    nodes.Include,
)


class LanguageError(Exception):
    """A template says something that prompts cannot say. `line` counts from the template's first."""

    def __init__(self, line: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.line = line
        self.hint = hint


class TooMuch(SecurityError):
    """A template that would run or grow beyond the caps."""


class _Undefined(StrictUndefined):
    """Says what there is instead."""

    @property
    def _undefined_message(self) -> str:
        within = self._undefined_obj
        if isinstance(within, Mapping) and self._undefined_name is not None:
            return f"there is no {self._undefined_name!r}; there is: {', '.join(map(str, within)) or 'nothing'}"
        return super()._undefined_message


class _Loader(BaseLoader):
    """Gets included templates from whoever knows how to find and check them."""

    def __init__(self, find: Callable[[str], Template | None]) -> None:
        self._find = find

    def load(  # Jinja's signature
        self,
        environment: Environment,  # noqa: ARG002
        name: str,
        globals: MutableMapping[str, object] | None = None,  # noqa: ARG002
    ) -> Template:
        """Return the template `name`. Raises TemplateNotFound."""
        if (template := self._find(name)) is None:
            raise TemplateNotFound(name)
        return template


class PromptEnvironment(ImmutableSandboxedEnvironment):
    """Jinja without what prompts do not need; `find` returns the template of a name that is included."""

    intercepted_binops = frozenset(["+", "-"])

    def __init__(self, find: Callable[[str], Template | None]) -> None:
        super().__init__(
            undefined=_Undefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=_shown,
            cache_size=0,
            loader=_Loader(find),
        )
        self.globals = {"range": safe_range}
        self.filters = {name: FILTERS[name] for name in _PLAIN_FILTERS} | _OWN_FILTERS

    def call_binop(self, context: Context, operator: str, left: object, right: object) -> object:  # noqa: ARG002
        """Add and subtract numbers; text and lists would grow."""
        if isinstance(left, int | float) and isinstance(right, int | float):
            return left + right if operator == "+" else left - right
        raise TypeError(f"{operator} is for numbers; join text with ~")


def check_language(tree: nodes.Template) -> None:
    """Raise LanguageError at the first thing in `tree` that prompts cannot say."""
    for node in _all_nodes(tree):
        if not isinstance(node, _NODES):
            raise LanguageError(node.lineno, f"{_name(node)!r} is not part of prompts", "Use if, for, set and include.")
        _check_node(node)


def _check_node(node: nodes.Node) -> None:
    match node:
        case nodes.Getattr(attr=str(name)) | nodes.Getitem(arg=nodes.Const(value=str(name))) if name.startswith("_"):
            raise LanguageError(node.lineno, f"{name!r} is private", "Names that begin with _ cannot be used.")
        case nodes.Name(name=str(name)) if name.startswith("_"):
            raise LanguageError(node.lineno, f"{name!r} is private", "Names that begin with _ cannot be used.")
        case nodes.Call():
            _check_call(node)
        case nodes.For(recursive=True):
            raise LanguageError(node.lineno, "a recursive loop", "Loop over a list.")
        case nodes.Include() if included_name(node) is None or not node.with_context:
            raise LanguageError(node.lineno, "what is included has to be named", 'Write: {% include "parts/x.md" %}')


def included_name(node: nodes.Include) -> str | None:
    """Return the name that an include gives; None when it is not written out."""
    match node.template:
        case nodes.Const(value=str(name)):
            return name
    return None


def _check_call(node: nodes.Call) -> None:
    match node.node:
        case nodes.Getattr(attr=str(name)) if name in METHODS:
            return
        case nodes.Name(name="range"):
            return
    hint = f"What can be called: range, {', '.join(sorted(METHODS))}"
    raise LanguageError(node.lineno, "this cannot be called", hint)


def _all_nodes(tree: nodes.Node) -> Iterator[nodes.Node]:
    waiting: list[nodes.Node] = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(node.iter_child_nodes())


def _name(node: nodes.Node) -> str:
    return getattr(node, "operator", None) or type(node).__name__.lower()


def guard(tree: nodes.Template, environment: Environment) -> None:
    """Build the caps into `tree`: turns of loops are counted, and so is the length of joined text."""
    for node in list(_all_nodes(tree)):
        match node:
            case nodes.For():
                node.iter = _filtered(node.iter, "counted")
            case nodes.Concat():
                node.nodes = [_filtered(nodes.List(node.nodes, lineno=node.lineno), "join")]
    tree.set_environment(environment)


def _filtered(node: nodes.Node, name: str) -> nodes.Filter:
    return nodes.Filter(node, name, [], [], None, None, lineno=node.lineno)


class Turns:
    """Counts the turns of one rendering."""

    def __init__(self) -> None:
        self.left = MOST_TURNS

    def take(self) -> None:
        """Count one turn. Raises TooMuch when there were too many."""
        self.left -= 1
        if self.left < 0:
            raise TooMuch(f"the loops take more than {MOST_TURNS} turns")


@pass_context
def _counted(context: Context, items: Iterable[object]) -> Iterator[object]:
    turns = context[TURNS]
    for item in items:
        turns.take()
        yield item


@pass_environment
def _join(environment: Environment, items: Iterable[object], separator: str = "", attribute: str | None = None) -> str:
    pick: Callable[[object], object] = make_attrgetter(environment, attribute) if attribute else _same
    parts: list[str] = []
    room = MOST_CHARACTERS
    for item in items:
        parts.append(str(_shown(pick(item))))
        room -= len(parts[-1]) + len(separator)
        if room < 0:
            raise TooMuch(f"the text grows beyond {MOST_CHARACTERS} characters")
    return separator.join(parts)


def _same(item: object) -> object:
    return item


def _replace(text: str, old: str, new: str) -> str:
    text, old, new = str(text), str(old), str(new)
    if len(text) + text.count(old) * len(new) > MOST_CHARACTERS:
        raise TooMuch(f"the text grows beyond {MOST_CHARACTERS} characters")
    return text.replace(old, new)


def _indent(text: str, width: int = 4, first: bool = False) -> str:
    pad = " " * min(int(width), 40)
    lines = str(text).split("\n")
    indented = [pad + line if line else line for line in lines]
    if not first:
        indented[0] = lines[0]
    return "\n".join(indented)


def _tojson(value: object, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=None if indent is None else min(int(indent), 8))


def _shown(value: object) -> object:
    return "" if value is None else value


_OWN_FILTERS: dict[str, Callable[..., object]] = {
    "counted": _counted,
    "join": _join,
    "replace": _replace,
    "indent": _indent,
    "tojson": _tojson,
}


def place_of_failure(trace: TracebackType | None) -> tuple[str | None, int]:
    """Return (name of the template, its line) in which a rendering failed; the innermost one."""
    place: tuple[str | None, int] = (None, 1)
    while trace is not None:
        template = trace.tb_frame.f_globals.get("__jinja_template__")
        if template is not None:
            place = (template.name, template.get_corresponding_lineno(trace.tb_lineno))
        trace = trace.tb_next
    return place
