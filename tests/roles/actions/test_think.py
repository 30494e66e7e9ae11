"""An agent of a world: it answers what the world asks, within what is possible now, and the world alone hears it."""

import json

import pytest

from agentsh.core.errors import OutputInvalid, UsageError
from agentsh.core.ids import WHISPER, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.worlds import PERCEIVE, THINK
from agentsh.roles.facts import TeamFacts
from tests.support.cards import action, cast_role, message, role_card
from tests.support.reaction_on_script import ReactionOnScript

ARIA = RoleName("aria")
SCHEMA: JsonObject = {
    "type": "object",
    "properties": {
        "thought": {"type": "string", "maxLength": 80},
        "action": {"type": "string", "enum": ["take Lamp", "wait"]},
    },
    "required": ["thought", "action"],
    "additionalProperties": False,
}
DATA: JsonObject = {"task": "think", "tick": 4, "about": 9, "schema": SCHEMA, "perceived": ["A lamp."]}
TAKES = json.dumps({"thought": "I want it", "action": "take Lamp"})
PROMPT = "Seen: {{ world.perceived | join }}. Whispered: {{ world.whispers | join }}."


def role(*tasks: str) -> object:
    names = ("think", *tasks)
    card = role_card("aria", "think", watch={PERCEIVE: ["think"]})
    actions = [action(name, f"{name}: {PROMPT}", does="think") for name in names]
    setting = TeamFacts(name="castle", setting="A castle by the sea")
    return cast_role(card, *actions, facts=setting)


def told(data: JsonObject | None) -> Message:
    return message("world:4:1", "A lamp.", cause=PERCEIVE, data=data, to=("aria",))


async def reacted(reaction: ReactionOnScript, *tasks: str) -> Message:
    await role(*tasks).react(reaction)  # type: ignore[attr-defined]
    [published] = reaction.published
    return published


async def test_the_answer_goes_to_the_world_alone_with_what_it_is_about() -> None:
    published = await reacted(ReactionOnScript(ARIA, [TAKES], observed=(told(DATA),)))
    assert (published.cause_by, published.send_to, published.reply_to) == (THINK, ("world",), "world:4:1")
    assert published.data == {"thought": "I want it", "action": "take Lamp", "task": "think", "about": 9}
    assert published.content == "tick 4: take Lamp"


async def test_the_server_is_given_the_schema_of_the_world_and_the_prompt_without_history() -> None:
    past = [message("world:1:1", "Long ago.", cause=PERCEIVE, to=("aria",))]
    reaction = ReactionOnScript(ARIA, [TAKES], observed=(told(DATA),), past=past)
    await reacted(reaction)
    [request] = reaction.requests
    assert request.schema_ == SCHEMA
    assert [turn.role for turn in request.messages] == ["system", "user"]
    assert "Where you live: A castle by the sea." in request.messages[0].content
    assert request.messages[1].content.startswith("think: Seen: A lamp.. Whispered: .")


async def test_what_was_whispered_is_known() -> None:
    whisper = message("boss:1", "The lamp is cursed", cause=WHISPER, to=("aria",))
    reaction = ReactionOnScript(ARIA, [TAKES], observed=(told(DATA),), past=[whisper])
    await reacted(reaction)
    assert "Whispered: The lamp is cursed." in reaction.requests[0].messages[1].content


async def test_another_task_has_its_own_prompt_and_its_answer_says_which_it_was() -> None:
    data = DATA | {"task": "reflect", "schema": {"type": "object", "properties": {"why": {"type": "string"}}}}
    reaction = ReactionOnScript(ARIA, ['{"why": "because"}'], observed=(told(data),))
    published = await reacted(reaction, "reflect")
    assert published.data == {"why": "because", "task": "reflect", "about": 9}
    assert reaction.requests[0].messages[1].content.startswith("reflect: ")


async def test_an_answer_that_is_not_possible_goes_back_and_then_is_told() -> None:
    wrong = json.dumps({"thought": "I fly", "action": "fly"})
    published = await reacted(ReactionOnScript(ARIA, [wrong, TAKES], observed=(told(DATA),)))
    assert published.data is not None
    assert published.data["action"] == "take Lamp"
    reaction = ReactionOnScript(ARIA, [wrong, "mumble", wrong], observed=(told(DATA),))
    with pytest.raises(OutputInvalid) as caught:
        await role().react(reaction)  # type: ignore[attr-defined]
    assert caught.value.raw == wrong
    assert not caught.value.resumable


async def test_two_thoughts_that_are_alike_are_told_apart_by_their_tick() -> None:
    first = await reacted(ReactionOnScript(ARIA, [TAKES], observed=(told(DATA),)))
    second = await reacted(ReactionOnScript(ARIA, [TAKES], observed=(told(DATA | {"tick": 5}),)))
    assert first.content != second.content


async def test_a_task_without_a_prompt_file_is_told() -> None:
    with pytest.raises(UsageError, match="unknown action 'dance'"):
        await reacted(ReactionOnScript(ARIA, [TAKES], observed=(told(DATA | {"task": "dance"}),)))


async def test_without_a_schema_the_answer_is_text() -> None:
    published = await reacted(ReactionOnScript(ARIA, ["Hm."], observed=(told({"perceived": ["Rain."]}),)))
    assert (published.content, published.data, published.send_to) == ("Hm.", None, ("world",))
