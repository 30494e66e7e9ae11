"""Laws of asking: an answer holds, or is mended twice at most, or is told; a cut one is never taken."""

import json

import pytest

from agentsh.core.chat import Answer
from agentsh.core.errors import OutputInvalid
from agentsh.core.ids import RoleName
from tests.support.cards import TITLED, VALID, action, boss_says, cast_role, role_card
from tests.support.reaction_on_script import ReactionOnScript, Said

PRD = action("write_prd", output=TITLED, max_tokens=300, source="write_prd.md")
NOTE = action("note", max_tokens=300)


async def reacting(*answers: Said, card: object = PRD, **asking: object) -> ReactionOnScript:
    reaction = ReactionOnScript(RoleName("pm"), answers, observed=(boss_says(),))
    role = cast_role(role_card("pm", card.name), card, **asking)  # type: ignore[attr-defined, arg-type]
    try:
        await role.react(reaction)
    except OutputInvalid as error:
        reaction.files["error"] = str(error)
        reaction.files["raw"] = error.raw
        reaction.files["hint"] = error.hint
    return reaction


def cut(text: str) -> Answer:
    return Answer(text=text, reason="length")


async def test_the_server_gets_the_schema_and_the_model_is_told_the_shape() -> None:
    reaction = await reacting(VALID)

    assert reaction.requests[0].schema_ == TITLED
    assert reaction.requests[0].messages[-1].content.endswith('{"title": string, "goals": [string, …]}')


async def test_an_answer_that_does_not_fit_goes_back_with_what_is_wrong() -> None:
    reaction = await reacting('{"title": "Snake"}', VALID)

    first, second = reaction.requests
    assert second.messages[: len(first.messages)] == first.messages
    assert [m.role for m in second.messages[len(first.messages) :]] == ["assistant", "user"]
    assert second.messages[-2].content == '{"title": "Snake"}'
    assert "goals" in second.messages[-1].content
    assert reaction.published[0].data == {"title": "Snake", "goals": ["fun", "short"]}


async def test_an_answer_is_mended_twice_at_most_and_then_told_with_what_was_said() -> None:
    reaction = await reacting("no", "still no", "never")

    assert len(reaction.requests) == 3
    assert reaction.published == []
    assert reaction.files["raw"] == "never"
    assert "write_prd got no answer that can be used in 3 tries" in reaction.files["error"]
    assert "write_prd.md" in reaction.files["hint"]


async def test_every_try_has_a_seed_of_its_own_and_the_same_one_in_every_run() -> None:
    first, second = [await reacting("no", "still no", "never") for _ in range(2)]

    seeds = [request.options.seed for request in first.requests]
    assert len(set(seeds)) == 3
    assert seeds == [request.options.seed for request in second.requests]


@pytest.mark.parametrize("bad", ["", "  \n", Answer(text="la la la la", reason="repeat")])
async def test_an_empty_or_looping_answer_counts_as_one_to_be_mended(bad: Said) -> None:
    reaction = await reacting(bad, "good", card=NOTE)

    assert [m.content for m in reaction.published] == ["good"]
    assert len(reaction.requests) == 2


async def test_a_cut_answer_is_asked_for_once_more_with_twice_the_room() -> None:
    reaction = await reacting(cut('{"title": "Snake", "goals": []}'), VALID)

    assert [request.options.num_predict for request in reaction.requests] == [300, 600]
    assert reaction.published[0].data == json.loads(VALID)


@pytest.mark.parametrize("card", [PRD, NOTE])
async def test_an_answer_cut_twice_is_told_and_never_taken_as_whole(card: object) -> None:
    reaction = await reacting(cut(VALID), cut(VALID), card=card)

    assert reaction.published == []
    assert reaction.files["raw"] == VALID
    assert "cut" in reaction.files["error"]


async def test_the_room_for_an_answer_never_exceeds_half_the_window() -> None:
    long = action("note", max_tokens=5000)
    reaction = await reacting(cut("a"), "b", card=long, num_ctx=2048)

    assert [request.options.num_predict for request in reaction.requests] == [1024, 1024]
    assert {request.options.num_ctx for request in reaction.requests} == {2048}


@pytest.mark.parametrize(
    ("of_action", "of_role", "of_session", "expected"),
    [(0.9, 0.5, 0.1, 0.9), (None, 0.5, 0.1, 0.5), (None, None, 0.0, 0.0), (None, None, None, 0.2)],
)
async def test_the_nearest_temperature_holds(
    of_action: float | None, of_role: float | None, of_session: float | None, expected: float
) -> None:
    card = action("note", temperature=of_action)
    reaction = ReactionOnScript(RoleName("pm"), ["x"], observed=(boss_says(),))

    await cast_role(role_card("pm", "note", temperature=of_role), card, temperature=of_session).react(reaction)

    assert reaction.requests[0].options.temperature == expected
