"""A world by itself: what arrives, its seed and its systems decide it, and nothing else."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsh.core.errors import WorldError
from agentsh.core.ids import MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.core.worlds import THINK, WORLD, EntityCard, EntityId, Level, WorldCard
from agentsh.world.catalogue import Catalogue
from agentsh.world.minds import Agent, Asked, NoReply, Reply
from agentsh.world.moment import Moment
from agentsh.world.systems import Stage, System, in_order, is_due, system
from agentsh.world.world import Arrival, Missed, Ticked, World
from tests.world.sample import SYSTEMS, Health, Heard, Memory, Mood, card, catalogue


def thought(role: str, number: int, text: str = "hm") -> Message:
    return Message(
        id=MessageId(f"{role}:{number}:0"),
        content=text,
        data={"thought": text},
        cause_by=THINK,
        sent_from=RoleName(role),
        send_to=(WORLD,),
    )


def replies(ticked: Ticked, number: int) -> list[Arrival]:
    return [thought(question.role, number, f"re {question.content}") for question in ticked.questions]


def lived(world: World, ticks: int) -> list[Ticked]:
    """Let every question be answered by the next tick."""
    found: list[Ticked] = []
    arrivals: list[Arrival] = []
    for number in range(ticks):
        found.append(world.advance(arrivals))
        arrivals = replies(found[-1], number)
    return found


@given(agents=st.integers(0, 4), rooms=st.integers(1, 3), seed=st.integers(0, 1000), shuffled=st.randoms())
@settings(max_examples=25, deadline=None)
def test_the_order_of_registration_does_not_matter(agents: int, rooms: int, seed: int, shuffled: random.Random) -> None:
    mixed = catalogue()
    for listed in (mixed.components, mixed.relations, mixed.systems):
        shuffled.shuffle(listed)
    file = card(agents, rooms)
    assert lived(mixed.new(file, seed), 12) == lived(catalogue().new(file, seed), 12)


def test_the_same_seed_gives_the_same_history_and_another_one_another() -> None:
    file = card(3, 2)
    one, two = (lived(catalogue().new(file, 5), 20) for _ in range(2))
    assert one == two
    assert [tick.digest for tick in lived(catalogue().new(file, 6), 20)] != [tick.digest for tick in one]


@given(
    agents=st.integers(0, 3),
    seed=st.integers(0, 1000),
    before=st.integers(0, 12),
    after=st.integers(1, 12),
    edits=st.lists(st.integers(0, 9), max_size=3),
)
@settings(max_examples=40, deadline=None)
def test_a_world_from_a_snapshot_goes_on_as_the_one_that_it_was_taken_of(
    agents: int, seed: int, before: int, after: int, edits: list[int]
) -> None:
    file = card(agents, 2, periodic_ticks=3)
    first = catalogue().new(file, seed)
    lived(first, before)
    for number, edit in enumerate(edits):
        entity = list(first.store.alive)[number % len(first.store.alive)]
        first.edit(entity, "Health", None if edit == 0 else {"hp": edit})
    second = catalogue().empty(file, seed)
    second.load(first.tick, first.snapshot())
    assert lived(second, after) == lived(first, after)
    assert second.snapshot() == first.snapshot()


@given(seed=st.integers(0, 1000), ticks=st.integers(1, 15))
@settings(max_examples=20, deadline=None)
def test_stored_changes_alone_give_what_is_stored(seed: int, ticks: int) -> None:
    file = card(2, 2)
    only_stored = catalogue()
    only_stored.components.remove(Memory)
    only_stored.components.remove(Mood)
    only_stored.systems[:] = [found for found in SYSTEMS if found.name in ("noises", "hearing", "moving", "cleaning")]
    bare = file.model_copy(
        update={
            "entities": tuple(
                entity.model_copy(
                    update={"components": {k: v for k, v in entity.components.items() if k not in ("Memory", "Mood")}}
                )
                for entity in file.entities
            )
        }
    )
    lived_through, folded = only_stored.new(bare, seed), only_stored.new(bare, seed)
    for ticked in lived(lived_through, ticks):
        folded.apply(ticked.tick, ticked.changes)
    assert folded.snapshot() == lived_through.snapshot()


def test_what_was_taken_away_and_given_back_is_so_in_the_stored_changes_too() -> None:
    @system("shuffle", level=Level.CONSCIOUS, stage=Stage.ACT, writes=(Health, "occupies"))
    def shuffle(now: Moment) -> None:
        first, second, third = (entity for entity, _ in now.store.each(Health))
        health = now.store.get(first, Health)
        now.store.remove(first, Health)
        now.store.remove(third, Health)
        now.store.put(first, health)
        now.store.unrelate(second, "occupies")
        now.store.relate(second, "occupies", EntityId(1))
        now.store.despawn(now.store.spawn(Health()))

    made = catalogue()
    made.systems[:] = [shuffle]
    file = card(1, 1)
    lived_through, folded = made.new(file, 1), made.new(file, 1)
    ticked = lived_through.advance()
    folded.apply(ticked.tick, ticked.changes)
    assert [entity for entity, _ in lived_through.store.each(Health)] == [3, 2]
    assert folded.snapshot() == lived_through.snapshot()


def test_relations_that_end_are_so_in_the_stored_changes_too() -> None:
    @system("meet", level=Level.CONSCIOUS, stage=Stage.ACT, writes=("knows",))
    def meet(now: Moment) -> None:
        one, two, three = (EntityId(number) for number in (1, 2, 3))
        if now.tick == 1:
            now.store.relate(one, "knows", two)
            now.store.relate(one, "knows", three)
        else:
            now.store.unrelate(one, "knows", two)
            now.store.unrelate(one, "knows", three)
            now.store.relate(one, "knows", three)

    made = catalogue()
    made.systems[:] = [meet]
    lived_through, folded = made.new(card(1, 1), 1), made.new(card(1, 1), 1)
    for _ in range(2):
        ticked = lived_through.advance()
        folded.apply(ticked.tick, ticked.changes)
    assert folded.store.targets(EntityId(1), "knows") == (EntityId(3),)
    assert folded.snapshot() == lived_through.snapshot()


def test_thoughts_land_in_the_order_of_the_entities_whichever_came_first() -> None:
    heard: list[str] = []

    @system("listen", level=Level.CONSCIOUS, stage=Stage.THINK, reads=(Reply,))
    def listen(now: Moment) -> None:
        heard.extend(reply.content for _, reply in now.store.each(Reply))

    made = catalogue()
    made.systems[:] = [listen]
    arrivals = [thought(f"agent{n}", 0, f"{n}") for n in (2, 0, 1)]
    made.new(card(3), 1).advance(arrivals)
    assert heard == ["0", "1", "2"]


def test_an_agent_that_still_thinks_is_not_asked_again() -> None:
    world = catalogue().new(card(1, 1), 1)
    assert len(world.advance().questions) == 1
    agent, _ = world.store.each(Agent)[0]
    assert world.store.has(agent, Asked)
    asked_later = [len(world.advance().questions) for _ in range(6)]
    assert asked_later == [0] * 6
    world.advance([thought("agent0", 1)])
    assert not world.store.has(agent, Asked)
    assert sum(len(world.advance().questions) for _ in range(3)) == 1


def test_an_agent_that_will_not_answer_is_told_so_and_asked_again() -> None:
    world = catalogue().new(card(1, 1), 1)
    world.advance()
    world.advance([Missed(RoleName("agent0"), "nonsense")])
    assert [found.reason for _, found in world.store.each(NoReply)] == ["nonsense"]
    assert len([world.advance() for _ in range(2)][-1].questions) == 1


def test_what_lives_for_one_tick_is_gone_with_the_next() -> None:
    world = catalogue().new(card(2), 1)
    world.advance([thought("agent0", 1)])
    assert world.store.each(Reply)
    assert world.store.each(Heard)
    world.store.put(EntityId(1), Heard(3))
    world.advance()
    assert not world.store.each(Reply)
    assert EntityId(1) not in dict(world.store.each(Heard))


def test_what_is_stored_follows_its_rule() -> None:
    world = catalogue().new(card(1, 1, periodic_ticks=4), 1)
    changes = [ticked.changes for ticked in lived(world, 16)]
    assert all('"Health"' in text for text in changes)
    assert ['"Mood"' in text for text in changes] == [tick % 4 == 0 for tick in range(1, 17)]
    assert not any('"Heard"' in text or '"Reply"' in text for text in changes)
    memories = [tick for tick, text in enumerate(changes, start=1) if '"Memory"' in text]
    assert memories == [14], "the fifth thought matters; the others wait for a snapshot"


def test_a_system_that_raises_is_told_once_and_the_world_ticks_on() -> None:
    ran: list[int] = []

    @system("broken", level=Level.CONSCIOUS, stage=Stage.PERCEIVE)
    def broken(now: Moment) -> None:
        if now.tick != 4:
            raise ZeroDivisionError("by nought")

    @system("sound", level=Level.CONSCIOUS, stage=Stage.ACT)
    def sound(now: Moment) -> None:
        ran.append(now.tick)

    made = Catalogue()
    made.systems += [broken, sound]
    world = made.new(WorldCard(name="w"), 1)
    told = [word for _ in range(6) for word in world.advance().words]
    assert ran == [1, 2, 3, 4, 5, 6]
    assert [word.message for word in told] == [
        "system 'broken' failed at tick 1: ZeroDivisionError: by nought",
        "system 'broken' failed at tick 5: ZeroDivisionError: by nought",
    ]
    assert all(word.is_error for word in told)


def test_a_component_of_the_wrong_type_is_told_and_goes_alone() -> None:
    @system("spoil", level=Level.CONSCIOUS, stage=Stage.ACT, writes=(Health, Mood))
    def spoil(now: Moment) -> None:
        if now.tick == 2:
            for entity, _ in now.store.each(Health)[:1]:
                now.store.change(entity, Health).hp = "many"  # type: ignore[assignment]

    made = catalogue()
    made.systems[:] = [spoil]
    world = made.new(card(2), 1)
    had = dict(world.store.each(Health))
    assert world.advance().words == ()
    (word,) = world.advance().words
    assert "Health of entity 3 is not what it has to be" in word.message
    assert dict(world.store.each(Health)).keys() == had.keys() - {EntityId(3)}
    assert world.advance().words == ()


def test_levels_have_their_periods_and_all_begin_at_once() -> None:
    ran: dict[str, list[int]] = {}

    def at(name: str, level: Level, period_ticks: int | None = None) -> System:
        def run(now: Moment) -> None:
            ran.setdefault(name, []).append(now.tick)

        return System(name, run, level, Stage.ACT, period_ticks=period_ticks)

    made = Catalogue()
    made.systems += [
        at("a", Level.CONSCIOUS),
        at("b", Level.SUBCONSCIOUS),
        at("c", Level.UNCONSCIOUS),
        at("d", Level.UNCONSCIOUS, 4),
    ]
    world = made.new(WorldCard(name="w", levels={Level.CONSCIOUS: 1, Level.SUBCONSCIOUS: 3, Level.UNCONSCIOUS: 5}), 1)
    for _ in range(10):
        world.advance()
    assert ran == {"a": list(range(1, 11)), "b": [1, 4, 7, 10], "c": [1, 6], "d": [1, 5, 9]}
    assert is_due(3, 1)


def test_stages_come_before_names_and_names_are_unique() -> None:
    def run(_: Moment) -> None:
        return None

    first, second = System("x", run, Level.CONSCIOUS, 5), System("y", run, Level.CONSCIOUS, 5)
    assert in_order([second, first]) == in_order([first, second]) == (first, second)
    late, early = System("a", run, Level.CONSCIOUS, Stage.CLEAN), System("b", run, Level.CONSCIOUS, Stage.ROOMS)
    assert in_order([late, early]) == (early, late)
    with pytest.raises(WorldError, match="two systems are called 'a'"):
        in_order([late, late])


def test_chance_depends_on_seed_tick_system_and_entity_only() -> None:
    drawn: dict[tuple[int, int], float] = {}

    @system("draw", level=Level.CONSCIOUS, stage=Stage.ACT)
    def draw(now: Moment) -> None:
        for entity in (1, 2):
            drawn[now.tick, entity] = now.random(entity).random()
            assert now.random(entity).random() == drawn[now.tick, entity]

    @system("draw too", level=Level.CONSCIOUS, stage=Stage.ACT)
    def draw_too(now: Moment) -> None:
        drawn[-now.tick, 1] = now.random(1).random()

    made = Catalogue()
    made.systems += [draw, draw_too]
    world = made.new(WorldCard(name="w"), 1)
    world.advance()
    world.advance()
    assert len(set(drawn.values())) == 6


def test_simulated_time_goes_with_the_ticks() -> None:
    world = Catalogue().new(WorldCard(name="w", seconds_per_tick=30, starts_at_s=100), 1)
    assert world.time_s == 100
    world.advance()
    assert world.time_s == 130


def test_services_are_found_by_their_type() -> None:
    class Rooms:
        """A service."""

    found: list[object] = []

    @system("ask", level=Level.CONSCIOUS, stage=Stage.ACT)
    def ask(now: Moment) -> None:
        found.append(now.resource(Rooms))
        now.resource(Catalogue)

    made = Catalogue(services=[Rooms], systems=[ask])
    (word,) = made.new(WorldCard(name="w"), 1).advance().words
    assert isinstance(found[0], Rooms)
    assert "no service 'Catalogue'" in word.message


@pytest.mark.parametrize(
    ("entity", "message"),
    [
        (EntityCard(name="x", components={"Wealth": {}}), r"w\.md: x: there is no component 'Wealth'"),
        (EntityCard(name="x", components={"Health": {"hp": "many"}}), r"w\.md: x: .* is no Health: hp"),
        (
            EntityCard(name="x", relations={"occupies": ("nowhere",)}),
            r"w\.md: x occupies 'nowhere', which is not there",
        ),
        (EntityCard(name="x", relations={"hates": ("x",)}), "no relation 'hates'"),
    ],
)
def test_a_file_that_names_what_is_not_there_is_refused(entity: EntityCard, message: str) -> None:
    with pytest.raises(WorldError, match=message):
        catalogue().new(WorldCard(name="w", source="w.md", entities=(entity,)), 1)


def test_a_file_may_choose_its_systems_and_names_only_those_there_are() -> None:
    world = catalogue().new(WorldCard(name="w", systems=("cleaning",)), 1)
    assert [found.name for found in world.systems] == ["cleaning"]
    with pytest.raises(WorldError, match="no system 'singing'"):
        catalogue().new(WorldCard(name="w", systems=("singing",)), 1)
    with pytest.raises(WorldError, match="share a name"):
        catalogue().new(WorldCard(name="w", entities=(EntityCard(name="x"), EntityCard(name="x"))), 1)
