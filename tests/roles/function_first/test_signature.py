"""The function that an idea names."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.roles.function_first.signature import Signature, find_signature, is_function_name, read_parameters

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,12}", fullmatch=True).filter(is_function_name)


@pytest.mark.parametrize(
    ("idea", "source"),
    [
        ("Write a tool is_palindrome(word) that says whether …: level -> True", "is_palindrome(word)"),
        ("`def clamp(x, low=0, high=10):` keeps x between them", "clamp(x, low=0, high=10)"),
        ("is_leap_year(year: int) -> bool tells leap years", "is_leap_year(year)"),
        ("total(*numbers) adds them all", "total(*numbers)"),
        ("Use print() and len(x), and write shout(text)", "shout(text)"),
        ("total(numbers) returns 3 for [1, 2]", "total(numbers)"),
        ('count_vowels("hello") -> 2', "count_vowels(text)"),
        ("is_palindrome(level) -> True", "is_palindrome(text)"),
        ("add(1, 2) -> 3", "add(number_1, number_2)"),
        ("merge([1], {'a': 1}, True)", "merge(items, table, value)"),
        ("today() says which day it is", "today()"),
    ],
)
def test_a_signature_is_read_from_the_idea(idea: str, source: str) -> None:
    found = find_signature(idea)
    assert found is not None
    assert found.source == source


@pytest.mark.parametrize(
    "idea",
    [
        "",
        "Write a cli snake game",
        "a game (with levels) for two",
        "print(x) and class(y)",
        "f(a, b, c, d, e, g, h)",
        "f(**options)",
        "f(",
        "f(x y)",
    ],
)
def test_what_is_no_signature_is_not_taken_for_one(idea: str) -> None:
    assert find_signature(idea) is None


@given(NAMES, st.lists(NAMES, max_size=4, unique=True))
def test_any_plain_signature_is_found_in_a_sentence(name: str, parameters: list[str]) -> None:
    source = f"{name}({', '.join(parameters)})"
    found = find_signature(f"Write a tool {source} that does something useful.")
    assert found is not None
    assert found.source == source
    assert found.takes(len(parameters))
    assert not found.takes(len(parameters) + 1)


@given(st.text(max_size=200))
def test_any_text_gives_a_definition_that_compiles_or_nothing(text: str) -> None:
    found = find_signature(text)
    if found is not None:
        ast.parse(f"def {found.source}: pass")
        assert is_function_name(found.name)


@given(st.text(alphabet="abfx(),=*:'\"1[]. ->", max_size=60))
def test_any_brackets_give_a_definition_that_compiles_or_nothing(text: str) -> None:
    found = find_signature(text)
    if found is not None:
        ast.parse(f"def {found.source}: pass")


def test_a_name_that_means_something_in_python_already_is_none() -> None:
    taken = ["class", "match", "print", "sum", "2nd", "a-b", "", "__init__", "é"]
    assert [name for name in taken if is_function_name(name)] == []


def test_defaults_and_any_number_of_arguments_count_in_what_a_signature_takes() -> None:
    with_default = Signature(name="f", parameters=read_parameters("a, b=1") or ())
    assert [with_default.takes(count) for count in range(4)] == [False, True, True, False]
    many = Signature(name="f", parameters=read_parameters("a, *rest") or ())
    assert [many.takes(count) for count in range(4)] == [False, True, True, True]
