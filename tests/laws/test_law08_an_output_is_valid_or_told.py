"""Law 8: structured output is constrained, validated, repaired twice at most, and else told with the raw text.

How answers are read: tests/core/test_outputs.py. Asking until one holds: tests/roles/test_ask.py.
"""

import json
from pathlib import Path

import pytest

from agentsh.core.errors import ExitCode
from agentsh.core.events import ReactionFailed
from tests.support.cards import TITLED, VALID, action, cast_role, role_card
from tests.support.stage import ModelInProcess, stage

WRONG = '{"title": "Snake"}'
CARD = role_card("architect", "write_design")
DESIGN = action("write_design", "Design it.", output=TITLED)


def says(*answers: str) -> ModelInProcess:
    """Return a model that says these, then the last for ever."""
    left = list(answers)
    return ModelInProcess(lambda _: left.pop(0) if len(left) > 1 else left[0])


@pytest.mark.parametrize("wrong", [WRONG, "", "no JSON", '{"title": "x", "goals": "y"}', "[1]"])
async def test_an_invalid_answer_goes_back_with_its_error_and_the_valid_one_counts(tmp_path: Path, wrong: str) -> None:
    async with stage(tmp_path / "s.db", [(CARD, cast_role(CARD, DESIGN).react)], model=says(wrong, VALID)) as on:
        assert (await on.session.run()).exit_code == ExitCode.DONE
        said = (await on.desk.log.journal.messages())[-1]
        first, second = on.model.requests
    assert said.data == json.loads(VALID)
    assert first.schema_ == second.schema_ == TITLED, "the server constrains each of them"
    assert "cannot be used" in second.messages[-1].content
    assert second.messages[: len(first.messages)] == first.messages


async def test_two_repairs_are_the_most_then_it_fails_loudly_with_the_raw_text(tmp_path: Path) -> None:
    model = says("one", "two", "three", VALID)
    async with stage(tmp_path / "s.db", [(CARD, cast_role(CARD, DESIGN).react)], model=model) as on:
        ended = await on.session.run()
        assert ended.exit_code == ExitCode.NOT_RUNNING
        assert "write_design" in ended.summary
        assert len(on.model.requests) == 3
        (failed,) = [r.event for r in await on.events() if isinstance(r.event, ReactionFailed)]
        assert failed.raw == "three"
        assert [m.sent_from for m in await on.desk.log.journal.messages()] == ["boss"]


async def test_a_choice_is_an_enum_so_nothing_else_is_ever_done(tmp_path: Path) -> None:
    card = role_card("architect", "draw", "write", react="react", max_loops=1)
    role = cast_role(card, action("draw", "Draw."), action("write", "Write."))
    model = says('{"choice": "dance"}', '{"choice": "write"}', "Written.")
    async with stage(tmp_path / "s.db", [(card, role.react)], model=model) as on:
        assert (await on.session.run()).exit_code == ExitCode.DONE
        thinking = on.model.requests[0]
        said = (await on.desk.log.journal.messages())[-1]
    assert thinking.schema_ is not None
    choices = thinking.schema_["properties"]["choice"]["enum"]  # type: ignore[index,call-overload]
    assert {"draw", "write"} <= set(choices)  # type: ignore[arg-type]
    assert said.cause_by == "write"
