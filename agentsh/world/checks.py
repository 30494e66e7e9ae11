"""Can a world be made of what its file names? Each thing that cannot is a finding that names its entity."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from agentsh.core.errors import AgentshError, WorldError
from agentsh.core.worlds import EntityId, WorldCard
from agentsh.engine.conditions import parse_condition
from agentsh.world.actions.registry import Actions
from agentsh.world.catalogue import Catalogue
from agentsh.world.components.behaviour import Action, Goal
from agentsh.world.components.environment import Manners
from agentsh.world.rules.registry import Rules
from agentsh.world.services import conditions
from agentsh.world.services.scene import name_of
from agentsh.world.world import World


@dataclass(frozen=True, slots=True)
class WorldFinding:
    """One thing that is wrong; `entity` is whose it is, if anybody's."""

    entity: str | None
    message: str
    hint: str = ""


def check_world(card: WorldCard, catalogue: Catalogue) -> Iterator[WorldFinding]:
    """Yield what is wrong with a world: components, relations, systems, rules, actions, conditions."""
    wrong = list(_check_entities(card, catalogue))
    yield from wrong
    if wrong:
        return
    try:
        world = catalogue.new(card, seed=0)
    except WorldError as error:
        yield WorldFinding(None, str(error).removeprefix(f"{card.source}: "), error.hint)
        return
    if card.until:
        yield from _check_until(card.until, world)
    yield from _check_names(world, catalogue)


def _check_entities(card: WorldCard, catalogue: Catalogue) -> Iterator[WorldFinding]:
    """Check each entity's components apart, so that it is known whose a mistake is."""
    world = catalogue.empty(card.model_copy(update={"systems": None}), seed=0)
    for entity in card.entities:
        id_ = world.store.spawn()
        for name, value in entity.components.items():
            try:
                world.edit(id_, name, dict(value))
            except WorldError as error:
                yield WorldFinding(entity.name or None, str(error), error.hint)


def _check_until(until: str, world: World) -> Iterator[WorldFinding]:
    try:
        world.store.kinds.named(parse_condition(until).kind)
    except AgentshError as error:
        yield WorldFinding(None, f"until: {error}", error.hint)


def _check_names(world: World, catalogue: Catalogue) -> Iterator[WorldFinding]:
    made = {type(service): service for service in (make() for make in catalogue.services)}
    rules, actions = made.get(Rules), made.get(Actions)
    if Manners in world.store.tables and isinstance(rules, Rules):
        for entity, manners in world.store.each(Manners):
            yield from _tried(world, entity, partial(rules.check, manners))
    if Action in world.store.tables and isinstance(actions, Actions):
        for entity, action in world.store.each(Action):
            yield from _tried(world, entity, partial(actions.check, action.available))
    if Goal in world.store.tables:
        for entity, goal in world.store.each(Goal):
            for text in (goal.done_when, goal.failed_when):
                yield from _tried(world, entity, partial(conditions.check, text))


def _tried(world: World, entity: EntityId, check: Callable[[], None]) -> Iterator[WorldFinding]:
    try:
        check()
    except WorldError as error:
        yield WorldFinding(name_of(world.store, entity), str(error), error.hint)
