"""What an idea says that the function does, and what is missing in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agentsh.core.verdict import Example
from agentsh.library.home import shipped_prompts
from agentsh.library.templates import PromptRenderer
from agentsh.roles.function_first.proposals import (
    examples_request,
    fallback_signature,
    read_examples,
    read_signature,
    signature_request,
    with_proposed,
)
from agentsh.roles.function_first.purpose import LONGEST, as_sentence, find_purpose
from agentsh.roles.function_first.signature import Parameter, Signature, find_signature, is_function_name
from agentsh.roles.function_first.task import reading, task_for
from agentsh.roles.words import Words

WORDS = Words(PromptRenderer([shipped_prompts()]))

ONE = Signature(name="f", parameters=(Parameter(name="x"),))


@pytest.mark.parametrize(
    ("idea", "purpose"),
    [
        ("Write a tool is_p(word) that says whether a word is one: level -> True", "that says whether a word is one"),
        ("count(text) counts the words. For example: a b -> 2", "that counts the words"),
        ("I need f(x). It doubles a number (2 -> 4)", "that doubles a number"),
        ("Please write a small tool to convert km to miles: km_to_miles(10) -> 6.2", "to convert km to miles"),
        ("f(x): Return the square of a number. 3 -> 9", "to return the square of a number"),
        ("slug_of(title): Hello World -> hello-world", "for slug of"),
        ("f(x) which adds one, e.g. 1 -> 2", "which adds one"),
    ],
)
def test_the_purpose_goes_on_from_the_name(idea: str, purpose: str) -> None:
    signature = find_signature(idea)
    assert signature is not None
    assert find_purpose(idea, signature) == purpose


def test_a_purpose_makes_a_sentence() -> None:
    assert as_sentence("that counts the words") == "Counts the words"
    assert as_sentence("for slug of") == "For slug of"


@given(st.text(max_size=300))
def test_any_idea_has_a_purpose_on_one_line(idea: str) -> None:
    purpose = find_purpose(idea, ONE)
    assert purpose.split()[0] in {"that", "which", "to", "for"}
    assert "\n" not in purpose
    assert len(purpose) <= LONGEST + 10
    assert as_sentence(purpose)


@pytest.mark.parametrize(
    ("idea", "missing"),
    [
        ("is_p(word): level -> True", "ready"),
        ("is_p(word) says whether a word is one", "no examples"),
        ("Turn a text around: abc -> cba", "no signature"),
        ("Write a cli snake game", "beyond"),
    ],
)
def test_what_is_missing_in_an_idea_is_told(idea: str, missing: str) -> None:
    assert reading(idea) == missing


def test_a_task_has_everything_that_the_idea_says() -> None:
    task = task_for("Turn a text around: abc -> cba", read_signature({"name": "turnAround", "params": ["Text"]}))
    assert (task.signature.source, task.examples) == ("turn_around(text)", (Example(args="'abc'", result="'cba'"),))
    assert task.purpose == "to turn a text around"
    with pytest.raises(ValueError, match="names no function"):
        task_for("Turn a text around")


@pytest.mark.parametrize(
    "data",
    [
        {"name": "class", "params": ["x"]},
        {"name": "print", "params": ["x"]},
        {"name": "", "params": []},
        {"name": 3},
        {"name": "f", "params": ["for"]},
        {"name": "f", "params": ["x", "X"]},
        {"name": "f" * 60, "params": []},
    ],
)
def test_a_sampled_name_that_cannot_be_one_is_sent_back(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        read_signature(data)


@given(st.text(max_size=100))
def test_there_is_always_a_signature_to_fall_back_on(idea: str) -> None:
    assert is_function_name(fallback_signature(idea).name)


def test_proposed_examples_have_to_fit_and_are_marked() -> None:
    task = task_for("double(x) doubles a number")
    data = {"examples": [{"args": [2], "result": 4}, {"args": [1, 2], "result": 3}, {"args": [2], "result": 4}, 7]}
    examples = read_examples(data, task.signature)
    assert examples == (Example(args="2", result="4"),)
    assert with_proposed(task, examples).proposed
    with pytest.raises(ValueError, match="double"):
        read_examples({"examples": [{"args": [], "result": 1}]}, task.signature)


def test_what_a_model_is_asked_for_is_bounded() -> None:
    idea = "Turn a text around: abc -> cba"
    asked = signature_request(idea)
    said = WORDS.say(asked.part, **asked.values)
    assert said.startswith(f"{idea}\n\nGive a name")
    assert '{"name": "add_numbers", "params": ["first", "second"]}.' in said
    request = examples_request(task_for("double(x) doubles a number"))
    assert "`def double(x)` is wanted" in WORDS.say(request.part, **request.values)
    listed = request.output["properties"]["examples"]
    assert listed["maxItems"] == 3
    assert listed["items"]["properties"]["args"]["maxItems"] == 1
