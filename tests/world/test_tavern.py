"""The tavern: free attempts, and a game master that says what comes of them."""

from agentsh.core.ids import RoleName
from agentsh.core.model import JsonObject
from agentsh.world.components.behaviour import Act, Action, Attempt, Health
from agentsh.world.components.environment import Item
from agentsh.world.world import Missed
from tests.world.playing import Answer, Playing, fits, play, shipped, waits


def tavern(outcome: Answer) -> Playing:
    def mind(role: RoleName, data: JsonObject) -> Answer:
        if data["task"] == "resolve":
            assert role == "storyteller"
            if isinstance(outcome, dict) and "effect" in outcome:
                assert fits(data, outcome)
            return outcome
        return waits(role, data)

    on = play(shipped("tavern"), mind)
    on.tick(2)
    return on


def attempts(on: Playing, words: str, name: str = "Kira") -> None:
    on.store.change(on.entity(name), Action).pending = Act("attempt", words)
    on.tick()


def test_what_is_attempted_is_decided_by_the_game_master_and_felt_by_who_tried() -> None:
    on = tavern({"outcome": "The shutter gives way with a crack.", "success": True, "effect": "nothing"})
    attempts(on, "I break open the shutter")
    assert on.last("Kira") == "You try this: I break open the shutter"
    on.tick(4)
    assert "The shutter gives way with a crack." in on.memories("Kira")
    assert "Kira: The shutter gives way with a crack." in on.memories("Brother Anselm")
    assert not on.store.has(on.entity("Kira"), Attempt)
    asked = [data for _, data in on.asked if data["task"] == "resolve"]
    assert [(data["attempt"], data["who"]) for data in asked] == [("I break open the shutter", "Kira")]
    assert on.errors() == []


def test_what_follows_from_it_is_one_of_what_can_happen() -> None:
    on = tavern({"outcome": "You snatch it.", "success": True, "effect": "take Rusty Key", "appears": "Letter: sealed"})
    attempts(on, "I snatch the key when nobody looks")
    on.tick(4)
    assert on.room("Letter") == "Taproom"
    assert on.store.sources(on.entity("Rusty Key"), "holds") == (on.entity("Kira"),)


def test_daring_can_hurt() -> None:
    on = tavern({"outcome": "The hearth burns you.", "success": False, "effect": "hurt"})
    attempts(on, "I reach through the fire")
    on.tick(4)
    assert on.store.get(on.entity("Kira"), Health).hp == 8


def test_several_attempts_are_decided_one_after_another() -> None:
    on = tavern({"outcome": "So be it.", "success": True, "effect": "nothing"})
    on.store.change(on.entity("Kira"), Action).pending = Act("attempt", "I whistle")
    attempts(on, "I pray", "Brother Anselm")
    on.tick(10)
    assert [data["attempt"] for _, data in on.asked if data["task"] == "resolve"] == ["I whistle", "I pray"]
    assert "So be it." in on.memories("Brother Anselm")


def test_when_the_game_master_has_no_answer_nothing_comes_of_it() -> None:
    on = tavern(Missed(RoleName("storyteller"), "the model answers nonsense"))
    attempts(on, "I fly")
    on.tick(8)
    assert "Nothing comes of it." in on.memories("Kira")
    assert not on.store.has(on.entity("Kira"), Attempt)
    assert any("Storyteller has no thought: the model answers nonsense" in said for said in on.words())


def test_an_answer_of_nonsense_changes_nothing() -> None:
    on = tavern({"outcome": "   ", "success": "maybe", "effect_": "explode"})
    things = len(on.store.each(Item))
    attempts(on, "I open a portal")
    on.tick(4)
    assert "Nothing comes of it." in on.memories("Kira")
    assert len(on.store.each(Item)) == things
    assert on.errors() == []


def test_the_game_master_is_nowhere_and_has_no_doings_of_its_own() -> None:
    on = tavern(None)
    on.tick(10)
    assert on.room("Storyteller") == ""
    assert not [data for role, data in on.asked if role == "storyteller" and data["task"] == "think"]
    assert not any("Storyteller" in str(data["people"]) for _, data in on.asked if data["task"] == "think")
