"""The town: people follow their days, meet, and what one knows spreads by being said."""

import pytest

from agentsh.core.ids import RoleName
from agentsh.core.model import JsonObject
from agentsh.world.components.behaviour import Act, Action, DayPlan
from agentsh.world.components.memory import Experience
from agentsh.world.components.relations import EVIDENCE, KNOWS
from agentsh.world.minds import Name
from tests.world.playing import PLAIN, Answer, Playing, does, never, play, shipped, waits
from tests.world.small import card

NEWS = "There is a party in the cafe today at five."


def gossip(role: RoleName, data: JsonObject) -> Answer:
    """Tell the news whenever it comes to mind and somebody is there."""
    if data["task"] == "plan_day":
        return {"items": [{"hour": 7, "what": "think", "room": "Park"}, {"hour": 12, "what": "eat", "room": "Cafe"}]}
    if data["task"] != "think":
        return PLAIN[str(data["task"])]
    knows = any("party" in str(memory) for memory in data["memories"])  # type: ignore[union-attr]
    return does("speak", NEWS) if knows and "speak" in data["options"] else does("wait")  # type: ignore[operator]


def people(on: Playing) -> list[str]:
    return [named.text for entity, named in on.store.each(Name) if on.store.has(entity, Action)]


def informed(on: Playing) -> list[str]:
    return [name for name in people(on) if any("party" in text for text in on.memories(name))]


@pytest.fixture(scope="module")
def town() -> Playing:
    on = play(shipped("town"), gossip, debug=False)
    on.tick()
    return on


@pytest.fixture
def lived(town: Playing) -> Playing:
    """Return it once ten hours have passed, whichever test came before."""
    town.tick(max(0, 60 - town.world.tick))
    return town


def test_twenty_five_people_live_there_and_one_of_them_knows_of_the_party(town: Playing) -> None:
    assert len(people(town)) == 25
    assert informed(town) == ["Isabella Rodriguez"]


def test_the_news_spreads_only_from_mouth_to_ear(town: Playing) -> None:
    before = {name: set(town.memories(name)) for name in people(town)}
    knew = set(informed(town))
    while town.world.tick < 60:
        present: dict[str, list[str]] = {}
        for name in people(town):
            present.setdefault(town.room(name), []).append(name)
        town.tick()
        for name in set(informed(town)) - knew:
            [heard] = [text for text in town.memories(name) if "party" in text and text not in before[name]][:1]
            speaker = heard.partition(" said: ")[0]
            assert speaker in knew, f"{name} heard it of {speaker}, who did not know"
        knew = set(informed(town))
    assert len(knew) >= 12
    assert town.errors() == []


def test_who_hears_somebody_knows_them_from_then_on(lived: Playing) -> None:
    isabella = lived.entity("Isabella Rodriguez")
    assert len(lived.store.sources(isabella, KNOWS)) >= 3


def test_people_reflect_with_evidence(lived: Playing) -> None:
    concluded = [entity for entity, found in lived.store.each(Experience) if found.kind == "reflection"]
    assert len(concluded) >= 12
    assert all(len(lived.store.targets(entity, EVIDENCE)) >= 1 for entity in concluded[-5:])


def test_who_has_no_routine_plans_the_day_and_goes_where_the_plan_says(lived: Playing) -> None:
    plan = lived.store.get(lived.entity("Giorgio Rossi"), DayPlan)
    assert plan.day == 1
    assert [(item.hour, item.room) for item in plan.items] == [(7.0, "Park"), (12.0, "Cafe")]


def test_people_go_through_the_rooms_between_to_where_their_day_takes_them() -> None:
    day = [{"at": "08:00", "what": "rest", "in": "Hall"}, {"at": "08:05", "what": "dig", "in": "Cave"}]
    rooms = {"Hall": {"doors": ["Yard"]}, "Yard": {"doors": ["Cave"]}, "Cave": {}, "Moon": {}}
    on = play(card({"Ann": {"day": day}, "Bob": {"day": [{"at": "07:00", "what": "fly", "in": "Moon"}]}}, rooms=rooms))
    on.tick(5)
    assert on.room("Ann") == "Hall"
    on.until(lambda: on.room("Ann") == "Yard", most=6)
    on.until(lambda: on.room("Ann") == "Cave", most=6)
    on.tick(5)
    assert (on.room("Ann"), on.room("Bob")) == ("Cave", "Hall")
    assert on.errors() == []


def test_who_is_in_a_talk_stays_for_a_while_and_then_goes() -> None:
    def talks(role: RoleName, data: JsonObject) -> Answer:
        return does("speak", f"and {data['tick']}") if data["task"] == "think" else waits(role, data)

    people_ = {"Ann": {"day": [{"at": "07:00", "what": "dig", "in": "Yard"}]}, "Bob": {}}
    on = play(card(people_), talks)
    on.tick(2)
    assert on.room("Ann") == "Hall"
    assert on.until(lambda: on.room("Ann") == "Yard", most=20) > 4


def test_a_plan_of_nonsense_is_not_kept_and_asked_for_again() -> None:
    plans: list[JsonObject] = [{"items": [{"hour": 77, "what": "x"}, "breakfast", {"hour": 8}]}, {"items": "none"}]
    left = iter(plans)

    def mind(role: RoleName, data: JsonObject) -> Answer:
        return next(left, PLAIN["plan_day"]) if data["task"] == "plan_day" else waits(role, data)

    on = play(card({"Ann": {"plans_days": True}}), mind)
    on.until(lambda: on.store.get(on.entity("Ann"), DayPlan).day == 1, most=40)
    assert len([1 for _, data in on.asked if data["task"] == "plan_day"]) == 3
    assert on.errors() == []


def test_the_next_day_is_planned_anew() -> None:
    on = play(card({"Ann": {"plans_days": True}}, seconds_per_tick=3600, starts_at="20:00"), waits)
    on.tick(12)
    days = [data["day"] for _, data in on.asked if data["task"] == "plan_day"]
    assert days == [1, 2]


def test_an_npc_greets_and_answers_by_rule_and_asks_no_model() -> None:
    npc = {"greeting": "Come in!", "answers": {"key": "It hangs by the hearth."}}
    on = play(card({"Ann": {"in": "Yard"}, "Old Marta": {"npc": npc}}), never)
    on.tick(2)
    on.store.change(on.entity("Ann"), Action).pending = Act("go to Hall")
    on.tick(4)
    assert 'Old Marta said: "Come in!"' in on.memories("Ann")
    on.store.change(on.entity("Ann"), Action).pending = Act("speak", "Where are the keys?")
    on.tick(4)
    assert 'Old Marta said: "It hangs by the hearth."' in on.memories("Ann")
    assert {role for role, _ in on.asked} == {"ann"}
