"""An answer is asked for line by line, in the shape that its schema says."""

import pytest
from pydantic import JsonValue

from agentsh.core.model import JsonObject
from agentsh.session.form import Form, answered


def fill(form: Form[JsonValue], *lines: str) -> tuple[JsonValue, list[str]]:
    """Type these lines; return the answer and everything that was said."""
    told: list[str] = []
    for line in lines:
        assert form.asks is not None, f"nothing is asked for any more: {line!r}"
        told += [*form.asks.lines, form.asks.label]
        form.take(line)
    assert form.asks is None, form.asks
    return form.answer, told


def of(schema: JsonObject) -> Form[JsonValue]:
    return Form(answered((), schema))


def of_field(schema: JsonObject, *, required: bool = True) -> Form[JsonValue]:
    return of({"type": "object", "properties": {"it": schema}, "required": ["it"] if required else []})


def test_text_is_one_submission_where_texts_come_whole() -> None:
    assert fill(Form(answered((), None, whole=True)), " ", "two\nlines")[0] == "two\nlines"


def test_text_ends_with_an_empty_line_where_lines_come_one_by_one() -> None:
    assert fill(Form(answered((), None)), "two", "lines", "")[0] == "two\nlines"


def test_there_is_no_answer_before_the_last_line() -> None:
    form = Form(answered(("a", "b"), None))
    with pytest.raises(ValueError, match="not filled in"):
        _ = form.answer


def test_choices_can_be_completed() -> None:
    form = Form(answered(("red", "blue"), None))
    assert form.asks is not None
    assert form.asks.words == ("red", "blue")


@pytest.mark.parametrize(
    ("schema", "lines", "answer"),
    [
        ({"type": "string"}, ["words"], "words"),
        ({"type": "string", "minLength": 3}, ["ab", "abc"], "abc"),
        ({"type": "integer"}, ["many", "3"], 3),
        ({"type": "integer", "minimum": 1}, ["0", "1"], 1),
        ({"type": "number"}, ["2.5"], 2.5),
        ({"type": "boolean"}, ["perhaps", "y"], True),
        ({"type": "boolean"}, ["no"], False),
        ({"enum": ["must", "may"]}, ["2"], "may"),
        ({"enum": ["must", "may"]}, ["can", "must"], "must"),
        ({"enum": [10, 20]}, ["20"], 20),
        ({"type": "array", "items": {"type": "integer"}}, ["1", "x", "2", ""], [1, 2]),
        ({"type": "array", "items": {"type": "string"}}, ["a\nb", ""], ["a", "b"]),
        ({"type": "array", "items": {"type": "string"}, "minItems": 2}, ["a", "", "b", ""], ["a", "b"]),
        ({"type": "array", "items": {"type": "array"}}, ["[[1]]"], [[1]]),
        ({"type": "object"}, ["{", '{"a": 1}'], {"a": 1}),
    ],
)
def test_a_field_is_asked_again_until_it_fits(schema: JsonObject, lines: list[str], answer: JsonValue) -> None:
    said, told = fill(of_field(schema), *lines)
    assert said == {"it": answer}
    assert any(line.startswith("it") for line in told)


@pytest.mark.parametrize("inner", [{"type": "string"}, {"type": "array", "items": {"type": "string"}}])
def test_what_is_optional_may_be_left_out(inner: JsonObject) -> None:
    said, told = fill(of_field({"anyOf": [inner, {"type": "null"}]}, required=False), "")
    assert said == {"it": None}
    assert any("optional" in line for line in told)


TASK: JsonObject = {
    "type": "object",
    "properties": {"path": {"type": "string"}, "uses": {"type": "array", "items": {"type": "string"}}},
    "required": ["path", "uses"],
}


def test_objects_within_lists_are_filled_in_one_after_another() -> None:
    schema: JsonObject = {"type": "array", "items": TASK, "minItems": 1}
    said, told = fill(of_field(schema), "", "", "y", "main.py", "cli.py", "", "y", "cli.py", "", "")
    assert said == {"it": [{"path": "main.py", "uses": ["cli.py"]}, {"path": "cli.py", "uses": []}]}
    assert "it 1, path:" in told
    assert "it 2, path:" in told


def test_an_object_within_an_object_is_filled_in_by_its_fields() -> None:
    said, told = fill(of_field(TASK), "main.py", "")
    assert said == {"it": {"path": "main.py", "uses": []}}
    assert "it.path:" in told


def test_an_optional_object_is_filled_in_when_it_is_wanted() -> None:
    assert fill(of_field(TASK, required=False), "")[0] == {"it": None}
    assert fill(of_field(TASK, required=False), "y", "main.py", "")[0] == {"it": {"path": "main.py", "uses": []}}
