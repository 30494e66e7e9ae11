"""Words go to parameters in order; an optional one takes a word only if it fits and can be spared."""

from typing import Annotated, Literal

import pytest
from pydantic import Field

from agentsh.commands.arguments import Arguments, From, Rest, expected, parameters, parse, usage
from agentsh.core.errors import UsageError
from agentsh.core.ids import RoleName

ROLES = ("ann", "bob")


class Steps(Arguments):
    role: Annotated[RoleName | None, From("roles")] = None
    n: int = Field(default=1, ge=1)


class Model(Arguments):
    role: Annotated[RoleName | None, From("roles")] = None
    name: str


class Told(Arguments):
    role: Annotated[RoleName, From("roles")]
    text: Annotated[str, Rest()] = Field(min_length=1)


class Scoped(Arguments):
    scope: Literal["once", "session"] = "once"
    rule: Annotated[str | None, Rest()] = None


class Two(Arguments):
    a: Annotated[str | None, From("files")] = None
    b: str | None = None


@pytest.mark.parametrize(
    ("model", "line", "values"),
    [
        (Steps, "", (None, 1)),
        (Steps, "3", (None, 3)),
        (Steps, "bob", ("bob", 1)),
        (Steps, "  bob   3 ", ("bob", 3)),
        (Steps, "#bob 3", ("bob", 3)),
        (Model, "qwen3:8b", (None, "qwen3:8b")),
        (Model, "ann qwen3:8b", ("ann", "qwen3:8b")),
        (Model, "ann", (None, "ann")),
        (Told, "ann keep it  short", ("ann", "keep it  short")),
        (Told, "ann line one\nline two", ("ann", "line one\nline two")),
        (Scoped, "", ("once", None)),
        (Scoped, "session", ("session", None)),
        (Scoped, "session python *", ("session", "python *")),
        (Scoped, "python *", ("once", "python *")),
        (Two, '"a file.py" b.py', ("a file.py", "b.py")),
        (Two, "'a file.py'", ("a file.py", None)),
        (Two, "@main.py", ("main.py", None)),
        (Two, r'"say \"hi\".py"', ('say "hi".py', None)),
    ],
)
def test_words_find_their_parameters(model: type[Arguments], line: str, values: tuple[object, ...]) -> None:
    parsed = parse("it", model, line, ROLES)
    assert tuple(getattr(parsed, name) for name in type(parsed).model_fields) == values


@pytest.mark.parametrize(
    ("model", "line", "told"),
    [
        (Told, "", "ROLE is missing"),
        (Told, "ann", "TEXT is missing"),
        (Steps, "zoe", "no role 'zoe'"),
        (Steps, "zoe 3", "no role 'zoe'"),
        (Steps, "0", "N is '0'"),
        (Steps, "ann 3 4", "does not take '4'"),
        (Steps, "1.5", "N is '1.5'"),
        (Two, "a b c", "does not take 'c'"),
    ],
)
def test_what_does_not_fit_is_told_with_the_usage(model: type[Arguments], line: str, told: str) -> None:
    with pytest.raises(UsageError, match=told) as error:
        parse("it", model, line, ROLES)
    assert error.value.hint == f"Type: {usage('it', model)}"


def test_the_usage_line_shows_what_can_be_left_out() -> None:
    assert usage("step", Steps) == "/step [ROLE] [N]"
    assert usage("to", Told) == "/to ROLE TEXT"
    assert usage("approve", Scoped) == "/approve [once|session] [RULE]"
    assert usage("quit", Arguments) == "/quit"


@pytest.mark.parametrize(
    ("model", "before", "names"),
    [
        (Steps, "", ["role", "n"]),
        (Steps, "ann ", ["n"]),
        (Steps, "ann 3 ", []),
        (Model, "", ["role", "name"]),
        (Told, "ann ", ["text"]),
        (Told, "ann some words ", ["text"]),
        (Two, "x ", ["b"]),
    ],
)
def test_what_a_word_may_be_for_follows_from_the_words_before_it(
    model: type[Arguments], before: str, names: list[str]
) -> None:
    assert [parameter.name for parameter in expected(model, before, ROLES)] == names


def test_parameters_know_their_source() -> None:
    assert [parameter.source for parameter in parameters(Told)] == ["roles", None]
