"""Reads the rest of a command's line into its pydantic model: words, numbers, roles, and free text at the end."""

import re
import types
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo

from agentsh.core.errors import UsageError

Source = Literal[
    "roles",
    "files",
    "sessions",
    "teams",
    "role_files",
    "models",
    "breakpoints",
    "set_breakpoints",
    "questions",
    "messages",
    "commands",
    "causes",
    "entities",
    "components",
    "worlds",
]
"""Where completions of an argument come from."""
_WORD = re.compile(r"""\s*(?:"((?:\\.|[^"\\])*)"|'([^']*)'|(\S+))""")
_ESCAPE = re.compile(r"\\(.)")
_MARKS: Mapping[Source, str] = {"roles": "#", "files": "@"}
"""A mark that a person may leave before such a word: completion puts it there."""


@dataclass(frozen=True, slots=True)
class From:
    """Annotates a field: its words are completed from here."""

    source: Source


@dataclass(frozen=True, slots=True)
class Rest:
    """Annotates the last field: it takes the rest of the line as it was typed."""


@dataclass(frozen=True, slots=True)
class Shown:
    """Annotates a field: how it stands in the usage line, when not by its name."""

    name: str


class Arguments(BaseModel):
    """What a command takes; its fields, in their order, are its words. A command without any uses this itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)


A = TypeVar("A", bound=Arguments)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One field of an Arguments model, as parsing and help see it."""

    name: str
    required: bool
    takes_rest: bool
    source: Source | None
    choices: tuple[str, ...]
    number: bool
    shown: str

    @property
    def usage(self) -> str:
        """How it stands in a usage line: `ROLE`, `[N]`, `[once|session|always]`."""
        return self.shown if self.required else f"[{self.shown}]"

    def fits(self, word: str, roles: Sequence[str]) -> bool:
        """Return whether `word` may be meant for it, when it can be left out."""
        if self.choices:
            return word in self.choices
        if self.number:
            return _is_number(word)
        if self.source == "roles":
            return self.unmarked(word) in roles
        return True

    def unmarked(self, word: str) -> str:
        """Return the word without the mark of its kind: `#engineer`, `@main.py`."""
        mark = _MARKS.get(self.source) if self.source is not None else None
        return word.removeprefix(mark) if mark else word


def parameters(model: type[Arguments]) -> tuple[Parameter, ...]:
    """Return the parameters of a model, in order."""
    return tuple(_parameter(name, info) for name, info in model.model_fields.items())


def usage(name: str, model: type[Arguments]) -> str:
    """Return the usage line: `/step [ROLE] [N]`."""
    return " ".join([f"/{name}", *(parameter.usage for parameter in parameters(model))])


def parse(name: str, model: type[A], rest: str, roles: Sequence[str]) -> A:
    """Return the arguments that `rest` spells.

    Args:
        name: the command, for what is said when they do not fit.
        model: what the command takes.
        rest: the line after the command.
        roles: names of the team, by which an optional role is told from other words.

    Raises:
        UsageError: a word fits nowhere, or one is missing; the usage line is its hint.
    """
    hint = f"Type: {usage(name, model)}"
    values, left = _assign(parameters(model), rest, roles, lambda fact: UsageError(fact, hint=hint))
    if left:
        raise UsageError(_leftover(name, rest, left, parameters(model), roles), hint=hint)
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise UsageError(_complaint(error), hint=hint) from None


def expected(model: type[Arguments], before: str, roles: Sequence[str]) -> tuple[Parameter, ...]:
    """Return which parameters the next word may be for, once the whole words of `before` are taken."""
    left = before
    waiting = list(parameters(model))
    while waiting and (word := _next(left)) is not None:
        if waiting[0].takes_rest:
            return (waiting[0],)
        parameter = waiting.pop(0)
        if parameter.required or parameter.fits(word[0], roles):
            left = word[1]
    return _up_to_required(waiting)


def _up_to_required(waiting: Sequence[Parameter]) -> tuple[Parameter, ...]:
    found: list[Parameter] = []
    for parameter in waiting:
        found.append(parameter)
        if parameter.required:
            break
    return tuple(found)


def _assign(
    wanted: Sequence[Parameter], rest: str, roles: Sequence[str], error: Callable[[str], UsageError]
) -> tuple[dict[str, str], str]:
    """Give words to parameters in order; an optional one takes a word only if it fits and can be spared."""
    values: dict[str, str] = {}
    left = rest.strip()
    for index, parameter in enumerate(wanted):
        needed = sum(later.required for later in wanted[index + 1 :])
        word = _next(left)
        if word is None:
            if parameter.required:
                raise error(f"{parameter.shown} is missing")
            continue
        if parameter.takes_rest:
            values[parameter.name], left = left, ""
        elif parameter.required or (parameter.fits(word[0], roles) and _count(left) > needed):
            values[parameter.name], left = parameter.unmarked(word[0]), word[1].strip()
    return values, left


def _leftover(name: str, rest: str, left: str, wanted: Sequence[Parameter], roles: Sequence[str]) -> str:
    may_be_role = any(parameter.source == "roles" and not parameter.required for parameter in wanted)
    words = [word[0] for text in (rest, left) if (word := _next(text)) is not None]
    unknown = [word for word in words if not _is_number(word) and word.removeprefix("#") not in roles]
    if may_be_role and unknown:
        return f"there is no role {unknown[0]!r}; there are: {', '.join(roles) or 'none'}"
    return f"/{name} does not take {words[-1]!r}"


def _parameter(name: str, info: FieldInfo) -> Parameter:
    annotation = info.annotation
    options = _options(annotation)
    source = next((mark.source for mark in info.metadata if isinstance(mark, From)), None)
    choices = tuple(str(choice) for option in options if get_origin(option) is Literal for choice in get_args(option))
    shown = next((mark.name for mark in info.metadata if isinstance(mark, Shown)), None)
    return Parameter(
        name=name,
        required=info.is_required(),
        takes_rest=any(isinstance(mark, Rest) for mark in info.metadata),
        source=source,
        choices=choices,
        number=any(option in (int, float) for option in options),
        shown=shown or ("|".join(choices) if choices else name.upper()),
    )


def _options(annotation: object) -> tuple[object, ...]:
    if get_origin(annotation) in (Union, types.UnionType):
        return tuple(option for option in get_args(annotation) if option is not type(None))
    return (annotation,)


def _next(text: str) -> tuple[str, str] | None:
    """Return the first word of `text`, quotes taken off, and what comes after it."""
    if (found := _WORD.match(text)) is None:
        return None
    double, single, plain = found.groups()
    word = _ESCAPE.sub(r"\1", double) if double is not None else single if single is not None else plain
    return word, text[found.end() :]


def _count(text: str) -> int:
    words = 0
    while (found := _next(text)) is not None:
        words, text = words + 1, found[1]
    return words


def _is_number(word: str) -> bool:
    return re.fullmatch(r"\d+(\.\d+)?", word) is not None


def _complaint(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = str(first["loc"][0]).upper() if first["loc"] else "it"
    message = str(first["msg"]).removeprefix("Value error, ")
    return f"{where} is {first['input']!r}: {message[:1].lower()}{message[1:]}"
