"""Laws of the life in worlds: the same again from any tick, in whatever order systems were registered, for any seed."""

import random
from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsh.core.ids import RoleName
from agentsh.core.model import JsonObject
from agentsh.core.worlds import EntityId, WorldCard
from agentsh.world.components.behaviour import Action
from agentsh.world.components.relations import OCCUPIES
from agentsh.world.services.scene import name_of
from agentsh.world.shipped import shipped_catalogue
from agentsh.world.world import Arrival, World
from tests.world.playing import PLAIN, Answer, Mind, Playing, does, play, shipped
from tests.world.small import card

WORLDS = ("magic-sword", "town", "classroom", "tavern")


def whims(seed: int) -> Mind:
    """Return a mind that does by chance what is possible; the same for the same seed and question."""

    def mind(role: RoleName, data: JsonObject) -> Answer:
        chance = random.Random(f"{seed}/{role}/{data['task']}/{data['tick']}")
        if chance.random() < 0.03:
            return None
        if data["task"] != "think":
            return PLAIN[str(data["task"])]
        options = data["options"]
        assert isinstance(options, list)
        faces = ("happy", "sad", "neutral")
        return does(str(chance.choice(options)), f"word {chance.randint(0, 9)}", expression=chance.choice(faces))

    return mind


def history(on: Playing) -> list[tuple[str, str]]:
    return [(ticked.changes, ticked.digest) for ticked in on.ticked]


@dataclass
class Played:
    """A world that was played: what came of it, what arrived in each tick, and how it was at some ticks."""

    on: Playing
    arrived: list[list[Arrival]]
    snapshots: dict[int, Mapping[str, tuple[str, ...]]]
    strayed: list[str]
    """Who was elsewhere after a tick without having gone there."""

    def goes_on_alike(self, of: WorldCard, tick: int) -> bool:
        """Return whether the world, taken up at one of the ticks, comes to the same as it did uninterrupted."""
        again: World = shipped_catalogue().empty(of, self.on.world.seed)
        again.load(tick, self.snapshots[tick])
        later = [again.advance(arriving) for arriving in self.arrived[tick:]]
        return [(ticked.changes, ticked.digest) for ticked in later] == history(self.on)[tick:]


def strayed(on: Playing, where: Mapping[EntityId, EntityId]) -> list[str]:
    """Return which agents are in another room than before the tick, and what they did instead of going there."""
    found = []
    for agent, action in on.store.each(Action):
        room = on.store.target(agent, OCCUPIES)
        did = action.last.line if action.last is not None and action.last.tick == on.world.tick else "nothing"
        if room != where.get(agent, room) and did != f"go to {name_of(on.store, room)}":
            found.append(f"{name_of(on.store, agent)} {did}, and is in {name_of(on.store, room)}")
    return found


def played(of: WorldCard, ticks: int, seed: int = 7, *, snapshots_at: Collection[int] = ()) -> Played:
    """Play a world with whims."""
    on = play(of, whims(seed), seed=seed, debug=False)
    found = Played(on, [], {}, [])
    for _ in range(ticks):
        found.arrived.append(list(on._arriving))
        where = dict(on.store.relations[OCCUPIES])
        on.tick()
        found.strayed += strayed(on, where)
        if on.world.tick in snapshots_at:
            found.snapshots[on.world.tick] = on.world.snapshot()
    return found


@pytest.mark.parametrize("name", WORLDS)
def test_the_same_seed_and_answers_give_the_same_history(name: str) -> None:
    of = shipped(name).card
    assert history(played(of, 25).on) == history(played(of, 25).on)


@pytest.mark.parametrize("name", WORLDS)
def test_a_world_restored_at_any_tick_goes_on_as_if_nothing_had_happened(name: str) -> None:
    of = shipped(name).card
    for tick in (1, 7, 16):
        found = played(of, 24, snapshots_at=(tick,))
        assert found.goes_on_alike(of, tick)
        assert found.strayed == []


@pytest.mark.parametrize("name", WORLDS)
def test_the_order_in_which_systems_were_registered_makes_no_difference(name: str) -> None:
    of = shipped(name).card
    shuffled = shipped_catalogue()
    random.Random(3).shuffle(shuffled.systems)
    random.Random(4).shuffle(shuffled.components)
    on = play(of, whims(7), debug=False)
    other = play(of, whims(7), debug=False, catalogue=shuffled)
    on.tick(20)
    other.tick(20)
    assert history(on) == history(other)


@pytest.mark.parametrize("name", WORLDS)
def test_systems_touch_only_what_they_declare_and_mark_what_they_change(name: str) -> None:
    on = play(shipped(name), whims(5))
    on.tick(12 if name == "town" else 40)
    assert on.errors() == []


LINES = st.sampled_from(["Lamp", "Rope", "Soup"])


@settings(max_examples=20, deadline=None)
@given(
    seed=st.integers(0, 2**31),
    people=st.integers(1, 6),
    things=st.sets(LINES),
    levels=st.tuples(st.integers(1, 3), st.integers(1, 5)),
    split=st.integers(1, 19),
)
def test_random_worlds_restored_at_a_random_tick_are_the_uninterrupted_ones(
    seed: int, people: int, things: set[str], levels: tuple[int, int], split: int
) -> None:
    of = card(
        {f"Agent {n}": {"goals": ["be somebody"], "health": 5, "reflects_at": 1.5} for n in range(people)},
        items={name: {"in": "Hall", "use": {"result": "Well.", "health": 1}} for name in sorted(things)},
        events=[{"tick": 3, "in": "Hall", "text": "A bell rings.", "every": 4}],
        levels={"conscious": levels[0], "subconscious": levels[1], "unconscious": 10},
    )
    found = played(of, 20, seed, snapshots_at=(split,))
    assert found.goes_on_alike(of, split)
    assert found.on.errors() == []
    assert found.strayed == []
    alive = found.on.store.alive
    for relation in found.on.store.relations.values():
        assert all(source in alive and target in alive for source, target in relation)
