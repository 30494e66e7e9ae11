"""One number of one entity over the ticks, as the journal has it."""

from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

from pydantic import JsonValue
from pydantic_core import from_json

from agentsh.core import events as e
from agentsh.core.worlds import EntityId
from agentsh.ports import Journal
from agentsh.world.kinds import Kinds

_PAGE_EVENTS = 500


class Point(NamedTuple):
    """A value after a tick; it holds until the next one."""

    tick: int
    value: float


async def series(
    journal: Journal, kinds: Kinds, entity: EntityId, component: str, path: tuple[str, ...]
) -> AsyncIterator[Point]:
    """Yield the values of a field, oldest first, one a tick that stored it.

    Raises:
        WorldError: the world has no such component.
    """
    kind = kinds.named(component)
    after = 0
    wanted = ("tick.finished", "world.edited", "world.snapshot")
    while page := await journal.read(after, _PAGE_EVENTS, kinds=wanted):
        after = page[-1].seq
        for recorded in page:
            point = _point(recorded.event, entity, kind.name, path)
            if point is not None:
                yield point


def _point(event: e.Event, entity: EntityId, component: str, path: tuple[str, ...]) -> Point | None:
    found: JsonValue
    match event:
        case e.TickFinished():
            if f'"{component}"' not in event.changes:
                return None
            found = from_json(event.changes)["put"].get(component, {}).get(str(entity))
        case e.WorldEdited():
            found = event.value if (event.entity, event.component) == (entity, component) else None
        case e.WorldSnapshot(why="start"):
            pieces = (from_json(piece) for piece in event.parts.get(f"component {component}", ()))
            found = next((piece[str(entity)] for piece in pieces if str(entity) in piece), None)
        case _:
            return None
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    if isinstance(found, int | float) and not isinstance(found, bool):
        return Point(event.tick, float(found))
    return None
