"""Laws of a request's front: who the role is, then its history, byte for byte the same from one request to the next."""

import json
from itertools import pairwise

from agentsh.core.chat import ChatMessage, ChatRequest
from agentsh.core.ids import RoleName
from agentsh.core.messages import Message
from tests.support.cards import TITLED, VALID, action, boss_says, cast_role, facts_of, message, role_card
from tests.support.reaction_on_script import ReactionOnScript

ARCHITECT = role_card(
    "architect",
    "write_design",
    profile="software architect",
    goal="a design that is easy to build",
    constraints="no databases",
    backstory="You have built many games.",
    watch={"write_prd": []},
)
DESIGN = action("write_design", "Design {{ idea }} now.", context=["write_prd"])


def front(request: ChatRequest) -> list[str]:
    """Everything but the action's prompt, as a server's cache sees it."""
    return [json.dumps(each.model_dump(mode="json")) for each in request.messages[:-1]]


def prd(number: int) -> Message:
    return message(f"product_manager:{number}:1", f"requirement {number}", cause="write_prd")


async def request_after(past: list[Message]) -> ChatRequest:
    reaction = ReactionOnScript(RoleName("architect"), ["a design"], observed=(past[-1],), past=past)
    facts = facts_of(role_card("product_manager", profile="product manager"), ARCHITECT)
    await cast_role(ARCHITECT, DESIGN, facts=facts).react(reaction)
    return reaction.requests[0]


async def test_a_role_is_told_who_it_is_and_with_whom_it_works() -> None:
    system = (await request_after([prd(1)])).messages[0]

    assert system.role == "system"
    assert system.content == (
        "You are architect, a software architect.\n"
        "Your goal: a design that is easy to build.\n"
        "Your constraints: no databases.\n"
        "You work in the team company for the boss, with product_manager (product manager).\n"
        "\n"
        "You have built many games."
    )


async def test_history_stands_a_turn_a_message_with_whose_it_is() -> None:
    own = message("architect:1:1", "my first design", cause="write_design")
    request = await request_after([boss_says("a snake game"), prd(1), own, prd(2)])

    assert [(m.role, m.content) for m in request.messages[1:]] == [
        ("user", "From boss (user_requirement):\n\na snake game"),
        ("user", "From product_manager (write_prd):\n\nrequirement 1"),
        ("assistant", "my first design"),
        ("user", "From product_manager (write_prd):\n\nrequirement 2"),
        ("user", "Design Write a tool now."),
    ]


async def test_a_requests_front_is_byte_stable_over_a_roles_reactions() -> None:
    past: list[Message] = [boss_says()]
    fronts = []
    for number in range(1, 8):
        past += [prd(number), message(f"architect:{number}:1", f"design {number}", cause="write_design")]
        fronts.append(front(await request_after(past)))

    for earlier, later in pairwise(fronts):
        assert later[: len(earlier)] == earlier


async def test_a_front_stays_the_same_over_the_actions_of_one_reaction() -> None:
    card = role_card("pm", "write_prd", "note")
    reaction = ReactionOnScript(RoleName("pm"), [VALID, "a note"], observed=(boss_says(),))
    await cast_role(card, action("write_prd", output=TITLED), action("note")).react(reaction)

    first, second = (front(request) for request in reaction.requests)
    assert second[: len(first)] == first
    assert len(second) == len(first) + 1


async def test_what_does_not_concern_a_role_is_not_in_its_prompts() -> None:
    past = [boss_says(), message("qa:1:1", "all tests pass", cause="run_tests"), prd(1)]
    request = await request_after(past)

    assert all("all tests pass" not in each.content for each in request.messages)


async def test_what_is_said_to_a_role_concerns_it_whatever_its_cause() -> None:
    past = [message("qa:1:1", "look at the name", cause="chat", to=("architect",)), prd(1)]
    request = await request_after(past)

    assert ChatMessage(role="user", content="From qa (chat):\n\nlook at the name") in request.messages


async def test_what_an_action_is_about_stands_in_its_prompt_though_history_no_longer_holds_it() -> None:
    old = message("product_manager:1:1", "the old requirement", cause="write_prd")
    recent = message("boss:2", "hurry")
    reaction = ReactionOnScript(
        RoleName("architect"),
        ["a design"],
        observed=(recent,),
        past=[old, recent],
        summary=(old.id, "somebody wanted something"),
    )
    await cast_role(ARCHITECT, DESIGN).react(reaction)

    told = [each.content for each in reaction.requests[0].messages]
    assert told[1] == "What happened before, in short:\n\nsomebody wanted something"
    assert told[2] == "From boss (user_requirement):\n\nhurry"
    assert told[3] == "From product_manager (write_prd):\n\nthe old requirement"
