"""The classroom: order, visibility, selector, updater and describer, each a rule of the room."""

from agentsh.core.ids import RoleName
from agentsh.core.model import JsonObject
from agentsh.world.components.behaviour import Act, Action
from agentsh.world.components.environment import Floor
from tests.world.playing import Answer, Playing, does, never, play, shipped, waits
from tests.world.small import card

PROFESSOR = "Professor Micheal"


def lesson(role: RoleName, data: JsonObject) -> Answer:
    """The professor speaks, calls on whose hand is up, then lets them discuss; Oliver and Ava raise their hands."""
    if data["task"] != "think":
        return waits(role, data)
    options = data["options"]
    assert isinstance(options, list)
    if role == "professor_micheal":
        call = next((str(option) for option in options if str(option).startswith("call on")), None)
        return does(call) if call else does("speak", f"Why does an apple fall? ({data['tick']})")
    if "speak" in options:
        return does("speak", f"I am {data['name']} and I think it is pulled.")
    return does("raise hand") if role in ("oliver", "ava") and "raise hand" in options else does("wait")


def doings(on: Playing) -> list[tuple[str, str]]:
    """Return who did what, without waiting."""
    found = [said.partition(": ") for said in on.words()]
    return [
        (name, what.partition(" ")[0] if not what.startswith("call") else what)
        for name, _, what in found
        if what != "wait"
    ]


def test_one_speaks_when_called_on_and_the_professor_has_the_floor_again() -> None:
    on = play(shipped("classroom"), lesson)
    on.tick(20)
    done = [(name, what) for name, what in doings(on) if what.split()[0] in ("speak", "call", "raise")]
    assert done[:8] == [
        (PROFESSOR, "speak"),
        ("Oliver", "raise"),
        ("Ava", "raise"),
        (PROFESSOR, "call on Oliver"),
        ("Oliver", "speak"),
        (PROFESSOR, "call on Ava"),
        ("Ava", "speak"),
        (PROFESSOR, "speak"),
    ]
    assert on.errors() == []


def test_who_is_not_called_is_not_asked_and_cannot_speak() -> None:
    on = play(shipped("classroom"), lesson)
    on.tick(12)
    first_speech = next(data["tick"] for role, data in on.asked if role == "professor_micheal")
    assert not any(role != "professor_micheal" and data["tick"] <= first_speech for role, data in on.asked)  # type: ignore[operator]
    on.store.change(on.entity("Mason"), Action).pending = Act("speak", "me me me")
    on.tick()
    assert on.last("Mason") == "It is not your turn to speak."


def test_everybody_is_told_of_the_situation_as_it_is_for_them() -> None:
    on = play(shipped("classroom"), lesson)
    on.tick(12)
    told = {
        role: [data["situation"] for r, data in on.asked if r == role and data["task"] == "think"]
        for role, _ in on.asked
    }
    assert told[RoleName("professor_micheal")][0] == "You lead the class. No hand is up."
    assert "You lead the class. Hands are up: Oliver, Ava." in told[RoleName("professor_micheal")]
    assert f"{PROFESSOR} has called on you: answer." in told[RoleName("oliver")]


def test_a_lesson_is_what_is_said_aloud_not_who_raised_a_hand() -> None:
    on = play(shipped("classroom"), lesson)
    on.tick(20)
    memories = on.memories("Mason")
    assert any(text.startswith(f"{PROFESSOR} said: ") for text in memories)
    assert 'Oliver said: "I am Oliver and I think it is pulled."' in memories
    assert not any("raises a hand" in text for text in memories)


def test_in_groups_words_stay_in_the_group_and_with_the_professor() -> None:
    left = iter(["let them discuss"])

    def grouping(role: RoleName, data: JsonObject) -> Answer:
        if role == "professor_micheal" and data["task"] == "think":
            return does(next(left, "wait"))
        return lesson(role, data)

    on = play(shipped("classroom"), grouping)
    on.tick(9)
    said = 'Oliver said: "I am Oliver and I think it is pulled."'
    heard = {name for name in (PROFESSOR, "Amelia", "Ethan", "Mason", "Ava") if said in on.memories(name)}
    assert heard == {PROFESSOR, "Amelia"}


def test_when_the_leader_speaks_nobody_else_is_heard() -> None:
    on = play(shipped("classroom"), never)
    on.tick(2)
    floor = on.store.change(on.entity("Classroom"), Floor)
    floor.groups = [[on.entity("Oliver"), on.entity("Ava")]]
    for name in (PROFESSOR, "Oliver"):
        on.store.change(on.entity(name), Action).pending = Act("speak", "now")
    on.tick()
    assert on.last(PROFESSOR) == 'You said: "now"'
    assert on.last("Oliver") == f"Nobody heard you: {PROFESSOR} spoke."


def talks(role: RoleName, data: JsonObject) -> Answer:
    return does("speak", f"{role} at {data['tick']}") if data["task"] == "think" else waits(role, data)


def speakers(on: Playing) -> list[str]:
    return [name for name, what in doings(on) if what == "speak"]


def test_sequential_order_goes_round_and_random_order_is_the_same_for_the_same_seed() -> None:
    def table(order: str, seed: int) -> list[str]:
        rooms = {"Hall": {"manners": {"order": order, "describer": "turns"}}}
        on = play(card({"Ann": {}, "Bob": {}, "Cyd": {}}, rooms=rooms), talks, seed=seed)
        on.tick(24)
        assert on.errors() == []
        return speakers(on)

    assert table("sequential", 1)[:7] == ["Ann", "Bob", "Cyd", "Ann", "Bob", "Cyd", "Ann"]
    assert table("random", 1) == table("random", 1)
    assert len({tuple(table("random", seed)) for seed in range(4)}) > 1


def test_who_was_called_and_never_answers_loses_the_turn() -> None:
    def mute_ann(role: RoleName, data: JsonObject) -> Answer:
        return None if role == "ann" else talks(role, data)

    rooms = {"Hall": {"manners": {"order": "sequential"}}}
    on = play(card({"Ann": {}, "Bob": {}}, rooms=rooms), mute_ann)
    on.tick(40)
    assert "Bob" in speakers(on)


def test_what_is_said_to_the_leader_alone_is_heard_by_the_leader_alone() -> None:
    rooms = {"Hall": {"manners": {"visibility": "leader", "leader": "Ann", "updater": "words"}}}
    on = play(card({"Ann": {}, "Bob": {}, "Cyd": {}}, rooms=rooms), never)
    on.tick(2)
    on.store.change(on.entity("Bob"), Action).pending = Act("speak", "psst")
    on.tick(4)
    assert 'Bob said: "psst"' in on.memories("Ann")
    assert on.memories("Cyd") == []
    on.store.change(on.entity("Ann"), Action).pending = Act("speak", "listen, all")
    on.tick(4)
    assert 'Ann said: "listen, all"' in on.memories("Cyd")
