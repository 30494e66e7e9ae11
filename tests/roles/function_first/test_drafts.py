"""The one function that was wanted, taken out of whatever a model answered."""

import ast
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.roles.function_first.drafts import extract
from agentsh.roles.function_first.signature import Parameter, Signature

DOUBLE = Signature(name="double", parameters=(Parameter(name="x"),))
PLAIN = "def double(x):\n    return x * 2"


def taken(answer: str, signature: Signature = DOUBLE) -> str:
    draft = extract(answer, signature)
    assert draft is not None
    return draft.source


@pytest.mark.parametrize(
    "answer",
    [
        f"```python\n{PLAIN}\n```",
        f"```\n{PLAIN}\n```\nIt doubles.",
        f"~~~py\n{PLAIN}\n~~~",
        f"Here it is:\n\n```python\n{PLAIN}\n\nprint(double(2))\n```\n\nNote that …",
        f"```python\n{PLAIN}\n",
        PLAIN,
        f"Sure!\n{PLAIN}\n\nThis function doubles a number.",
        f"```python\n{PLAIN}\n\nif __name__ == '__main__':\n    print(double(input()))\n```",
        f"```python\nimport sys\n\n{PLAIN}\n\nresult = double(4)\nassert result == 8\n```",
        f"```python\n{PLAIN}\n\ndef main():\n    print(double(4))\n\ndef test_it():\n    assert double(1) == 2\n```",
        f"```sh\npip install nothing\n```\n```python\n{PLAIN}\n```",
        f"```python\n{PLAIN}\n\ndef half(x:\n```",
        "```python\ndef twice(x):\n    return x * 2\n```",
        ">>> def double(x):\n...     return x * 2\n",
        "```python\ndef double(x):\n    print('doubling')\n    return x * 2\n```",
        "```python\ndef double(x):\n    print(x * 2)\n```",
    ],
)
def test_the_definition_stays_and_the_rest_goes(answer: str) -> None:
    assert taken(answer) == PLAIN


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "I cannot do that.",
        "```python\nprint(4)\n```",
        "```python\ndef double(\n```",
        "```python\ndef one(x):\n    return 1\n\ndef two(x):\n    return 2\n```",
        "```python\ndef double(x, y):\n    return x * y\n```",
        "```python\ndef double():\n    return 4\n```",
        "```python\ndef double(x, *, by):\n    return x * by\n```",
        "\0",
    ],
)
def test_an_answer_without_a_function_that_could_be_called_as_wanted_has_no_draft(answer: str) -> None:
    assert extract(answer, DOUBLE) is None


def test_a_function_under_another_name_is_renamed_also_where_it_calls_itself() -> None:
    source = taken("def fac(n):\n    return 1 if n < 2 else n * fac(n - 1)", DOUBLE)
    assert "fac" not in source
    assert source.count("double(") == 2


def test_helpers_and_constants_that_are_used_stay_and_others_go() -> None:
    source = taken(
        "```python\nBY = 2\nUNUSED = 3\nTOTAL = input()\n\ndef times(x):\n    return x * BY\n\n"
        "def unused():\n    pass\n\ndef double(x):\n    return times(x)\n```"
    )
    assert source == "BY = 2\ndef times(x):\n    return x * BY\ndef double(x):\n    return times(x)"


@pytest.mark.parametrize(
    ("body", "imports"),
    [
        ("math.sqrt(x)", ["import math"]),
        ("sqrt(x) + pi", ["from math import pi", "from math import sqrt"]),
        ("Counter(x)", ["from collections import Counter"]),
        ("[y for y in x if y in string.punctuation]", ["import string"]),
        ("nowhere(x)", []),
        ("len(x)", []),
    ],
)
def test_forgotten_imports_of_the_standard_library_are_added(body: str, imports: list[str]) -> None:
    draft = extract(f"def double(x):\n    return {body}", DOUBLE)
    assert draft is not None
    assert list(draft.imports) == imports


def test_its_own_imports_stay_as_far_as_they_are_used() -> None:
    draft = extract("from math import sqrt, floor as down\nimport os\ndef double(x):\n    return down(x)", DOUBLE)
    assert draft is not None
    assert draft.imports == ("from math import floor as down",)


@given(st.text(max_size=300))
def test_any_answer_gives_python_or_nothing(answer: str) -> None:
    draft = extract(answer, DOUBLE)
    if draft is not None:
        ast.parse(draft.source)


@given(st.integers(0, 200), st.sampled_from(["```python\n{}\n```", "{}", "Look:\n```\n{}"]))
def test_an_answer_that_is_cut_anywhere_gives_python_or_nothing(length: int, frame: str) -> None:
    whole = (
        "import math\n\ndef double(x):\n    if x:\n        return math.fsum([x, x])\n    return 0\n\nprint(double(1))"
    )
    draft = extract(frame.format(whole)[:length], DOUBLE)
    if draft is not None:
        assert any(isinstance(node, ast.FunctionDef) for node in ast.parse(draft.source).body)


@pytest.mark.parametrize("deep", ["(" * 5000, "[" * 150 + "]" * 150, "+".join(["1"] * 9000), "not " * 4000 + "x"])
def test_code_that_is_nested_too_deep_is_no_draft_or_a_whole_one(deep: str) -> None:
    draft = extract(f"def double(x):\n    return {deep}", DOUBLE)
    if draft is not None:
        ast.parse(draft.source)


def test_reading_strange_code_warns_nobody() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert taken('def double(x):\n    return 1if x is 1 else "\\d"')
