"""Goals that are judged by rule and by their agent, what follows from them, and the plans that go with them."""

import pytest

from agentsh.core.errors import WorldError
from agentsh.core.ids import RoleName
from agentsh.core.model import JsonObject
from agentsh.world.components.behaviour import Act, Action, Goal, Plan
from agentsh.world.components.memory import Perception
from agentsh.world.components.relations import PURSUES
from agentsh.world.life.planning import STUCK_TICKS
from agentsh.world.services import conditions
from tests.world.playing import Answer, Playing, does, never, play, waits
from tests.world.small import card

LAMP = {"Lamp": {"in": "Hall"}}


def goals(on: Playing, name: str = "Ann") -> list[Goal]:
    return [on.store.get(e, Goal) for e in on.store.targets(on.entity(name), PURSUES)]


def plan(on: Playing, number: int = 0) -> Plan | None:
    return on.store.find(on.store.targets(on.entity("Ann"), PURSUES)[number], Plan)


def act(on: Playing, line: str, words: str = "") -> None:
    on.store.change(on.entity("Ann"), Action).pending = Act(line, words)
    on.tick()


def with_goal(mind: object = never, **goal: object) -> Playing:
    text = {"text": "bring the lamp to the yard"}
    people = {"Ann": {"goals": [{**text, **goal}]}, "Bob": {}}
    return play(card(people, items=LAMP), mind)  # type: ignore[arg-type]


def test_a_goal_with_conditions_is_judged_by_rule_and_its_progress_is_the_share_that_holds() -> None:
    on = with_goal(done_when="holds Lamp and in Yard", steps=["take the lamp", "go to the yard"])
    on.tick()
    assert [(goal.status, goal.progress) for goal in goals(on)] == [("in_progress", 0.0)]
    act(on, "take Lamp")
    on.tick(3)
    assert [(goal.status, goal.progress) for goal in goals(on)] == [("in_progress", 0.5)]
    act(on, "go to Yard")
    on.tick(3)
    assert [(goal.status, goal.progress) for goal in goals(on)] == [("done", 1.0)]
    assert on.errors() == []


def test_steps_are_done_one_after_another_by_what_is_done_and_the_plan_with_them() -> None:
    on = with_goal(done_when="in Cave", steps=["take the lamp", "go to the yard"])
    on.tick()
    found = plan(on)
    assert found is not None
    assert [step.status for step in found.steps] == ["in_progress", "pending"]
    act(on, "look at Bob")
    on.tick(3)
    assert [step.status for step in plan(on).steps] == ["in_progress", "pending"]  # type: ignore[union-attr]
    act(on, "take Lamp")
    on.tick(3)
    assert [step.status for step in plan(on).steps] == ["done", "in_progress"]  # type: ignore[union-attr]
    act(on, "go to Yard")
    on.tick(3)
    assert (plan(on).status, [step.status for step in plan(on).steps]) == ("done", ["done", "done"])  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "how", [{"failed_when": "with Bob", "done_when": "in Cave"}, {"within_ticks": 4, "done_when": "in Cave"}]
)
def test_a_goal_fails_and_its_plan_with_it_and_its_agent_feels_both(how: dict[str, object]) -> None:
    on = with_goal(**how, steps=["dig"])
    felt: list[str] = []
    for _ in range(12):
        on.tick()
        found = on.store.find(on.entity("Ann"), Perception)
        felt += [one.text for one in found.seen] if found else []
    assert [goal.status for goal in goals(on)] == ["failed"]
    if (found_plan := plan(on)) is not None:
        assert found_plan.status == "failed"
    assert any(text.startswith('Your goal "bring the lamp to the yard" is failed') for text in felt)


def test_when_a_goal_is_done_what_follows_from_it_becomes_the_next() -> None:
    on = with_goal(done_when="holds Lamp", then="light the lamp")
    act(on, "take Lamp")
    on.tick(4)
    assert [(goal.text, goal.status) for goal in goals(on)] == [
        ("bring the lamp to the yard", "done"),
        ("light the lamp", "in_progress"),
    ]


def judging(answer: JsonObject) -> object:
    def mind(role: RoleName, data: JsonObject) -> Answer:
        return answer if data["task"] == "judge_goal" else waits(role, data)

    return mind


def test_a_goal_without_conditions_is_judged_by_its_agent_when_something_significant_happened() -> None:
    answer: JsonObject = {"status": "done", "progress": 100, "why": "it rang", "new_goal": "ring it again"}
    events = [{"tick": 9, "in": "Hall", "text": "The bell rings."}]
    on = play(card({"Ann": {"goals": ["hear the bell"]}}, events=events), judging(answer))  # type: ignore[arg-type]
    on.tick(8)
    assert [data for _, data in on.asked if data["task"] == "judge_goal"] == []
    on.tick(12)
    assert [(goal.text, goal.status) for goal in goals(on)][:2] == [
        ("hear the bell", "done"),
        ("ring it again", "in_progress"),
    ]
    [data, *_] = [data for _, data in on.asked if data["task"] == "judge_goal"]
    assert "The bell rings." in str(data["memories"])


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        {"status": "splendid", "progress": "much", "why": 3},
        {"status": "done", "progress": 100, "about": 4711},
        {"status": "in_progress", "progress": 10**9, "why": ""},
    ],
)
def test_a_judgement_that_makes_no_sense_does_no_harm(nonsense: JsonObject) -> None:
    def mind(role: RoleName, data: JsonObject) -> Answer:
        if data["task"] != "judge_goal":
            return waits(role, data)
        data.update({"about": nonsense["about"]} if "about" in nonsense else {})
        return nonsense

    events = [{"tick": 9, "in": "Hall", "text": "The bell rings."}]
    on = play(card({"Ann": {"goals": ["hear the bell"]}}, events=events), mind)
    on.tick(30)
    [goal] = goals(on)
    assert goal.status == "in_progress"
    assert 0 <= goal.progress <= 1
    assert on.errors() == []


def test_a_goal_without_steps_is_planned_by_its_agent_and_only_once() -> None:
    on = with_goal(waits, done_when="in Cave")
    on.tick(12)
    found = plan(on)
    assert found is not None
    assert [step.text for step in found.steps] == ["wait and see"]
    assert len([1 for role, data in on.asked if role == "ann" and data["task"] == "make_plan"]) == 1


def test_a_plan_that_was_followed_to_its_end_and_did_not_reach_the_goal_is_followed_by_another() -> None:
    def mind(role: RoleName, data: JsonObject) -> Answer:
        if data["task"] == "make_plan":
            return {"steps": ["go to the cave"]}
        takes = role == "ann" and "take Lamp" in data.get("options", ())  # type: ignore[operator]
        return does("take Lamp") if takes else waits(role, data)

    on = with_goal(mind, done_when="in Cave", steps=["take the lamp"])
    on.tick()
    on.until(lambda: plan(on).status == "done")  # type: ignore[union-attr]
    assert [goal.status for goal in goals(on)] == ["in_progress"]
    on.until(lambda: plan(on).status == "active")  # type: ignore[union-attr]
    assert [step.text for step in plan(on).steps] == ["go to the cave"]  # type: ignore[union-attr]
    [asked] = [data for _, data in on.asked if data["task"] == "make_plan"]
    assert asked["done"] == ["take the lamp"]
    assert on.errors() == []


def test_a_step_that_nobody_ever_does_fails_its_plan_and_the_agent_finds_another_way() -> None:
    def mind(role: RoleName, data: JsonObject) -> Answer:
        if data["task"] == "make_plan":
            return {"steps": ["go to the cave"]}
        takes = role == "ann" and "take Lamp" in data.get("options", ())  # type: ignore[operator]
        return does("take Lamp") if takes else waits(role, data)

    on = with_goal(mind, done_when="in Cave", steps=["take the lamp", "dig a tunnel", "wave"])
    on.tick()
    on.until(lambda: plan(on).steps[0].status == "done")  # type: ignore[union-attr]
    began = plan(on).steps[1].since_tick  # type: ignore[union-attr]
    ended = on.until(lambda: plan(on).status == "failed", 20 * STUCK_TICKS)  # type: ignore[union-attr]
    assert ended - began >= STUCK_TICKS
    assert [step.status for step in plan(on).steps] == ["done", "failed", "failed"]  # type: ignore[union-attr]
    on.until(lambda: plan(on).status == "active")  # type: ignore[union-attr]
    assert [step.text for step in plan(on).steps] == ["go to the cave"]  # type: ignore[union-attr]
    [asked] = [data for _, data in on.asked if data["task"] == "make_plan"]
    assert (asked["done"], asked["stuck"]) == (["take the lamp"], "dig a tunnel")
    assert [goal.status for goal in goals(on)] == ["in_progress"]
    assert on.errors() == []


def test_time_alone_fails_no_plan_somebody_who_is_still_thinking_has_tried_nothing() -> None:
    on = with_goal(done_when="in Cave", steps=["dig a tunnel"])
    on.tick(3 * STUCK_TICKS)
    assert [step.status for step in plan(on).steps] == ["in_progress"]  # type: ignore[union-attr]


def test_a_condition_that_is_none_is_refused_with_the_forms() -> None:
    conditions.check("")
    conditions.check("holds Lamp and in Yard and with Bob and knows Bob and heard bell and did take")
    for wrong in ("wishes Lamp", "holds", "and", "hold Lamp"):
        with pytest.raises(WorldError, match="is no condition") as caught:
            conditions.check(wrong)
        assert "holds NAME" in caught.value.hint
