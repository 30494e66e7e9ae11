"""Examples in an idea, in the many ways in which people write them."""

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.roles.function_first.examples import MOST_EXAMPLES, find_examples
from agentsh.roles.function_first.signature import Parameter, Signature, find_signature

ONE = Signature(name="f", parameters=(Parameter(name="x"),))
TWO = Signature(name="f", parameters=(Parameter(name="x"), Parameter(name="y")))
WORDS = st.from_regex(r"[a-z]{2,8}", fullmatch=True).filter(
    lambda word: (
        word not in {"and", "or", "but", "is", "true", "false", "none", "null", "for", "like", "so", "with"}
        and word not in {"example", "examples", "input", "return", "returns", "gives", "give", "yield", "yields"}
    )
)
PLAIN = st.text(alphabet="abc XYZ-!?", max_size=8)
VALUES = st.one_of(
    st.integers(-999, 999),
    st.booleans(),
    st.floats(-1e6, 1e6).map(lambda number: round(number, 3)),
    PLAIN,
    st.lists(st.integers(-9, 9), max_size=3),
    st.none(),
)


def read(idea: str, signature: Signature | None = None) -> list[tuple[str, str]]:
    known = signature or find_signature(idea)
    assert known is not None
    return [(example.args, example.result) for example in find_examples(idea, known)]


@pytest.mark.parametrize(
    ("idea", "examples"),
    [
        ("is_p(word): level -> True, banana -> False", [("'level'", "True"), ("'banana'", "False")]),
        ("to_c(f) converts: 32 -> 0.0, 212 → 100.0, -40 => -40.0", [("32", "0.0"), ("212", "100.0"), ("-40", "-40.0")]),
        ('count("hello") -> 2 and count("sky") -> 0.', [("'hello'", "2"), ("'sky'", "0")]),
        ("add(a, b) adds: add(1, 2) = 3, add(0, 0) == 0", [("1, 2", "3"), ("0, 0", "0")]),
        ("add(a, b) adds: 1, 2 -> 3; 4, 5 -> 9", [("1, 2", "3"), ("4, 5", "9")]),
        ("add(a, b) adds: (1, 2) -> 3, (4, 5) -> 9", [("1, 2", "3"), ("4, 5", "9")]),
        ("rev(text): 'abc' => 'cba', \"a b\" => \"b a\".", [("'abc'", "'cba'"), ("'a b'", "'b a'")]),
        ("total(xs) returns 3 for [1, 2] and gives 0 for []", [("[1, 2]", "3"), ("[]", "0")]),
        (
            "title(text) works (hello world -> Hello World, abc -> Abc).",
            [("'hello world'", "'Hello World'"), ("'abc'", "'Abc'")],
        ),
        ("leap(year: int) -> bool. For example 2000 is True, 1900 gives False", [("2000", "True"), ("1900", "False")]),
        ("`slug(t)` makes slugs, e.g. `Hello World!` -> `hello-world`", [("'Hello World!'", "'hello-world'")]),
        (">>> double(2)\n4\n>>> double(-3)\n-6", [("2", "4"), ("-3", "-6")]),
        ("even(n). Examples:\n- 2 -> True\n- 3 -> False\n", [("2", "True"), ("3", "False")]),
        ("loud(text) that doesn't whisper: don't -> DON'T", [('"don\'t"', '"DON\'T"')]),
        ("words(text): 'one two' -> 2, '' -> 0", [("'one two'", "2"), ("''", "0")]),
        ("mid(xs): [1, 2, 3] -> 2, [1, 2, 3, 4] -> 2.5", [("[1, 2, 3]", "2"), ("[1, 2, 3, 4]", "2.5")]),
        ("greet(name, word='Hello'): greet('Bob') -> 'Hello Bob'", [("'Bob'", "'Hello Bob'")]),
        ("twice(x) is easy: “ab” → “abab”", [("'ab'", "'abab'")]),
        ("f(x) = x * 2", []),
        ("f(x) that says whether a word is a palindrome", []),
        ("f(x): nothing -> ", []),
        ("f(x): -> 3", []),
    ],
)
def test_examples_are_read_as_they_were_meant(idea: str, examples: list[tuple[str, str]]) -> None:
    assert read(idea) == examples


def test_where_one_value_is_text_bare_numbers_beside_it_are_text_too() -> None:
    assert read("fizz(n): 3 -> Fizz, 7 -> 7") == [("3", "'Fizz'"), ("7", "'7'")]
    assert read("size(text): hello -> 5, 123 -> 3") == [("'hello'", "5"), ("'123'", "3")]


def test_the_same_example_counts_once_and_there_are_not_too_many() -> None:
    assert len(read("f(x): 1 -> 2, 1 -> 2")) == 1
    assert len(read("f(x): " + ", ".join(f"{n} -> {n}" for n in range(50)))) == MOST_EXAMPLES


@given(st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=5, unique=True))
def test_bare_words_are_text(pairs: list[tuple[str, str]]) -> None:
    idea = "Write f(x) that turns words: " + ", ".join(f"{given_} -> {result}" for given_, result in pairs)
    assert read(idea, ONE) == [(repr(given_), repr(result)) for given_, result in pairs]


@given(
    st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=5),
    st.sampled_from(["->", "=>", "→"]),
    st.sampled_from([", ", "; ", "\n"]),
)
def test_python_values_come_back_as_they_were_written(
    pairs: list[tuple[object, object]], arrow: str, between: str
) -> None:
    idea = "Write f(x) that does it: " + between.join(f"{args!r} {arrow} {result!r}" for args, result in pairs)
    wanted = dict.fromkeys((repr(args), repr(result)) for args, result in pairs)
    texts = {kind: any(isinstance(pair[kind], str) for pair in pairs) for kind in (0, 1)}
    if not any(texts.values()):
        assert read(idea, ONE) == list(wanted)
    assert len(read(idea, ONE)) == len(wanted)


@given(st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=4))
def test_calls_come_back_as_they_were_written(rows: list[tuple[object, object, object]]) -> None:
    idea = "Write f(x, y) that does it: " + ", ".join(f"f({a!r}, {b!r}) -> {c!r}" for a, b, c in rows)
    found = read(idea, TWO)
    if not any(isinstance(value, str) for row in rows for value in row):
        assert found == list(dict.fromkeys((f"{a!r}, {b!r}", repr(c)) for a, b, c in rows))


@given(st.text(max_size=200))
def test_any_text_gives_examples_that_are_python_or_none(text: str) -> None:
    for example in find_examples(text, ONE):
        ast.literal_eval(f"({example.args},)")
        ast.literal_eval(example.result)


@given(st.text(alphabet="ab1,;:'\"()[]{}-=>. \n`", max_size=80))
def test_any_punctuation_gives_examples_that_are_python_or_none(text: str) -> None:
    for signature in (ONE, TWO):
        for example in find_examples(text, signature):
            assert len(ast.literal_eval(f"({example.args},)")) == len(signature.parameters)
            ast.literal_eval(example.result)
