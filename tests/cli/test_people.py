"""Asking the person at the terminal: the answer has the shape that was asked for."""

import pytest
from pydantic import JsonValue

from agentsh.cli.people import Interviewer
from agentsh.core import events as e
from agentsh.core.controls import Go, Step
from agentsh.core.errors import PersonNeeded
from agentsh.core.ids import QuestionId
from agentsh.core.model import JsonObject
from tests.cli import stories as s

QUESTION = QuestionId("qa_engineer:1:4")


class Typed:
    """Somebody who has typed all their lines already."""

    def __init__(self, *lines: str) -> None:
        self.left = list(lines)

    async def line(self) -> str | None:
        return self.left.pop(0) if self.left else None


def interviewer(*lines: str) -> tuple[Interviewer, list[str]]:
    told: list[str] = []
    return Interviewer(Typed(*lines), told.append), told


def approval(detail: str = "python main.py") -> e.ApprovalAsked:
    return e.ApprovalAsked(question=QUESTION, role=s.QA, what="run code", detail=detail)


def question(schema: JsonObject | None = None, choices: tuple[str, ...] = ()) -> e.HumanAsked:
    return e.HumanAsked(question=QUESTION, role=s.QA, prompt="What now?", schema_=schema, choices=choices)


@pytest.mark.parametrize(
    ("key", "allowed", "scope"),
    [("y", True, "once"), ("s", True, "session"), ("A", True, "always")],
)
async def test_an_approval_has_the_scope_that_was_typed(key: str, allowed: bool, scope: str) -> None:
    settled = await interviewer(key)[0].settle(approval())
    assert (settled.question, settled.allowed, settled.scope) == (QUESTION, allowed, scope)


async def test_a_refusal_carries_its_reason() -> None:
    settled = await interviewer("n", "not on this machine")[0].settle(approval())
    assert (settled.allowed, settled.why) == (False, "not on this machine")


async def test_a_small_a_or_anything_else_allows_nothing() -> None:
    asker, told = interviewer("a", "", "yess", "n", "")
    assert (await asker.settle(approval())).allowed is False
    assert any("'a'" in line for line in told)


async def test_what_is_to_be_allowed_is_shown_but_not_endlessly() -> None:
    asker, told = interviewer("y")
    await asker.settle(approval("\n".join(f"line {number}" for number in range(100))))
    shown = "\n".join(told)
    assert "line 0" in shown
    assert "line 99" not in shown
    assert "60 more lines" in shown


async def test_where_the_command_is_a_script_nobody_can_read_it_is_told_in_words() -> None:
    asker, told = interviewer("y")
    asked = approval("python3 -c 'JOB = json.loads(...)'").model_copy(update={"shown": "try 3 drafts of f"})
    await asker.settle(asked)
    shown = "\n".join(told)
    assert "try 3 drafts of f" in shown
    assert "JOB" not in shown


@pytest.mark.parametrize("end", ["", "."])
async def test_text_ends_with_an_empty_line_or_a_dot(end: str) -> None:
    answer = await interviewer("first", "second", end, "not read")[0].answer(question())
    assert answer.answer == "first\nsecond"


async def test_a_choice_is_made_by_number_or_by_word() -> None:
    choices = ("red", "blue")
    assert (await interviewer("2")[0].answer(question(choices=choices))).answer == "blue"
    assert (await interviewer("red")[0].answer(question(choices=choices))).answer == "red"
    asker, told = interviewer("3", "green", "1")
    assert (await asker.answer(question(choices=choices))).answer == "red"
    assert any("'3'" in line for line in told)


SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "title": {"type": "string"},
        "goals": {"type": "array", "items": {"type": "string"}},
        "count": {"type": "integer"},
        "size": {"enum": ["small", "large"]},
        "extra": {"type": "object"},
        "note": {"type": "string"},
    },
    "required": ["title", "goals", "count", "size", "extra"],
}


async def test_data_is_asked_field_by_field_in_its_types() -> None:
    asker, _ = interviewer("A tool", "fast", "small", "", "3", "1", '{"a": "b"}', "")
    expected: JsonValue = {
        "title": "A tool",
        "goals": ["fast", "small"],
        "count": 3,
        "size": "small",
        "extra": {"a": "b"},
        "note": None,
    }
    assert (await asker.answer(question(SCHEMA))).answer == expected


async def test_data_that_does_not_fit_is_asked_again() -> None:
    schema: JsonObject = {"type": "object", "properties": {"count": {"type": "integer"}}, "required": ["count"]}
    asker, told = interviewer("many", "3")
    assert (await asker.answer(question(schema))).answer == {"count": 3}
    assert any("count" in line and "Once more" in line for line in told)


async def test_broken_json_is_asked_again() -> None:
    schema: JsonObject = {"type": "object", "properties": {"extra": {"type": "object"}}, "required": ["extra"]}
    assert (await interviewer("{", '{"a": "b"}')[0].answer(question(schema))).answer == {"extra": {"a": "b"}}


async def test_a_paused_session_goes_on_steps_or_is_left() -> None:
    assert isinstance(await interviewer("g")[0].pause(), Go)
    assert isinstance(await interviewer("what", "s")[0].pause(), Step)
    assert await interviewer("q")[0].pause() is None


async def test_the_end_of_input_leaves_the_question_open() -> None:
    with pytest.raises(PersonNeeded):
        await interviewer()[0].settle(approval())
