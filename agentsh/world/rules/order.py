"""Whose turn it is: all at once, one after another, by chance, or as a teacher calls."""

import re
from collections.abc import Sequence

from agentsh.core.worlds import EntityId
from agentsh.world.components.environment import Floor, Manners
from agentsh.world.rules.registry import Order, Round
from agentsh.world.services.scene import name_of

CALL_ON = "call on"
GROUPS = "let them discuss"
_CALLED = re.compile(rf"{CALL_ON} (?P<whom>.+)", re.IGNORECASE)


def _everybody(_now: Round) -> Sequence[EntityId]:
    return ()


def _in_turn(now: Round) -> Sequence[EntityId]:
    return () if not now.members else (now.members[now.floor.turn % len(now.members)],)


def _by_chance(now: Round) -> Sequence[EntityId]:
    others = [entity for entity in now.members if entity not in now.floor.called] or list(now.members)
    return () if not others else (now.moment.random(now.room).choice(others),)


def _as_in_class(now: Round) -> Sequence[EntityId]:
    """The leader speaks, then all may raise a hand, or the one who was called on speaks; then the leader again."""
    leader = now.leader
    if leader is None:
        return _in_turn(now)
    if leader not in now.floor.called:
        return (leader,)
    students = [entity for entity in now.members if entity != leader]
    line = now.done[leader].line if leader in now.done else ""
    if found := _CALLED.fullmatch(line.strip()):
        named = found["whom"].casefold()
        called = [one for one in students if name_of(now.moment.store, one).casefold() == named]
        return called or (leader,)
    return students or (leader,)


def _anybody(_entity: EntityId, _manners: Manners, _floor: Floor, _leader: EntityId | None) -> bool:
    return True


def _who_is_called(entity: EntityId, _manners: Manners, floor: Floor, _leader: EntityId | None) -> bool:
    return entity in floor.called


def _who_has_the_floor(entity: EntityId, _manners: Manners, floor: Floor, leader: EntityId | None) -> bool:
    """In class one speaks when leading, when called on alone, or in a group."""
    return entity == leader or floor.called == [entity] or bool(floor.groups)


ORDERS: dict[str, Order] = {
    "concurrent": Order(_everybody, _anybody),
    "sequential": Order(_in_turn, _who_is_called),
    "random": Order(_by_chance, _who_is_called),
    "classroom": Order(_as_in_class, _who_has_the_floor),
}
