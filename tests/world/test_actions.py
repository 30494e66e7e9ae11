"""What can be done in a world, and that whatever cannot is told to who tried, while the world goes on."""

import pytest
from pydantic import Field

from agentsh.core.errors import WorldError
from agentsh.core.model import Frozen
from agentsh.world.actions.registry import Actions, ActionType
from agentsh.world.actions.shipped import ACTIONS, actions
from agentsh.world.components.behaviour import Act, Action, Health, ProcessingState
from agentsh.world.components.relations import HOLDS, LEADS_TO
from agentsh.world.moment import Moment, Outbox
from agentsh.world.services.scene import Scene
from agentsh.world.shipped import shipped_catalogue
from tests.world.playing import Playing, play, waits
from tests.world.small import card

LAMP = {"Lamp": {"in": "Hall", "text": "a lamp"}}


def act(playing: Playing, name: str, line: str, words: str = "") -> str:
    """Let somebody do something in the next tick; return what came of it."""
    playing.store.change(playing.entity(name), Action).pending = Act(line, words)
    playing.tick()
    return playing.last(name)


def succeeded(playing: Playing, name: str) -> bool:
    last = playing.store.get(playing.entity(name), Action).last
    return last is not None and last.success


def options(playing: Playing, name: str) -> list[str]:
    world = playing.world
    moment = Moment(world.tick, 0.0, world.store, (), 0, "test", world._resources, Outbox())
    return moment.resource(Actions).possible(Scene(moment, playing.entity(name)))


def test_a_thing_is_taken_held_given_and_put_down() -> None:
    on = play(card({"Ann": {}, "Bob": {}}, items=LAMP))
    assert act(on, "Ann", "take lamp") == "You picked up Lamp."
    assert act(on, "Ann", "give Lamp to Bob") == "You gave Lamp to Bob."
    assert on.store.targets(on.entity("Bob"), HOLDS) == (on.entity("Lamp"),)
    assert act(on, "Bob", "drop Lamp") == "You put Lamp down."
    assert on.room("Lamp") == "Hall"
    assert on.errors() == []


def test_of_two_who_want_one_thing_in_one_tick_the_first_gets_it_and_the_other_is_told_who_has_it() -> None:
    on = play(card({"Ann": {}, "Bob": {}}, items=LAMP))
    for name in ("Bob", "Ann"):
        on.store.change(on.entity(name), Action).pending = Act("take Lamp")
    on.tick()
    assert on.last("Ann") == "You picked up Lamp."
    assert on.last("Bob") == "Ann has Lamp."


@pytest.mark.parametrize(
    ("line", "words", "told"),
    [
        ("take Moon", "", "There is no 'Moon' here. Here is: Lamp, Stone."),
        ("take Stone", "", "Stone cannot be carried."),
        ("drop Lamp", "", "You have no 'Lamp'. You hold: nothing."),
        ("give Lamp to Bob", "", "You have no 'Lamp'."),
        ("go to Cave", "", "There is no way from here to 'Cave'. The doors here lead to: Yard."),
        ("go to ", "", "There is no action 'go to'."),
        ("look at Ghost", "", "There is no 'Ghost' here to look at."),
        ("use Lamp", "", "You do not know what to do with Lamp."),
        ("fly to the moon", "", "There is no action 'fly to the moon'. You can: take Lamp"),
        ("speak", "", "You cannot 'speak' like that: words: String should have at least 1 character"),
        ("take " + "x" * 200, "", "You cannot 'take xxx"),
        ("make", "gold: a heap", "There is no action 'make'."),
        ("attempt", "to fly", "There is nobody who could say what comes of it."),
        ("", "", "There is no action ''."),
    ],
)
def test_what_cannot_be_done_is_told_as_its_result(line: str, words: str, told: str) -> None:
    items = {**LAMP, "Stone": {"in": "Hall", "portable": False}}
    on = play(card({"Ann": {}, "Bob": {}}, items=items))
    assert act(on, "Ann", line, words).startswith(told)
    assert not succeeded(on, "Ann")
    on.tick(3)
    assert on.errors() == []


def test_a_room_without_doors_says_so() -> None:
    on = play(card({"Ann": {"in": "Cave"}}))
    assert act(on, "Ann", "go to Hall") == "There is no way from here to 'Hall'. Cave has no doors."
    assert "go to Hall" not in options(on, "Ann")


def test_somebody_who_is_nowhere_is_told_so_and_nothing_breaks() -> None:
    on = play(card({"Ann": {}}, items=LAMP))
    on.store.unrelate(on.entity("Ann"), "occupies")
    assert act(on, "Ann", "go to Hall") == "You are nowhere: there is no room to leave."
    assert act(on, "Ann", "look around") == "You are nowhere, and see nothing."
    assert on.errors() == []


def test_hands_are_full_at_some_point() -> None:
    on = play(card({"Ann": {"capacity": 1, "holds": ["Pen"]}, "Bob": {}}, items={**LAMP, "Pen": {}}))
    assert "take Lamp" not in options(on, "Ann")
    assert act(on, "Ann", "take Lamp") == "You cannot hold more. You have: Pen."


def test_a_thing_is_used_heals_opens_and_is_used_up() -> None:
    items = {
        "Soup": {"in": "Hall", "use": {"result": "Good.", "consumed": True, "health": 4}},
        "Key": {"in": "Hall", "use": {"result": "It opens.", "on": "Door", "opens": "Cave"}},
        "Door": {"in": "Hall", "portable": False},
    }
    on = play(card({"Ann": {"health": 10}}, items=items))
    on.store.change(on.entity("Ann"), Health).hp = 8
    assert act(on, "Ann", "use Soup") == "Good."
    assert on.store.get(on.entity("Ann"), Health).hp == 10
    assert act(on, "Ann", "use Soup").startswith("There is no 'Soup' here.")
    assert act(on, "Ann", "use Key on Door") == "It opens."
    assert on.entity("Cave") in on.store.targets(on.entity("Hall"), LEADS_TO)
    assert act(on, "Ann", "go to Cave") == "You are in Cave now."


def test_a_thing_that_works_on_another_works_on_nothing_else() -> None:
    items = {"Key": {"in": "Hall", "use": {"result": "It opens.", "on": "Door"}}, **LAMP}
    on = play(card({"Ann": {}}, items=items))
    assert act(on, "Ann", "use Key on Lamp") == "Key is of no use on 'Lamp'."
    assert act(on, "Ann", "use Key") == "Key is of no use by itself."
    assert act(on, "Ann", "use Key on Door") == "Door is not here."
    assert "use Key on Door" not in options(on, "Ann")


def test_looking_tells_what_is_there_and_what_people_hold() -> None:
    on = play(
        card({"Ann": {}, "Bob": {"holds": ["Pen"], "profile": "clerk", "looks": "thin"}}, items={**LAMP, "Pen": {}})
    )
    assert act(on, "Ann", "look around") == "You are in Hall. Here is: Lamp. With you is: Bob. Doors lead to: Yard."
    assert act(on, "Ann", "look at Bob") == "Bob: clerk; thin; looks neutral; holds Pen."
    assert act(on, "Ann", "look at Lamp") == "Lamp: a lamp."


def test_only_who_is_allowed_makes_things() -> None:
    on = play(card({"Ann": {"actions": ["spawn", "wait"]}, "Bob": {}}))
    assert options(on, "Ann") == ["wait", "make"]
    assert "make" not in options(on, "Bob")
    assert act(on, "Ann", "make", "Lamp: it burns") == "Lamp is there now."
    assert on.room("Lamp") == "Hall"
    assert act(on, "Ann", "make", "lamp: another") == "There is 'lamp' already."
    assert act(on, "Ann", "take Lamp").startswith("There is no action 'take Lamp'.")


def test_who_waits_rests_and_who_thinks_remembers() -> None:
    on = play(card({"Ann": {}}))
    assert act(on, "Ann", "wait") == "You wait."
    assert on.store.get(on.entity("Ann"), ProcessingState).mode == "WAITING"
    assert act(on, "Ann", "think", "I like it here") == "You keep that in mind."
    assert "I thought: I like it here" in on.memories("Ann")


class _Song(Frozen):
    words: str = Field(min_length=1)
    times: int = Field(default=1, ge=1, le=3)


def _sing(scene: Scene, song: _Song) -> str:
    if "crash" in song.words:
        raise ZeroDivisionError(song.words)
    return f"You sing {song.words} {song.times} times."


SING = ActionType("sing", "sing", ("sing", "sing {times} times"), _Song, lambda _: ({},), _sing)


def test_a_plugins_action_is_there_like_any_other_and_its_arguments_are_checked() -> None:
    on = play(card({"Ann": {}}), waits, catalogue=shipped_catalogue([SING]))
    assert "sing" in options(on, "Ann")
    assert act(on, "Ann", "sing 3 times", "la") == "You sing la 3 times."
    assert act(on, "Ann", "sing 9 times", "la").startswith(
        "You cannot 'sing 9 times' like that: times: Input should be"
    )
    assert act(on, "Ann", "sing many times", "la").startswith("You cannot 'sing many times' like that: times")


def test_an_action_that_crashes_is_told_to_its_actor_and_to_people_only() -> None:
    on = play(card({"Ann": {}, "Bob": {}}, items=LAMP), waits, catalogue=shipped_catalogue([SING]))
    on.store.change(on.entity("Bob"), Action).pending = Act("take Lamp")
    assert act(on, "Ann", "sing", "crash") == "Something went wrong; nothing happens."
    assert on.last("Bob") == "You picked up Lamp."
    assert any("action 'sing' failed: ZeroDivisionError: crash" in said for said in on.words())


def test_two_actions_of_one_name_and_forms_without_their_argument_are_refused() -> None:
    with pytest.raises(WorldError, match="two actions are called 'take'"):
        actions([ACTIONS[0]])
    with pytest.raises(WorldError, match="has no argument 'what'"):
        actions([ActionType("do", "", ("do {what}",), _Song, lambda _: (), _sing)])
