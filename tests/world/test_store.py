"""Entities, components and relations, as laws."""

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from agentsh.core.errors import WorldError
from agentsh.core.worlds import EntityId
from agentsh.world.kinds import Kinds, RelationKind, component
from agentsh.world.store import Store
from tests.world.sample import Health, Heard, Memory, Mood

KINDS = Kinds([Health, Mood, Memory, Heard], [RelationKind("occupies", single=True), RelationKind("knows")])


class StoreMachine(RuleBasedStateMachine):
    """Any sequence of spawning, relating and removing."""

    entities = Bundle("entities")

    def __init__(self) -> None:
        super().__init__()
        self.store = Store(KINDS)
        self.ever: set[EntityId] = set()
        self.pairs: dict[str, list[tuple[EntityId, EntityId]]] = {"occupies": [], "knows": []}

    @rule(target=entities)
    def spawn(self) -> EntityId:
        entity = self.store.spawn(Health(), Mood())
        assert entity not in self.ever
        self.ever.add(entity)
        return entity

    @rule(entity=consumes(entities))
    def despawn(self, entity: EntityId) -> None:
        self.store.despawn(entity)
        for name, pairs in self.pairs.items():
            self.pairs[name] = [pair for pair in pairs if entity not in pair]

    @rule(entity=entities)
    def strip(self, entity: EntityId) -> None:
        self.store.remove(entity, Mood)

    @rule(source=entities, other=entities, name=st.sampled_from(["occupies", "knows"]))
    def relate(self, source: EntityId, other: EntityId, name: str) -> None:
        self.store.relate(source, name, other)
        pairs = self.pairs[name]
        if (source, other) not in pairs:
            if name == "occupies":
                pairs[:] = [pair for pair in pairs if pair[0] != source]
            pairs.append((source, other))

    @rule(source=entities, other=entities, name=st.sampled_from(["occupies", "knows"]))
    def unrelate(self, source: EntityId, other: EntityId, name: str) -> None:
        self.store.unrelate(source, name, other)
        self.pairs[name] = [pair for pair in self.pairs[name] if pair != (source, other)]

    @rule()
    def settle(self) -> None:
        self.store.settle()

    @invariant()
    def relations_never_dangle_and_both_ways_agree(self) -> None:
        for name, relation in self.store.relations.items():
            assert list(relation) == self.pairs[name]
            for source, target in relation:
                assert source in self.store.alive
                assert target in self.store.alive
                assert target in self.store.targets(source, name)
                assert source in self.store.sources(target, name)
            for entity in self.ever:
                forward = [target for source, target in self.pairs[name] if source == entity]
                backward = [source for source, target in self.pairs[name] if target == entity]
                assert list(self.store.targets(entity, name)) == forward
                assert list(self.store.sources(entity, name)) == backward

    @invariant()
    def what_is_gone_has_nothing(self) -> None:
        for entity in self.ever - self.store.alive.keys():
            assert self.store.components(entity) == []
            assert self.store.find(entity, Health) is None


StoreMachine.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestStoreMachine = StoreMachine.TestCase


def test_each_finds_whoever_has_all_of_them_in_the_order_in_which_the_first_came() -> None:
    store = Store(KINDS)
    one, two, three = store.spawn(Health(1)), store.spawn(Mood(), Health(2)), store.spawn(Mood())
    four = store.spawn(Health(4), Mood(), Memory([]), Heard(1))
    assert [entity for entity, _ in store.each(Mood)] == [two, three, four]
    assert [(entity, health.hp) for entity, health, _ in store.each(Health, Mood)] == [(two, 2), (four, 4)]
    assert [found[0] for found in store.each(Health, Mood, Memory)] == [four]
    assert [found[0] for found in store.each(Health, Mood, Memory, Heard)] == [four]
    store.remove(one, Health)
    store.put(one, Health(9))
    assert [entity for entity, _ in store.each(Health)] == [two, four, one]


def test_a_loop_is_not_disturbed_by_what_it_spawns_and_removes() -> None:
    store = Store(KINDS)
    first = [store.spawn(Health(n)) for n in range(3)]
    for entity, health in store.each(Health):
        store.despawn(entity)
        store.spawn(Health(health.hp + 10))
    assert [health.hp for _, health in store.each(Health)] == [10, 11, 12]
    assert not any(entity in store.alive for entity in first)


def test_what_is_not_there_is_told_with_its_name() -> None:
    store = Store(KINDS)
    entity = store.spawn()
    with pytest.raises(WorldError, match="entity 1 has no Health"):
        store.get(entity, Health)
    with pytest.raises(WorldError, match="no relation 'hates'"):
        store.relate(entity, "hates", entity)
    with pytest.raises(WorldError, match="no entity 99"):
        store.put(EntityId(99), Health())
    with pytest.raises(WorldError, match="no entity 99"):
        store.relate(entity, "knows", EntityId(99))
    with pytest.raises(WorldError, match="'str' is no component"):
        store.put(entity, "health")
    store.despawn(entity)
    with pytest.raises(WorldError, match="no entity 1"):
        store.get(entity, Health)
    store.despawn(entity)


def test_a_component_says_its_category_and_a_rule_that_the_category_allows() -> None:
    with pytest.raises(WorldError, match=r"'identity' cannot be 'transient'"):
        component("identity", "transient")
    with pytest.raises(WorldError, match=r"'utility' cannot be 'stored'"):
        component("utility", "stored")

    class Plain:
        """No kind."""

    with pytest.raises(WorldError, match="declares no category"):
        Kinds([Plain])


def test_a_component_inherits_no_kind() -> None:
    class Armour(Health):
        """Not declared."""

    with pytest.raises(WorldError, match="'Armour' is no component"):
        Kinds([Armour])


def test_sets_are_refused_because_their_order_differs() -> None:
    with pytest.raises(WorldError, match=r"Bag\.things is a set"):

        @component("environment", "stored")
        class Bag:
            things: dict[str, set[str]]


def test_two_kinds_of_one_name_are_refused() -> None:
    @component("behaviour", "stored")
    class Other:
        hp: int

    Other.__component_kind__ = Health.__component_kind__.__class__(  # type: ignore[attr-defined]
        "Health",
        Other,
        "behaviour",
        "stored",
        Health.__component_kind__.one,
        Health.__component_kind__.table,  # type: ignore[attr-defined]
    )
    with pytest.raises(WorldError, match="share a name"):
        Kinds([Health, Other])


def test_a_value_from_outside_is_read_strictly() -> None:
    kind = KINDS.named("Health")
    assert kind.read({"hp": 3}) == Health(3)
    assert kind.read({}) == Health()
    with pytest.raises(WorldError, match="is no Health: hp"):
        kind.read({"hp": "many"})
    with pytest.raises(WorldError, match="is no Health: mana"):
        kind.read({"mana": 1})
    with pytest.raises(WorldError, match="no component 'Wealth'"):
        KINDS.named("Wealth")
