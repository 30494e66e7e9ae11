"""Laws of a role: what it does, in which order, and that it does the same again."""

import json

import pytest

from agentsh.core.errors import UsageError
from agentsh.core.ids import BOSS, ActionName, RoleName
from tests.support.cards import TITLED, VALID, action, boss_says, cast_role, facts_of, message, role_card
from tests.support.reaction_on_script import ReactionOnScript

ENGINEER = RoleName("engineer")


def choosing(name: str) -> str:
    return json.dumps({"choice": name})


async def test_each_action_publishes_before_the_next_one_begins() -> None:
    role = cast_role(role_card("engineer", "first", "second"), action("first"), action("second"))
    reaction = ReactionOnScript(ENGINEER, ["one", "two"], observed=(boss_says(),))

    await role.react(reaction)

    assert [step.kind for step in reaction.steps] == ["model", "publish", "model", "publish"]
    assert [(m.cause_by, m.content) for m in reaction.published] == [("first", "one"), ("second", "two")]


async def test_a_structured_answer_is_published_as_data_and_as_markdown_and_kept_as_a_document() -> None:
    card = action("write_prd", output=TITLED, document="docs/prd.md")
    reaction = ReactionOnScript(ENGINEER, [VALID], observed=(boss_says(),))

    await cast_role(role_card("engineer", "write_prd"), card).react(reaction)

    published = reaction.published[0]
    assert published.data == {"title": "Snake", "goals": ["fun", "short"]}
    assert published.content == "## Title\n\nSnake\n\n## Goals\n\n- fun\n- short"
    assert reaction.files == {"docs/prd.md": published.content + "\n"}
    assert [step.kind for step in reaction.steps] == ["model", "write", "publish"]
    assert published.reply_to == "boss:1"


async def test_a_cause_sets_off_only_the_actions_that_its_watch_names() -> None:
    card = role_card("engineer", "write_code", "fix_code", watch={"write_tasks": ["write_code"], "run": ["fix_code"]})
    role = cast_role(card, action("write_code"), action("fix_code"))
    reaction = ReactionOnScript(ENGINEER, ["fixed"], observed=(message("qa:1:1", "it fails", cause="run"),))

    await role.react(reaction)

    assert [m.cause_by for m in reaction.published] == ["fix_code"]


async def test_actions_set_off_by_several_messages_are_done_once_each_in_the_roles_order() -> None:
    card = role_card("engineer", "one", "two", "three", watch={"a": ["three", "one"], "b": ["three"]})
    role = cast_role(card, action("one"), action("two"), action("three"))
    observed = (message("x:1:1", "b", cause="b"), message("x:1:2", "a", cause="a"))
    reaction = ReactionOnScript(ENGINEER, ["1", "3"], observed=observed)

    await role.react(reaction)

    assert [m.cause_by for m in reaction.published] == ["one", "three"]


async def test_a_verdict_that_needs_no_mending_sets_off_nothing_in_who_mends() -> None:
    run = action("run", does="verify", on_fail=["engineer"])
    card = role_card("engineer", "fix_code", watch={"run": ["fix_code"]})
    passed = message("qa:1:1", "passed", cause="run", data={"passed": True, "gave_up": False})
    gave_up = message("qa:2:1", "failed", cause="run", data={"passed": False, "gave_up": True})
    reaction = ReactionOnScript(ENGINEER, [], observed=(passed, gave_up))

    await cast_role(card, run, action("fix_code")).react(reaction)

    assert reaction.steps == []


async def test_the_conductors_wish_is_done_and_nothing_else() -> None:
    role = cast_role(role_card("engineer", "first", "second"), action("first"), action("second"))
    reaction = ReactionOnScript(ENGINEER, ["two"], action=ActionName("second"))

    await role.react(reaction)

    assert [m.cause_by for m in reaction.published] == ["second"]
    assert reaction.did == ["second"]


async def test_an_unknown_wish_of_the_conductor_is_a_usage_error() -> None:
    role = cast_role(role_card("engineer", "first"), action("first"))
    with pytest.raises(UsageError, match="unknown action 'third'"):
        await role.react(ReactionOnScript(ENGINEER, [], action=ActionName("third")))


async def test_a_role_that_reacts_freely_chooses_until_it_ends() -> None:
    card = role_card("engineer", "first", "second", react="react", max_loops=5)
    role = cast_role(card, action("first", summary="begin"), action("second"))
    answers = [choosing("second"), "two", choosing("first"), "one", choosing("end")]
    reaction = ReactionOnScript(ENGINEER, answers, observed=(boss_says(),))

    await role.react(reaction)

    assert [m.cause_by for m in reaction.published] == ["second", "first"]
    assert "- first: begin" in reaction.requests[0].messages[-1].content


async def test_an_unknown_action_cannot_be_chosen() -> None:
    card = role_card("engineer", "first", "second", react="react")
    role = cast_role(card, action("first"), action("second"))
    reaction = ReactionOnScript(ENGINEER, [choosing("delete_everything"), choosing("first"), "one"])

    await role.react(reaction)

    schema = reaction.requests[0].schema_
    assert schema is not None
    assert schema["properties"] == {"choice": {"enum": ["first", "second", "end"]}}
    assert [m.cause_by for m in reaction.published] == ["first"]


async def test_free_choice_ends_at_the_roles_limit() -> None:
    card = role_card("engineer", "first", "second", react="react", max_loops=2)
    role = cast_role(card, action("first"), action("second"))
    reaction = ReactionOnScript(ENGINEER, [choosing("first"), "one", choosing("first"), "one more"])

    await role.react(reaction)

    assert len(reaction.published) == 2


async def test_a_single_action_needs_no_choice() -> None:
    role = cast_role(role_card("engineer", "first", react="react", max_loops=3), action("first"))
    reaction = ReactionOnScript(ENGINEER, ["one"])

    await role.react(reaction)

    assert len(reaction.requests) == 1


async def test_an_action_is_repeated_from_where_it_says_until_it_is_content() -> None:
    flag = {"type": "object", "properties": {"good": {"type": "boolean"}}, "required": ["good"]}
    card = role_card("engineer", "write", "sum_up")
    role = cast_role(
        card, action("write"), action("sum_up", output=flag, repeat={"until": "good", "back_to": "write", "rounds": 3})
    )
    reaction = ReactionOnScript(ENGINEER, ["a", '{"good": false}', "b", '{"good": true}'], observed=(boss_says(),))

    await role.react(reaction)

    assert [m.cause_by for m in reaction.published] == ["write", "sum_up", "write", "sum_up"]
    assert [m.send_to for m in reaction.published] == [(), (BOSS,), (), ()], "what is not final sets nobody off"


async def test_repeating_ends_with_its_rounds() -> None:
    flag = {"type": "object", "properties": {"good": {"type": "boolean"}}, "required": ["good"]}
    again = action("sum_up", output=flag, repeat={"until": "good", "back_to": "write", "rounds": 1})
    role = cast_role(role_card("engineer", "write", "sum_up"), action("write"), again)
    reaction = ReactionOnScript(ENGINEER, ["a", '{"good": false}', "b", '{"good": false}'], observed=(boss_says(),))

    await role.react(reaction)

    assert [m.send_to for m in reaction.published] == [(), (BOSS,), (), ()]


async def test_two_roles_of_one_profile_live_side_by_side() -> None:
    cards = [role_card(name, "write", profile="engineer") for name in ("alice", "bob")]
    facts = facts_of(*cards)
    seen: dict[str, ReactionOnScript] = {}
    for card in cards:
        reaction = ReactionOnScript(card.name, [f"by {card.name}"], observed=(boss_says(),))
        await cast_role(card, action("write"), facts=facts).react(reaction)
        seen[card.name] = reaction

    systems = {name: reaction.requests[0].messages[0].content for name, reaction in seen.items()}
    assert systems["alice"].startswith("You are alice, an engineer.")
    assert "bob (engineer)" in systems["alice"]
    assert "alice (engineer)" in systems["bob"]
    assert seen["alice"].published[0].id != seen["bob"].published[0].id
    assert seen["alice"].requests[0].options.seed != seen["bob"].requests[0].options.seed


async def test_the_same_reaction_on_its_recorded_steps_asks_exactly_the_same() -> None:
    def role() -> object:
        cards = [action("plan", output=TITLED, document="plan.md"), action("write", does="write_files")]
        return cast_role(role_card("engineer", "plan", "write"), *cards)

    first = ReactionOnScript(ENGINEER, ["{", VALID, "```python main.py\nprint(1)\n```"], observed=(boss_says(),))
    await role().react(first)  # type: ignore[attr-defined]
    again = ReactionOnScript(ENGINEER, [], observed=(boss_says(),), recorded=first.steps)
    await role().react(again)  # type: ignore[attr-defined]

    assert again.requests == first.requests
    assert again.published == first.published


PLAN = {
    "type": "object",
    "properties": {"tasks": {"type": "array", "items": {"type": "object", "properties": {"path": {"type": "string"}}}}},
    "required": ["tasks"],
}
CODING = [
    action("plan", output=PLAN, document="plan.md"),
    action(
        "write",
        "Write {{ task.path }}: {% for path, text in files.items() %}{{ text }}{% endfor %}",
        does="write_files",
        for_each="plan.tasks as task",
        review={"action": "judge", "rounds": 2},
    ),
    action("judge", "Judge {{ item.path }}: {{ files[item.path] }}"),
]
ANSWERS = [
    "no plan yet",
    '{"tasks": [{"path": "a.py"}, {"path": "b.py"}]}',
    "```python a.py\nA = 0\n```",
    '{"comments": ["A is 1"], "verdict": "rewrite"}',
    "```python a.py\nA = 1\n```",
    '{"comments": [], "verdict": "approve"}',
    "```python b.py\nB = 1\n```",
    '{"comments": [], "verdict": "approve"}',
]


@pytest.mark.parametrize("finished", range(17))
async def test_a_reaction_goes_on_after_any_of_its_steps(finished: int) -> None:
    role = cast_role(role_card("engineer", "plan", "write"), *CODING)
    whole = ReactionOnScript(ENGINEER, ANSWERS, observed=(boss_says(),))
    await role.react(whole)
    assert len(whole.steps) == 16
    done = whole.steps[:finished]
    left = ANSWERS[sum(step.kind == "model" for step in done) :]
    written = {path: text for step in done if step.kind == "write" for path, text in step.request}  # type: ignore[union-attr, misc]
    resumed = ReactionOnScript(ENGINEER, left, observed=(boss_says(),), recorded=done, files=written)  # type: ignore[arg-type]

    await role.react(resumed)

    assert resumed.steps == whole.steps
    assert resumed.files == whole.files


def test_a_role_with_an_action_that_there_is_not_is_refused() -> None:
    with pytest.raises(UsageError, match="unknown action 'dance'"):
        cast_role(role_card("engineer", "dance"))
