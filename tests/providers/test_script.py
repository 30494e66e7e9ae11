import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agentsh.core.chat import ChatMessage
from agentsh.core.model import JsonObject
from agentsh.providers.script import Asked, Chooser, Rule, cut


def asked(*said: str, system: str = "You are the architect.", model: str = "tiny", key: str | None = None) -> Asked:
    turns = [ChatMessage(role="assistant" if n % 2 else "user", content=text) for n, text in enumerate(said)]
    messages = (ChatMessage(role="system", content=system), *turns)
    return Asked(model, messages, key or repr(messages))


def choose(rules: list[JsonObject], *requests: Asked) -> list[str | None]:
    chooser = Chooser([Rule.model_validate(rule) for rule in rules])
    chosen = [chooser.choose(request) for request in requests]
    return [rule and (rule.fail or rule.text) for rule in chosen]


def test_the_first_rule_that_fits_answers() -> None:
    rules: list[JsonObject] = [
        {"system": "engineer", "reply": "code"},
        {"match": "snake", "reply": "design"},
        {"reply": "else"},
    ]
    requests = [
        asked("a snake game"),
        asked("a snake game", system="You are the engineer."),
        asked("a fish"),
        asked("snake", "no", "fish"),
    ]
    assert choose(rules, *requests) == ["design", "code", "else", "else"]


def test_all_that_a_rule_wants_has_to_fit() -> None:
    rule: JsonObject = {
        "system": "^You.*architect",
        "match": "fix",
        "anywhere": "Traceback",
        "unless": "done",
        "model": "tiny",
        "reply": "yes",
    }
    good = ("Traceback here", "oh", "please fix")
    assert choose([rule], asked(*good)) == ["yes"]
    for bad in (
        asked(*good, system="engineer"),
        asked("Traceback", "oh", "go on"),
        asked("please fix"),
        asked(*good, model="big"),
        asked("Traceback", "done", "please fix"),
    ):
        assert choose([rule], bad) == [None]


def test_patterns_see_across_lines() -> None:
    assert choose([{"match": "^two.*four$", "reply": "yes"}], asked("one\ntwo\nthree\nfour")) == ["yes"]


def test_a_rule_for_some_times_gives_way_to_the_next() -> None:
    rules: list[JsonObject] = [{"reply": "first", "times": 2}, {"reply": "then"}]
    assert choose(rules, *(asked(f"{n}") for n in range(4))) == ["first", "first", "then", "then"]


def test_the_same_request_is_answered_the_same_so_that_a_resumed_run_hears_what_it_heard() -> None:
    rules: list[JsonObject] = [{"reply": "first", "times": 1}, {"reply": "then"}]
    assert choose(rules, asked("a"), asked("b"), asked("a"), asked("b")) == ["first", "then", "first", "then"]


def test_a_failure_is_counted_each_time_so_that_a_retry_gets_past_it() -> None:
    rules: list[JsonObject] = [{"fail": "busy", "times": 2}, {"reply": "at last"}]
    assert choose(rules, asked("a"), asked("a"), asked("a"), asked("a")) == ["busy", "busy", "at last", "at last"]


@given(st.permutations(list(range(6))))
def test_the_order_of_arrival_does_not_matter_when_rules_go_by_content(order: list[int]) -> None:
    rules: list[JsonObject] = [{"match": f"task {n}$", "reply": f"answer {n}"} for n in range(6)]
    assert choose(rules, *(asked(f"task {n}") for n in order)) == [f"answer {n}" for n in order]


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"match": "x"},
        {"reply": "x", "json": {}},
        {"reply": "x", "fail": "busy"},
        {"fail": "nosuch"},
        {"reply": "x", "match": "("},
        {"reply": "x", "times": 0},
        {"reply": "x", "chunks": 0},
        {"reply": "x", "delay_s": -1},
        {"reply": "x", "unknown": 1},
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(rule: JsonObject) -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate(rule)


@pytest.mark.parametrize(
    ("rule", "text"),
    [({"reply": ""}, ""), ({"json": None}, "null"), ({"json": {"ü": 1}}, '{"ü": 1}'), ({"calls": [{"name": "x"}]}, "")],
)
def test_an_answer_may_be_empty_or_null_or_only_calls(rule: JsonObject, text: str) -> None:
    assert Rule.model_validate(rule).text == text


@given(st.text(), st.integers(min_value=1, max_value=20))
def test_pieces_are_as_many_as_asked_at_most_and_make_the_text(text: str, pieces: int) -> None:
    parts = list(cut(text, pieces))
    assert "".join(parts) == text
    assert len(parts) <= pieces
    assert all(parts)
