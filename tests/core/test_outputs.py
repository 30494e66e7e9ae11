"""A structured answer is valid, or the model is told what is wrong with it."""

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from agentsh.core.model import JsonObject
from agentsh.core.outputs import OutputMismatch, validate_object, validate_output

REVIEW: JsonObject = {
    "type": "object",
    "properties": {
        "verdict": {"type": "string", "enum": ["approve", "rewrite"]},
        "comments": {"type": "array", "items": {"type": "string", "maxLength": 40}, "maxItems": 3},
        "score": {"type": "integer", "minimum": 0, "maximum": 10},
    },
    "required": ["verdict", "comments"],
    "additionalProperties": False,
}
GOOD: JsonObject = {"verdict": "approve", "comments": ["fine"], "score": 7}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "text",
    [
        '{"verdict": "approve", "comments": ["fine"], "score": 7}',
        'Here it is:\n```json\n{"verdict": "approve", "comments": ["fine"], "score": 7}\n```\nThat is all.',
        'In {short} words: {"verdict": "approve", "comments": ["fine"], "score": 7} as you wished',
        '{"verdict": "approve", "comments": ["fine",], "score": 7,}',
        '{"verdict": "approve", "comments": ["fine"], "score": "7"}',
    ],
    ids=["plain", "fenced", "in prose", "trailing commas", "number as text"],
)
def test_an_object_is_found_whatever_stands_around_it(text: str) -> None:
    assert validate_output(REVIEW, text) == GOOD


def test_mending_leaves_strings_alone() -> None:
    text = '{"verdict": "approve", "comments": ["a,] and \\",}", "two\nlines",]}'
    assert validate_output(REVIEW, text)["comments"] == ['a,] and ",}', "two\nlines"]


def test_fields_come_in_the_order_of_the_schema_and_a_missing_optional_one_is_none() -> None:
    valid = validate_output(REVIEW, '{"comments": [], "verdict": "rewrite"}')
    assert list(valid.items()) == [("verdict", "rewrite"), ("comments", []), ("score", None)]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("I approve.", "no JSON object"),
        ('{"verdict": "approve", "comments": ["fi', "stops before its end"),
        ('{"verdict": "approve", "comments": ["fine"]', "stops before its end"),
        ('{"verdict": approve}', "broken at its line 1 column 13"),
        ('{"verdict": "approve", "comments": [NaN]}', "no plain JSON value"),
        ('{"a":' * 50_000, "no plain JSON value"),
        ('{"verdict": "maybe", "comments": []}', "verdict: Input should be 'approve' or 'rewrite'"),
        ('{"comments": []}', "verdict: Field required"),
        ('{"verdict": "approve", "comments": [], "extra": 1}', "extra: Extra inputs are not permitted"),
        ('{"verdict": "approve", "comments": [{"x": 1}]}', "comments[0]: Input should be a valid string"),
        ('{"verdict": "approve", "comments": ["a","b","c","d"]}', "comments: List should have at most 3 items"),
        ('{"verdict": "approve", "comments": [], "score": 11}', "score: Input should be less than or equal to 10"),
        ('{"verdict": "approve", "comments": ["\\ud800"]}', "comments[0]: Input should be a valid string"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(OutputMismatch) as caught:
        validate_output(REVIEW, text)
    assert said in str(caught.value)


def test_many_mistakes_are_told_briefly() -> None:
    with pytest.raises(OutputMismatch, match="and 15 more"):
        validate_object(REVIEW, {"verdict": "approve", "comments": [], **{f"x{number}": 1 for number in range(20)}})


def test_nested_objects_name_the_whole_path() -> None:
    task: JsonObject = {"type": "object", "properties": {"path": {"type": "string"}}, "required": ["path"]}
    schema: JsonObject = {
        "type": "object",
        "properties": {"tasks": {"type": "array", "items": task}},
        "required": ["tasks"],
    }
    with pytest.raises(OutputMismatch, match=r"tasks\[1\]\.path: Field required"):
        validate_object(schema, {"tasks": [{"path": "a"}, {}]})


@given(st.text(max_size=200))
def test_any_text_is_an_object_or_a_mismatch(text: str) -> None:
    with contextlib.suppress(OutputMismatch):
        assert isinstance(validate_output({"type": "object"}, text), dict)


@given(json_values)
def test_any_value_is_valid_or_a_mismatch(value: JsonValue) -> None:
    try:
        valid = validate_object(REVIEW, value)
    except OutputMismatch:
        return
    assert valid["verdict"] in ("approve", "rewrite")


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=3))
def test_what_was_dumped_comes_back(comments: list[str]) -> None:
    text = json.dumps({"verdict": "rewrite", "comments": comments, "score": None})
    assert validate_output(REVIEW, text)["comments"] == comments


def test_a_hostile_answer_takes_no_time() -> None:
    with pytest.raises(OutputMismatch):
        validate_output(REVIEW, '{"' + '\\"' * 200_000)
