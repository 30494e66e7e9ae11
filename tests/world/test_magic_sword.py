"""The scene of argOS's article, step by step, in the world that ships."""

import pytest

from agentsh.core.ids import RoleName
from agentsh.core.model import JsonObject
from agentsh.world.components.appearance import Appearance
from agentsh.world.components.behaviour import Action, Goal, Plan, Thought
from agentsh.world.components.environment import Stimulus
from agentsh.world.components.memory import Perception
from agentsh.world.components.relations import HOLDS, PURSUES, SOURCE
from tests.world.playing import Answer, Playing, does, play, shipped, waits

SWORD = "Magic Sword appears."
PICKED_UP = "You picked up Magic Sword."


def wants_the_sword(role: RoleName, data: JsonObject) -> Answer:
    """Take the sword when it is there; study it when that is the goal."""
    if data["task"] == "make_plan":
        return {"steps": ["look at the Magic Sword", "ask Cora about it"]}
    if role == "aria" and data["task"] == "think" and "take Magic Sword" in data["options"]:
        return does("take Magic Sword", expression="curious", remember="A Magic Sword appears before me")
    return waits(role, data)


@pytest.fixture
def scene() -> Playing:
    return play(shipped("magic-sword"), wants_the_sword)


def seen(scene: Playing, name: str) -> list[str]:
    found = scene.store.find(scene.entity(name), Perception)
    return [] if found is None else [one.text for one in found.seen]


def of_sword(scene: Playing) -> list[str]:
    sword = scene.entity("Magic Sword")
    return [found.text for e, found in scene.store.each(Stimulus) if scene.store.target(e, SOURCE) == sword]


def goals(scene: Playing) -> dict[str, str]:
    found = (scene.store.get(e, Goal) for e in scene.store.targets(scene.entity("Aria"), PURSUES))
    return {goal.text: goal.status for goal in found}


def test_1_a_sword_appears_with_a_stimulus_and_those_in_the_room_perceive_it(scene: Playing) -> None:
    scene.tick()
    assert scene.room("Magic Sword") == ""
    scene.tick()
    assert scene.room("Magic Sword") == "Great Hall"
    assert of_sword(scene) == [SWORD]
    assert all(SWORD in seen(scene, name) for name in ("Aria", "Bran", "Cora"))


def test_2_it_is_remembered_once_and_people_are_told_of_the_experience(scene: Playing) -> None:
    scene.tick(6)
    assert scene.memories("Aria").count(SWORD) == 1
    assert "Aria: experiences: Magic Sword appears." in scene.words()


def test_3_a_thought_sets_a_pending_action_and_a_face_that_others_see(scene: Playing) -> None:
    scene.until(lambda: scene.store.has(scene.entity("Aria"), Thought))
    scene.until(lambda: scene.store.get(scene.entity("Aria"), Thought).text == "I want to take Magic Sword")
    assert scene.store.get(scene.entity("Aria"), Appearance).expression == "curious"
    scene.tick()
    assert any("Aria looks curious" in text for text in seen(scene, "Bran"))
    assert "A Magic Sword appears before me" in scene.memories("Aria")


def test_4_the_action_is_done_the_room_sees_it_and_the_actor_feels_what_came_of_it(scene: Playing) -> None:
    scene.until(lambda: scene.last("Aria") == PICKED_UP)
    assert scene.store.targets(scene.entity("Aria"), HOLDS) == (scene.entity("Magic Sword"),)
    assert scene.store.get(scene.entity("Aria"), Action).pending is None
    scene.tick()
    assert PICKED_UP in seen(scene, "Aria")
    assert PICKED_UP not in seen(scene, "Bran")
    assert "Aria takes Magic Sword." in seen(scene, "Bran")
    assert "Aria takes Magic Sword." not in seen(scene, "Aria")
    assert "I picked up Magic Sword." in scene.memories("Aria")


def test_5_the_goal_is_done_and_another_follows(scene: Playing) -> None:
    scene.tick()
    assert goals(scene) == {"get a powerful weapon": "in_progress"}
    scene.until(lambda: len(goals(scene)) == 2)
    assert goals(scene) == {"get a powerful weapon": "done", "study the magic sword": "in_progress"}
    scene.tick()
    assert 'Your goal "get a powerful weapon" is done.' in seen(scene, "Aria")


def test_6_the_plan_is_completed_and_the_new_goal_gets_one_of_its_own(scene: Playing) -> None:
    scene.until(
        lambda: len([plan for _, plan in scene.store.each(Plan) if plan.steps[0].text.startswith("look at")]) == 3
    )
    plans = [scene.store.find(e, Plan) for e in scene.store.targets(scene.entity("Aria"), PURSUES)]
    assert [plan and plan.status for plan in plans] == ["done", "active"]
    assert [plan and [step.status for step in plan.steps] for plan in plans] == [
        ["done"] * 2,
        ["in_progress", "pending"],
    ]


def test_7_others_see_who_holds_the_sword(scene: Playing) -> None:
    scene.until(lambda: scene.store.get(scene.entity("Aria"), Appearance).doing == "holding Magic Sword")
    scene.tick()
    for name in ("Bran", "Cora"):
        assert "Aria looks curious and is holding Magic Sword." in seen(scene, name)
        assert "Aria looks curious and is holding Magic Sword." in scene.memories(name)


def test_8_the_stimulus_of_the_sword_goes_with_the_sword(scene: Playing) -> None:
    scene.until(lambda: scene.last("Aria") == PICKED_UP)
    assert of_sword(scene) == []
    scene.tick(20)
    assert [found.kind for _, found in scene.store.each(Stimulus) if found.kind != "ambience"] == []


def test_what_can_be_done_is_asked_as_a_choice_of_what_is_possible_now(scene: Playing) -> None:
    scene.tick(12)
    asked = [data for role, data in scene.asked if role == "aria" and data["task"] == "think"]
    choices = [data["schema"]["properties"]["action"]["enum"] for data in asked]  # type: ignore[index,call-overload]
    assert "take Magic Sword" not in choices[0]
    assert "take Magic Sword" in choices[1]
    assert "drop Magic Sword" in choices[2]
    assert "give Magic Sword to Bran" in choices[2]
    assert all(choice == data["options"] for choice, data in zip(choices, asked, strict=True))


def test_nothing_goes_wrong_and_nothing_is_touched_that_was_not_declared(scene: Playing) -> None:
    scene.tick(40)
    assert scene.errors() == []
