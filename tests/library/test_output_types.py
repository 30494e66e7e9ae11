"""The language of outputs: short to write, and always bounded."""

import json
from contextlib import suppress
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.errors import FileError
from agentsh.core.model import JsonObject
from agentsh.core.outputs import validate_object
from agentsh.library.front import split_front
from agentsh.library.output_types import LIST_LENGTH, TEXT_LENGTH, output_schema


def schema(output: str) -> JsonObject:
    front = split_front("a.md", f"---\nname: a\noutput:{output}\n---\n")
    return output_schema(front.fields["output"], front.places)


def field(written: str) -> object:
    properties = schema(f"\n  x: {written}")["properties"]
    assert isinstance(properties, dict)
    return properties["x"]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("str", {"type": "string", "maxLength": TEXT_LENGTH}),
        ("str(min 1, max 9)", {"type": "string", "minLength": 1, "maxLength": 9}),
        ("int", {"type": "integer"}),
        ("int(min -1, max 9)", {"type": "integer", "minimum": -1, "maximum": 9}),
        ("float(max 0.5)", {"type": "number", "maximum": 0.5}),
        ("bool", {"type": "boolean"}),
        ("approve|rewrite", {"type": "string", "enum": ["approve", "rewrite"]}),
        ("yes | no | not yet", {"type": "string", "enum": ["yes", "no", "not yet"]}),
        ("list[int]", {"type": "array", "items": {"type": "integer"}, "maxItems": LIST_LENGTH}),
        (
            "list[a|b](min 1, max 2)",
            {"type": "array", "items": {"type": "string", "enum": ["a", "b"]}, "minItems": 1, "maxItems": 2},
        ),
        (
            "list[str(max 4)](max 2)",
            {"type": "array", "items": {"type": "string", "maxLength": 4}, "maxItems": 2},
        ),
        (
            "list[list[bool]]",
            {
                "type": "array",
                "items": {"type": "array", "items": {"type": "boolean"}, "maxItems": LIST_LENGTH},
                "maxItems": LIST_LENGTH,
            },
        ),
    ],
)
def test_a_type_means_a_bounded_schema(written: str, meant: JsonObject) -> None:
    assert field(written) == meant


def test_fields_are_required_in_their_order_and_nothing_else_gets_in() -> None:
    assert schema("\n  z: int\n  a: int?\n  m: list[str](max 2)?\n  b: int") == {
        "type": "object",
        "properties": {
            "z": {"type": "integer"},
            "a": {"type": "integer"},
            "m": {"type": "array", "items": {"type": "string", "maxLength": 500}, "maxItems": 2},
            "b": {"type": "integer"},
        },
        "required": ["z", "b"],
        "additionalProperties": False,
    }


def test_mappings_nest_alone_and_in_lists() -> None:
    written = (
        "\n  author:\n    name: str(max 9)\n  tasks(min 1, max 3)?:\n    - path: str(max 9)\n      uses: list[str]?"
    )
    inner = schema(written)
    assert inner["required"] == ["author"]
    assert validate_object(inner, {"author": {"name": "x"}, "tasks": [{"path": "a"}]}) == {
        "author": {"name": "x"},
        "tasks": [{"path": "a", "uses": None}],
    }


def test_on_one_line_it_means_the_same() -> None:
    inline = schema(
        " {title: str, goals: list[str(max 9)](min 1, max 5), s: 'str', n(max 4): [{p: a|b}], d: int(min 1)?}"
    )
    block = schema(
        "\n  title: str\n  goals: list[str(max 9)](min 1, max 5)\n  s: str\n  n(max 4):\n    - p: a|b\n  d: int(min 1)?"
    )
    assert inline == block


@pytest.mark.parametrize(
    ("written", "line", "said", "mend"),
    [
        (" models:Plan", 3, "there is no plugin with a model 'models:Plan'", "Write its fields"),
        (" str", 3, "a mapping of fields", "title: str"),
        ("", 3, "a mapping of fields", "title: str"),
        ("\n  - a", 3, "a mapping of fields", "title: str"),
        ("\n  a: str\n  b: string", 5, "unknown type 'string'", "Did you mean 'str'?"),
        ("\n  a: flaot", 4, "unknown type 'flaot'", "Did you mean 'float'?"),
        ("\n  a: list", 4, "unknown type 'list'", "list[str]"),
        ("\n  a: models:Plan", 4, "there is no plugin with a model", "Write its fields"),
        ("\n  a: list[str?]", 4, "cannot be optional", "behind the list"),
        ("\n  a: list[list[list[list[int]]]]", 4, "deeper than 3", "flatter"),
        ("\n  a: x||y", 4, "no choice of words", "approve|rewrite"),
        ("\n  a: x|x", 4, "no choice of words", "approve|rewrite"),
        ("\n  a: str(4)", 4, "'4' are no bounds", "(min 1, max 5)"),
        ("\n  a: str(max 4, max 5)", 4, "are no bounds", "(min 1, max 5)"),
        ("\n  a: int(min 5, max 4)", 4, "leave nothing", "smaller"),
        ("\n  a: str(max 2000)", 4, "out of bounds", "1900"),
        ("\n  a: list[str](max 101)", 4, "out of bounds", "100"),
        ("\n  a: str(min -1)", 4, "out of bounds", "0"),
        ("\n  a: bool(min 1)", 4, "a bool has no bounds", "bool"),
        ("\n  a(max 4): str", 4, "the bounds stand behind", "str(max 4)"),
        ("\n  1a: str", 4, "no name for a field", "letter"),
        ("\n  a: str\n  a?: str", 5, "'a' is there twice", "Keep one"),
        ("\n  a:", 4, "None is no type", "a type such as str"),
        ("\n  a: [str]", 4, "is no type", "a type such as str"),
        ("\n  a: {}", 4, "is no type", "a type such as str"),
        ("\n  a:\n    b:\n      - c: what", 6, "unknown type 'what'", "Types are"),
    ],
)
def test_a_mistake_is_named_with_its_line(written: str, line: int, said: str, mend: str) -> None:
    with pytest.raises(FileError) as caught:
        schema(written)
    error = caught.value
    assert (error.line, said in str(error), mend in error.hint) == (line, True, True), (str(error), error.hint)


types = st.recursive(
    st.sampled_from(["str", "int", "float", "bool", "a|b", "str(max 9)", "int(min 0)"]),
    lambda inner: inner.map(lambda written: f"list[{written}](max 3)"),
    max_leaves=3,
)


@given(st.lists(types, min_size=1, max_size=4))
def test_what_is_written_becomes_json_that_validates(written: list[str]) -> None:
    fields = "".join(f"\n  f{number}: {type_}?" for number, type_ in enumerate(written))
    made = json.loads(json.dumps(schema(fields)))
    assert set(validate_object(made, {}).values()) == {None}


@given(st.text(alphabet=st.sampled_from("strlint[](){}|?,: min max0123_'\""), max_size=60))
def test_any_type_is_a_schema_or_a_file_error(written: str) -> None:
    with suppress(FileError):
        assert schema(f"\n  x: {written}")["type"] == "object"


@pytest.mark.parametrize(
    "hostile", ["list[" * 50_000, "a" * 250_000, "(" * 100_000, "a(min" * 50_000, '"' + "? " * 100_000 + '"']
)
def test_a_hostile_type_takes_no_time(hostile: str) -> None:
    started = process_time()
    for written in (f" {{x: {hostile}}}", f"\n  x: {hostile}"):
        with pytest.raises(FileError) as caught:
            schema(written)
        assert len(str(caught.value)) < 500
    assert process_time() - started < 5
