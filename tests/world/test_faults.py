"""What goes wrong is said, stays with the agent or the system where it went wrong, and the world ticks on."""

from itertools import pairwise

import pytest

from agentsh.core.ids import MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.worlds import THINK, WORLD, Level
from agentsh.world.components.behaviour import Act, Action, Fault, Goal, ProcessingState, RecentActions
from agentsh.world.components.environment import Manners, Room, Stimulus
from agentsh.world.components.memory import Memory
from agentsh.world.components.relations import OCCUPIES
from agentsh.world.components.utility import Debug
from agentsh.world.life.apart import for_each
from agentsh.world.moment import Moment
from agentsh.world.shipped import shipped_catalogue
from agentsh.world.systems import Stage, system
from agentsh.world.world import Missed
from tests.world.playing import Answer, Playing, does, never, play, waits
from tests.world.small import card


@system("breaking", level=Level.CONSCIOUS, stage=Stage.GOALS)
def breaking(moment: Moment) -> None:
    """Raise in some ticks."""
    if moment.tick > 2:
        raise RuntimeError("the sky falls")


def test_a_system_that_raises_is_said_once_and_the_others_go_on() -> None:
    catalogue = shipped_catalogue()
    catalogue.systems.append(breaking)
    on = play(card({"Ann": {}, "Bob": {}}, items={"Lamp": {"in": "Hall"}}), never, catalogue=catalogue)
    on.tick(5)
    on.store.change(on.entity("Ann"), Action).pending = Act("take Lamp")
    on.tick(5)
    assert len([said for said in on.words() if "the sky falls" in said]) == 1
    assert on.last("Ann") == "You picked up Lamp."


def test_an_agent_with_a_broken_component_is_told_of_and_the_others_live_on() -> None:
    on = play(card({"Ann": {}, "Bob": {}, "Cyd": {}}), never, debug=False)
    on.tick(2)
    on.store.tables[ProcessingState][on.entity("Bob")] = "asleep"
    on.store.change(on.entity("Ann"), Action).pending = Act("speak", "good morning")
    on.tick(4)
    assert 'Ann said: "good morning"' in on.memories("Cyd")
    [said] = [said for said in on.words() if said.startswith("perception of Bob failed at tick 3")]
    assert "AttributeError" in said


def test_a_component_of_the_wrong_type_is_removed_and_said() -> None:
    on = play(card({"Ann": {"goals": ["be happy"]}, "Bob": {}}), waits, debug=False)
    on.tick(2)
    [goal] = [entity for entity, _ in on.store.each(Goal)]
    on.store.change(goal, Goal).progress = "half"  # type: ignore[assignment]
    on.tick(3)
    assert any("Goal of entity" in said and "is removed" in said for said in on.words())
    assert not on.store.has(goal, Goal)
    on.tick(5)


@pytest.mark.parametrize(
    "nonsense",
    [
        {},
        {"thought": 3, "action": ["take"], "words": {}},
        {"thought": "", "action": "   "},
        {"action": "fly to the moon", "words": "x" * 5000},
        {"action": "speak", "words": "\x1b[31mred\x00"},
        {"thought": "t" * 10_000, "action": "wait", "expression": "furious beyond words", "remember": "r" * 10_000},
        {"task": 7, "about": {"deep": [1, 2]}, "action": "wait"},
        {"insights": "none", "steps": 3, "items": None, "status": None},
    ],
)
def test_an_answer_of_nonsense_is_taken_as_it_is_and_harms_nobody(nonsense: JsonObject) -> None:
    def mind(role: RoleName, _data: JsonObject) -> Answer:
        return nonsense if role == "ann" else does("wait")

    people = {"Ann": {"goals": ["be happy"], "plans_days": True, "reflects_at": 0.5}, "Bob": {}}
    events = [{"tick": n, "in": "Hall", "text": f"Bell {n}."} for n in range(1, 30)]
    on = play(card(people, events=events), mind)
    on.tick(30)
    assert on.errors() == []
    assert on.store.has(on.entity("Ann"), Action)
    assert on.last("Bob") == "You wait."


def test_an_agent_whose_model_gives_no_answer_rests_and_is_asked_again_later_and_later() -> None:
    def mind(role: RoleName, data: JsonObject) -> Answer:
        return Missed(role, "no usable answer in 3 tries") if role == "ann" else waits(role, data)

    events = [{"tick": n, "in": "Hall", "text": f"Bell {n}."} for n in range(1, 80)]
    on = play(card({"Ann": {}, "Bob": {}}, events=events), mind)
    on.tick(79)
    asked = [data["tick"] for role, data in on.asked if role == "ann"]
    gaps = [int(after) - int(before) for before, after in pairwise(asked)]  # type: ignore[call-overload]
    assert gaps == sorted(gaps)
    assert gaps[-1] >= 16
    assert any(said.startswith("Ann has no thought: no usable answer in 3 tries") for said in on.words())
    assert len([1 for role, _ in on.asked if role == "bob"]) > len(asked)


def test_what_was_asked_and_what_came_of_it_is_noted_for_one_tick() -> None:
    def mind(role: RoleName, data: JsonObject) -> Answer:
        return Missed(role, "the server is down") if role == "bob" else waits(role, data)

    on = play(card({"Ann": {}, "Bob": {}}), mind)
    on.tick()
    first = {question.role: question.message for question in on.ticked[-1].questions}
    assert noted(on, "Ann") == [f"asked think: {first['ann']}"]
    on.tick()
    assert noted(on, "Ann")[0] == f"answered think: {first['ann']}:answer"
    assert noted(on, "Bob") == ["no thought: the server is down"]
    on.tick()
    assert noted(on, "Bob") == []


def noted(on: Playing, name: str) -> list[str]:
    found = on.store.find(on.entity(name), Debug)
    return [] if found is None else found.notes


def test_a_late_answer_lands_when_it_comes_and_nobody_waited_for_it() -> None:
    on = play(card({"Ann": {}, "Bob": {}}, items={"Lamp": {"in": "Hall"}}), lambda role, data: None)
    on.tick(30)
    late = on.asked[0]
    on._arriving.append(_reply_of(on, late, does("take Lamp")))
    on.tick()
    assert on.last("Ann") == "You picked up Lamp."


def test_an_answer_that_comes_when_the_thing_is_gone_is_told_so() -> None:
    on = play(card({"Ann": {}, "Bob": {}}, items={"Lamp": {"in": "Hall"}}), lambda role, data: None)
    on.tick(2)
    on.store.despawn(on.entity("Lamp"))
    on._arriving.append(_reply_of(on, on.asked[0], does("take Lamp")))
    on.tick()
    assert on.last("Ann") == "There is no 'Lamp' here. Here is: nothing."


def test_an_agent_that_goes_while_it_thinks_takes_nothing_with_it() -> None:
    on = play(card({"Ann": {"goals": ["be happy"]}, "Bob": {}}), lambda role, data: None)
    on.tick(3)
    on.store.despawn(on.entity("Ann"))
    on._arriving.append(_reply_of(on, on.asked[0], does("speak", "boo")))
    on.tick(12)
    assert on.errors() == []
    assert not any("boo" in text for text in on.memories("Bob"))


def test_a_room_that_goes_leaves_its_people_nowhere_and_alive() -> None:
    on = play(card({"Ann": {}, "Bob": {}}), waits)
    on.tick(3)
    on.store.despawn(on.entity("Hall"))
    on.tick(12)
    assert on.room("Ann") == ""
    assert on.errors() == []


def test_manners_that_name_no_rule_are_said_and_touch_only_their_room() -> None:
    on = play(card({"Ann": {}, "Bob": {}, "Cyd": {"in": "Yard"}, "Dan": {"in": "Yard"}}), waits)
    on.tick(2)
    on.store.put(on.entity("Hall"), Manners(order="chaos", visibility="nobody", describer="mute"))
    on.store.change(on.entity("Cyd"), Action).pending = Act("speak", "all is well")
    on.tick(12)
    assert any("there is no order rule 'chaos'" in said for said in on.words())
    assert 'Cyd said: "all is well"' in on.memories("Dan")


def test_a_fault_is_forgotten_when_it_has_passed_and_said_again_when_it_comes_back() -> None:
    told: list[str] = []

    @system("flickering", level=Level.CONSCIOUS, stage=Stage.GOALS, reads=("occupies",), writes=(Fault,))
    def flickering(moment: Moment) -> None:
        def run(_agent: object) -> None:
            if moment.tick in (2, 3, 6):
                raise ValueError("flicker")

        for_each(moment, "flickering", [entity for entity, _ in moment.store.each(Fault)] or [ann], run)

    catalogue = shipped_catalogue()
    catalogue.systems.append(flickering)
    on = play(card({"Ann": {}}), waits, catalogue=catalogue)
    ann = on.entity("Ann")
    on.tick(8)
    told = [said for said in on.words() if "flicker" in said]
    assert told == [
        "flickering of Ann failed at tick 2: ValueError: flicker",
        "flickering of Ann failed at tick 6: ValueError: flicker",
    ]


def test_components_taken_away_in_the_middle_of_life_do_no_harm() -> None:
    on = play(card({"Ann": {"goals": ["be happy"]}, "Bob": {}}, items={"Lamp": {"in": "Hall"}}), waits)
    on.tick(2)
    for type_ in (Memory, RecentActions):
        on.store.remove(on.entity("Ann"), type_)
    on.store.unrelate(on.entity("Bob"), OCCUPIES)
    for entity, _ in on.store.each(Stimulus):
        on.store.remove(entity, Stimulus)
    on.store.remove(on.entity("Yard"), Room)
    on.tick(15)
    assert [said for said in on.errors() if "KeyError" in said or "AttributeError" in said] == []


def _reply_of(on: Playing, asked: tuple[RoleName, JsonObject], answer: JsonObject) -> Message:
    role, data = asked
    return Message(
        id=MessageId(f"{role}:late"),
        content="late",
        data=answer | {"task": data["task"]},
        cause_by=THINK,
        sent_from=role,
        send_to=(WORLD,),
    )
