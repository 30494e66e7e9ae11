"""Laws of a role's `review`: what the Boss has to see first goes nowhere else before, and goes as the Boss wants it."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from agentsh.core.controls import Retry, Settle
from agentsh.core.errors import ExitCode
from agentsh.core.events import ApprovalAsked, MessagePublished
from agentsh.core.ids import RoleName
from agentsh.core.model import JsonObject
from agentsh.roles.role import LlmRole
from tests.support.cards import action, boss_says, cast_role, role_card
from tests.support.reaction_on_script import ReactionOnScript
from tests.support.stage import ModelInProcess, stage

WRITER = RoleName("writer")
SCHEMA: JsonObject = {
    "type": "object",
    "properties": {"title": {"type": "string"}},
    "required": ["title"],
    "additionalProperties": False,
}
DRAFT, FINAL = action("draft", "Draft it."), action("final", "Finish it.", output=SCHEMA)
TITLE = json.dumps({"title": "Snakes"})


def writer(review: str) -> LlmRole:
    return cast_role(role_card(WRITER, "draft", "final", review=review), DRAFT, FINAL)


async def reacted(answers: Sequence[str], review: str, reviews: Sequence[JsonObject]) -> ReactionOnScript:
    reaction = ReactionOnScript(WRITER, answers, observed=(boss_says(),), reviews=list(reviews))
    await writer(review).react(reaction)
    return reaction


def titles(reaction: ReactionOnScript) -> list[str]:
    return [said.content if said.data is None else str(said.data["title"]) for said in reaction.published]


@pytest.mark.parametrize(
    ("review", "seen"),
    [("never", []), ("end", ["publish final"]), ("always", ["publish draft", "publish final"])],
)
async def test_the_boss_sees_none_the_last_or_all(review: str, seen: list[str]) -> None:
    reaction = await reacted(["A draft.", TITLE], review, [{"allowed": True}] * len(seen))
    assert [what for what, _, _ in reaction.reviewed] == seen
    assert titles(reaction) == ["A draft.", "Snakes"]


async def test_what_the_boss_edits_is_what_the_others_get_once_it_fits() -> None:
    reviews: list[JsonObject] = [
        {"allowed": True, "edited": '{"name": "Worms"}'},
        {"allowed": True, "edited": '{"title": "Worms"}'},
    ]
    reaction = await reacted(["A draft.", TITLE], "end", reviews)
    assert titles(reaction) == ["A draft.", "Worms"]
    assert "title" in reaction.reviewed[1][2], "what does not fit is told"


async def test_every_refusal_goes_back_with_its_reason_and_the_last_text() -> None:
    answers = ["Dull.", "Duller.", "Bright.", TITLE]
    reviews: list[JsonObject] = [
        {"allowed": False, "why": "Too dull."},
        {"allowed": False, "why": "No snakes in it."},
        {"allowed": True},
        {"allowed": True},
    ]
    reaction = await reacted(answers, "always", reviews)
    assert titles(reaction) == ["Bright.", "Snakes"]
    last, complaint = reaction.requests[2].messages[-2:]
    assert last.content == "Duller."
    assert "- Too dull.\n- No snakes in it." in complaint.content


async def test_a_review_waits_for_a_person_and_is_asked_for_once_whatever_happens(tmp_path: Path) -> None:
    """Without a terminal the session ends resumable; the same draft waits then, and no model call is repeated."""
    pairs = [(role_card(WRITER, "draft", "final", review="end"), writer("end"))]
    model = ModelInProcess(lambda asked: TITLE if "Finish" in asked.messages[-1].content else "A draft.")
    async with stage(tmp_path / "s.db", pairs, model=model, policy="ask") as on:
        assert (await on.session.run()).exit_code == ExitCode.PERSON
    calls = len(model.asked)
    async with stage(tmp_path / "s.db", pairs, model=model, present=True, policy="ask") as on:
        (question,) = on.session.view().questions
        await on.session.send(Retry(role=WRITER))
        await on.session.send(Settle(question=question.question, allowed=True))
        assert (await on.session.run()).exit_code == ExitCode.DONE
        recorded = [item.event for item in await on.events()]
        assert sum(isinstance(event, ApprovalAsked) for event in recorded) == 1
        assert [event.message.cause_by for event in recorded if isinstance(event, MessagePublished)][-1] == "final"
    assert len(model.asked) == calls
