"""What a person types at an approval."""

import pytest

from agentsh.core.controls import Settle, UsePartial
from agentsh.core.ids import QuestionId, RoleName
from agentsh.session.decision import EditFirst, decided, disposed
from agentsh.session.form import Form

QUESTION = QuestionId("qa:1:4")


def decide(*lines: str, editable: bool = False) -> tuple[Settle | EditFirst, list[str]]:
    form, told = Form(decided(QUESTION, editable=editable)), []
    for line in lines:
        assert form.asks is not None
        told += [*form.asks.lines, form.asks.label]
        form.take(line)
    return form.answer, told


def settled(**fields: object) -> Settle:
    return Settle.model_validate({"question": QUESTION, **fields})


@pytest.mark.parametrize(
    ("line", "settle"),
    [
        ("y", settled(allowed=True)),
        ("s", settled(allowed=True, scope="session")),
        ("A", settled(allowed=True, scope="always")),
        ("s python *", settled(allowed=True, scope="session", rule="python *")),
        ("A pytest *", settled(allowed=True, scope="always", rule="pytest *")),
        ("workspace", settled(allowed=True, scope="workspace")),
        ("n too early", settled(allowed=False, why="too early")),
    ],
)
def test_a_line_decides(line: str, settle: Settle) -> None:
    assert decide(line)[0] == settle


def test_a_bare_no_asks_why() -> None:
    assert decide("n", "not on this machine")[0] == settled(allowed=False, why="not on this machine")
    assert decide("n", "")[0] == settled(allowed=False)


@pytest.mark.parametrize("line", ["", "a", "yes please", "yy", "ok", "N0"])
def test_what_is_no_answer_allows_nothing(line: str) -> None:
    decision, told = decide(line, "n", "")
    assert decision == settled(allowed=False)
    assert any(repr(line) in said for said in told)


def test_a_command_line_may_be_edited_first() -> None:
    assert decide("e", editable=True)[0] == EditFirst(question=QUESTION)
    assert decide("e", "y")[0] == settled(allowed=True)


@pytest.mark.parametrize(
    ("line", "use"), [("k", "keep"), ("keep", "keep"), ("c", "continue"), ("d", "drop"), ("drop", "drop")]
)
def test_a_line_says_what_becomes_of_a_stopped_generation(line: str, use: str) -> None:
    form = Form(disposed(QUESTION, RoleName("qa")))
    form.take("what?")
    assert form.asks is not None
    assert "'what?'" in form.asks.lines[0]
    form.take(line)
    assert form.answer == UsePartial.model_validate({"role": "qa", "how": use})


def test_a_stopped_generation_may_be_edited() -> None:
    form = Form(disposed(QUESTION, RoleName("qa")))
    form.take("e")
    assert form.answer == EditFirst(question=QUESTION)
