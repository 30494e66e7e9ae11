"""The memory stream: what is kept, what comes to mind, and what is concluded from it with which evidence."""

import pytest

from agentsh.core.ids import RoleName
from agentsh.core.model import JsonObject
from agentsh.world.components.memory import Experience, Memory
from agentsh.world.components.relations import EVIDENCE, REMEMBERS
from agentsh.world.moment import Moment, Outbox
from agentsh.world.services.memories import Memories, overlap, words_of
from tests.world.playing import Answer, Playing, does, never, play, waits
from tests.world.small import card


@pytest.fixture
def on() -> Playing:
    return play(card({"Ann": {}}), never)


def at(on: Playing, tick: int) -> Moment:
    return Moment(tick, 0.0, on.store, (), 0, "test", on.world._resources, Outbox())


def remembers(on: Playing, text: str, tick: int, importance: float = 0.5) -> None:
    moment = at(on, tick)
    moment.resource(Memories).remember(moment, on.entity("Ann"), text, "seen", importance)


def recalled(on: Playing, about: str, most: int, tick: int = 100) -> list[str]:
    moment = at(on, tick)
    return [
        found.text
        for found in moment.resource(Memories).recall(moment.store, moment.tick, on.entity("Ann"), about, most)
    ]


def test_the_newest_is_the_most_recent(on: Playing) -> None:
    for tick in (1, 50, 99):
        remembers(on, f"at {tick}", tick)
    assert recalled(on, "", 1) == ["at 99"]
    assert recalled(on, "", 2) == ["at 50", "at 99"]


def test_of_what_is_alike_old_the_more_important_comes_to_mind(on: Playing) -> None:
    remembers(on, "the king died", 10, 0.9)
    remembers(on, "a cat sat there", 10, 0.1)
    assert recalled(on, "", 1) == ["the king died"]


def test_what_is_about_the_matter_comes_to_mind_before_what_is_newer(on: Playing) -> None:
    remembers(on, "The baker sells dark bread in the morning", 10)
    remembers(on, "Birds sing in the old tree", 40)
    assert recalled(on, "where do I buy bread from a baker", 1) == ["The baker sells dark bread in the morning"]
    assert recalled(on, "which birds are there", 1) == ["Birds sing in the old tree"]


def test_words_are_compared_without_case_plural_and_small_words() -> None:
    assert words_of("The Swords and the sword") == {"sword"}
    assert overlap(words_of("magic swords"), words_of("A sword of magic")) == pytest.approx(1.0)
    assert overlap(words_of(""), words_of("sword")) == 0.0


def test_above_its_capacity_a_memory_forgets_what_is_least_worth(on: Playing) -> None:
    on.store.change(on.entity("Ann"), Memory).capacity = 16
    remembers(on, "the king died", 1, 1.0)
    for tick in range(2, 60):
        remembers(on, f"a cat passed by, number {tick}", tick, 0.1)
    kept = on.memories("Ann")
    assert len(kept) <= 18
    assert kept[0] == "the king died"
    assert kept[-1] == "a cat passed by, number 59"


def test_after_a_rewind_nothing_of_the_other_branch_comes_to_mind(on: Playing) -> None:
    """Ids are given anew there: what is kept of words must not be taken for those of another experience."""
    on.tick()
    parts, tick = on.world.snapshot(), on.world.tick
    remembers(on, "dragons live in the north", 1)
    remembers(on, "cats live in the south", 1)
    assert recalled(on, "where do dragons live", 1) == ["dragons live in the north"]
    on.world.load(tick, parts)
    remembers(on, "cats live in the south", 1)
    remembers(on, "dragons live in the north", 1)
    assert recalled(on, "where do dragons live", 1) == ["dragons live in the north"]


def test_what_an_agent_claims_to_remember_is_kept_only_when_it_perceived_something_of_it() -> None:
    claims = iter(["A bell rings somewhere", "A dragon has eaten the king"])

    def claiming(role: RoleName, data: JsonObject) -> Answer:
        return does("wait", remember=next(claims, "")) if data["task"] == "think" else waits(role, data)

    on = play(
        card({"Ann": {}}, events=[{"tick": t, "in": "Hall", "text": f"A bell rings, {t}."} for t in (1, 6)]), claiming
    )
    on.tick(10)
    assert "A bell rings somewhere" in on.memories("Ann")
    assert not any("dragon" in text for text in on.memories("Ann"))


INSIGHTS: list[JsonObject] = [
    {"insight": "The bell rings every few minutes.", "because": [1, 2]},
    {"insight": "The moon is made of cheese.", "because": []},
    {"insight": "Somebody pulls the rope.", "because": [2, 99]},
]


def reflecting(role: RoleName, data: JsonObject) -> Answer:
    return {"insights": list(INSIGHTS)} if data["task"] == "reflect" else waits(role, data)


def bells(**more: object) -> Playing:
    events = [{"tick": 2 + 3 * n, "in": "Hall", "text": f"Bell number {n} rings."} for n in range(12)]
    return play(card({"Ann": {"reflects_at": 2.0}}, events=events, **more), reflecting)


def test_at_the_threshold_an_agent_reflects_and_each_conclusion_has_its_evidence() -> None:
    on = bells()
    tick = on.until(lambda: "The bell rings every few minutes." in on.memories("Ann"))
    assert sum("rings." in text for text in on.memories("Ann")) >= 3
    found = {on.store.get(e, Experience).text: e for e in on.store.targets(on.entity("Ann"), REMEMBERS)}
    assert "The moon is made of cheese." not in found
    rests_on = on.store.targets(found["The bell rings every few minutes."], EVIDENCE)
    [[asked, *_], *_] = [[data["memories"]] for _, data in on.asked if data["task"] == "reflect"]
    assert [on.store.get(e, Experience).text for e in rests_on] == asked[:2]  # type: ignore[index]
    assert len(on.store.targets(found["Somebody pulls the rope."], EVIDENCE)) == 1
    assert tick >= 5
    assert on.errors() == []


def test_the_same_conclusion_is_not_drawn_twice_and_reflecting_does_not_set_off_reflecting() -> None:
    on = bells()
    on.tick(60)
    assert on.memories("Ann").count("The bell rings every few minutes.") == 1
    reflections = [data["tick"] for _, data in on.asked if data["task"] == "reflect"]
    assert 2 <= len(reflections) <= 12
    on.tick(60)
    assert len([1 for _, data in on.asked if data["task"] == "reflect"]) <= len(reflections) + 1


def test_evidence_that_is_forgotten_leaves_no_pointer_behind() -> None:
    on = bells()
    on.until(lambda: "The bell rings every few minutes." in on.memories("Ann"))
    [insight] = [e for e, found in on.store.each(Experience) if found.text == "The bell rings every few minutes."]
    assert on.store.targets(insight, EVIDENCE)
    for entity in on.store.targets(insight, EVIDENCE):
        on.store.despawn(entity)
    assert on.store.targets(insight, EVIDENCE) == ()
    on.tick(3)
    assert on.errors() == []
