"""What reaches whom: exactly those in the room, for so long, so much at once; and it goes."""

from hypothesis import given, settings
from hypothesis import strategies as st

from agentsh.core.ids import RoleName
from agentsh.core.model import JsonObject
from agentsh.core.worlds import Level
from agentsh.world.components.behaviour import Act, Action, ProcessingState
from agentsh.world.components.environment import Stimulus
from agentsh.world.components.memory import Attention, Perception, WorkingMemory
from agentsh.world.components.relations import IN_ROOM, OCCUPIES
from agentsh.world.components.utility import Cleanup
from agentsh.world.life.cleanup import MOST_STIMULI
from agentsh.world.moment import Moment
from agentsh.world.services.events import KINDS, Events
from agentsh.world.shipped import shipped_catalogue
from agentsh.world.systems import Stage, system
from tests.world.playing import Answer, Playing, does, never, play, waits
from tests.world.small import card


def perceived(on: Playing, name: str) -> list[str]:
    found = on.store.find(on.entity(name), Perception)
    return [] if found is None else [one.text for one in found.seen]


def says(on: Playing, name: str, words: str) -> None:
    on.store.change(on.entity(name), Action).pending = Act("speak", words)


def test_speech_is_heard_by_those_in_the_room_and_by_nobody_else() -> None:
    on = play(card({"Ann": {}, "Bob": {}, "Cyd": {"in": "Yard"}}))
    on.tick(3)
    says(on, "Ann", "the king is dead")
    on.tick(2)
    said = 'Ann says: "the king is dead"'
    assert said in perceived(on, "Bob")
    assert said not in perceived(on, "Ann")
    on.tick(5)
    assert 'Ann said: "the king is dead"' in on.memories("Bob")
    assert not any("king" in text for text in on.memories("Cyd"))


def test_who_leaves_in_the_tick_of_the_words_has_heard_them_and_who_comes_in_has_not() -> None:
    on = play(card({"Ann": {}, "Bob": {}, "Cyd": {"in": "Yard"}}))
    on.tick(3)
    says(on, "Ann", "the king is dead")
    on.store.change(on.entity("Bob"), Action).pending = Act("go to Yard")
    on.store.change(on.entity("Cyd"), Action).pending = Act("go to Hall")
    on.tick(8)
    assert (on.room("Bob"), on.room("Cyd")) == ("Yard", "Hall")
    assert 'Ann said: "the king is dead"' in on.memories("Bob")
    assert not any("king" in text for text in on.memories("Cyd"))


def test_words_that_nobody_can_hear_leave_nothing_behind() -> None:
    on = play(card({"Ann": {"in": "Cave"}}))
    says(on, "Ann", "is anybody there")
    on.tick()
    assert on.last("Ann") == 'You said: "is anybody there" Nobody was there to hear it.'
    assert [found.kind for _, found in on.store.each(Stimulus) if found.kind == "speech"] == []


def test_a_stimulus_lives_as_long_as_its_kind_says_and_then_goes() -> None:
    on = play(card({"Ann": {}, "Bob": {}}, events=[{"tick": 2, "in": "Hall", "text": "A bell rings."}]))
    lived = []
    for _ in range(12):
        on.tick()
        lived += [on.world.tick for _, found in on.store.each(Stimulus) if found.kind == "event"]
    assert lived == list(range(2, 2 + KINDS["event"].life_ticks))
    assert on.memories("Bob").count("A bell rings.") == 1


def test_what_happens_again_and_again_is_one_entity() -> None:
    on = play(card({"Ann": {}}, events=[{"tick": 2, "in": "Hall", "text": "The clock strikes.", "every": 3}]))
    on.tick(30)
    counted = len(on.store.alive)
    on.tick(30)
    assert len(on.store.alive) <= counted
    assert on.words().count("Hall: The clock strikes.") == 20


def test_an_agent_takes_in_only_so_much_at_once_and_what_weighs_most_first() -> None:
    many = {f"Agent{n}": {} for n in range(14)}
    on = play(card({"Ann": {}, **many}))
    on.tick(8)
    for n in range(14):
        says(on, f"Agent{n}", f"Ann, come to number {n}" if n == 3 else f"this is number {n}")
    on.tick(2)
    found = perceived(on, "Ann")
    assert len(found) == on.store.get(on.entity("Ann"), Attention).capacity == 8
    assert 'Agent3 says: "Ann, come to number 3"' in found


@system("flooding", level=Level.CONSCIOUS, stage=Stage.ACT, writes=(Stimulus, IN_ROOM, "source"), reads=("occupies",))
def flooding(moment: Moment) -> None:
    """Fill a room."""
    room = next(iter(moment.store.relations[OCCUPIES]))[1]
    for number in range(MOST_STIMULI):
        moment.resource(Events).emit(moment, "item-like", f"noise {moment.tick}/{number}", room)


def test_a_room_holds_only_so_many_stimuli_and_the_oldest_go_first() -> None:
    catalogue = shipped_catalogue()
    catalogue.systems.append(flooding)
    on = play(card({"Ann": {}}), waits, catalogue=catalogue)
    on.tick(5)
    left = [found.text for _, found in on.store.each(Stimulus) if found.text.startswith("noise")]
    assert len(left) <= MOST_STIMULI
    assert all(text.startswith("noise 5/") for text in left)


def test_what_is_marked_as_no_longer_needed_is_gone_after_the_tick() -> None:
    @system("tagging", level=Level.CONSCIOUS, stage=Stage.ACT, writes=(Cleanup,))
    def tagging(moment: Moment) -> None:
        if moment.tick == 2:
            moment.store.put(next(reversed(moment.store.alive)), Cleanup("not needed"))

    catalogue = shipped_catalogue()
    catalogue.systems.append(tagging)
    on = play(card({"Ann": {}}, entities=[{"name": "Scrap", "components": {"Item": {}}}]), waits, catalogue=catalogue)
    scrap = on.entity("Scrap")
    on.tick()
    assert scrap in on.store.alive
    on.store.despawn(on.store.spawn())
    on.tick()
    assert on.errors() == []


def test_minds_become_active_reflective_and_waiting_as_it_gets_quiet_and_wake_for_what_matters() -> None:
    on = play(card({"Ann": {"npc": {}}, "Bob": {}}))
    modes = []
    for _ in range(20):
        on.tick()
        modes.append(on.store.get(on.entity("Bob"), ProcessingState).mode)
    assert [mode for mode, before in zip(modes, [None, *modes], strict=False) if mode != before][-1] == "WAITING"
    says(on, "Bob", "nothing")
    asked = len(on.asked)
    on.tick(5)
    assert len(on.asked) == asked + 1
    on.say("wake up")
    on.tick()
    assert on.store.get(on.entity("Bob"), ProcessingState).mode == "ACTIVE"
    on.tick(5)
    assert 'A voice says: "wake up"' in on.memories("Bob")


def test_old_news_matters_less_than_news() -> None:
    on = play(card({"Ann": {}, "Bob": {}}), never)
    on.tick(4)
    weights = []
    for _ in range(2):
        says(on, "Ann", "good morning")
        on.tick(2)
        weights.append(on.store.get(on.entity("Bob"), Perception).seen[-1].weight)
    assert weights[1] < weights[0] / 2
    assert on.memories("Bob").count('Ann said: "good morning"') == 1


def test_working_memory_and_entities_do_not_grow_without_cause() -> None:
    def chatters(role: RoleName, data: JsonObject) -> Answer:
        return does("speak", f"word {data['tick']}") if data["task"] == "think" else waits(role, data)

    on = play(card({name: {"memory": 20} for name in ("Ann", "Bob", "Cyd")}), chatters, debug=False)
    on.tick(150)
    counted = len(on.store.alive)
    on.tick(300)
    assert len(on.store.alive) <= counted + 12
    assert all(len(found.texts) <= 16 for _, found in on.store.each(WorkingMemory))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["Ann", "Bob", "Cyd", "Dan"]),
            st.sampled_from(
                ["speak", "go to Hall", "go to Yard", "take Lamp", "drop Lamp", "give Lamp to Bob", "wait"]
            ),
        ),
        max_size=25,
    )
)
def test_who_did_not_go_stays_and_remembers_only_words_that_were_said_there(
    doings: list[tuple[str, str]],
) -> None:
    names = ("Ann", "Bob", "Cyd", "Dan")
    on = play(
        card({"Ann": {}, "Bob": {}, "Cyd": {"in": "Yard"}, "Dan": {"in": "Yard"}}, items={"Lamp": {"in": "Hall"}}),
        never,
    )
    heard: dict[str, set[str]] = {name: set() for name in names}
    on.tick()
    for number, (name, line) in enumerate(doings):
        if line == "speak":
            for other in names:
                if other != name and on.room(other) == on.room(name):
                    heard[other].add(f'{name} said: "word {number}"')
        where = {other: on.room(other) for other in names}
        on.store.change(on.entity(name), Action).pending = Act(line, f"word {number}")
        on.tick()
        goes = {name: line.removeprefix("go to ")} if line.startswith("go to ") else {}
        assert {other: on.room(other) for other in names} == where | goes
    on.tick(4)
    for name in names:
        assert {text for text in on.memories(name) if " said: " in text and text[0] != "I"} == heard[name]
        assert on.store.target(on.entity(name), OCCUPIES) is not None
    holders = on.store.sources(on.entity("Lamp"), "holds")
    assert len(holders) + (on.room("Lamp") != "") == 1
    assert on.errors() == []
