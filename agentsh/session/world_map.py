"""Draws a world's rooms as boxes on a grid, with their doors and who is in them, in characters."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agentsh.core.terminal import one_line
from agentsh.core.worlds import EntityId
from agentsh.session.world_view import RoomView, WorldView

NARROWEST = 10
"""Cells of the narrowest box; where there is no room for that, the rooms stand in a list."""
WIDEST = 30
MOST_INSIDE = 6
"""Rows within a box, where there is room for so many."""
_FRAME_ROWS = 2
_GAP = 2


@dataclass(frozen=True, slots=True)
class Box:
    """Where a room stands in a drawing, in cells."""

    room: EntityId
    x: int
    y: int
    width: int
    height: int = 1


@dataclass(frozen=True, slots=True)
class Drawing:
    """A map: its rows, and where each room is in them."""

    rows: list[str]
    boxes: list[Box]


def world_map(view: WorldView, width: int, height: int = 0) -> Drawing:
    """Return the map of a world, at most `width` cells wide.

    Args:
        view: the world.
        width: cells.
        height: rows that boxes may grow to fill; a map that needs more has more.
    """
    names = {entity.id: one_line(entity.name, 40) or f"#{entity.id}" for entity in view.entities}
    living = {entity.id for entity in view.entities if "Item" not in entity.kinds}
    places = _places(view)
    columns = sorted({x for x, _ in places.values()})
    box = (width + _GAP) // max(1, len(columns)) - _GAP
    if not places or box < NARROWEST:
        return _listed(view, names, width)
    down = len({y for _, y in places.values()})
    inside = max(1, min(MOST_INSIDE, (height + 1) // down - 1 - _FRAME_ROWS))
    return _Map(view, places, (min(box, WIDEST), inside), names, living).drawing()


class _Map:
    """One drawing under way."""

    def __init__(
        self,
        view: WorldView,
        places: Mapping[EntityId, tuple[float, float]],
        box: tuple[int, int],
        names: Mapping[EntityId, str],
        living: set[EntityId],
    ) -> None:
        columns, rows = sorted({x for x, _ in places.values()}), sorted({y for _, y in places.values()})
        self._rooms = {room.id: room for room in view.rooms}
        self._cells = {room: (columns.index(x), rows.index(y)) for room, (x, y) in places.items()}
        self._at = {cell: room for room, cell in self._cells.items()}
        self._names, self._living = names, living
        self._box, self._inside = box
        self._rows = self._inside + _FRAME_ROWS
        size = len(columns) * (self._box + _GAP), len(rows) * (self._rows + 1) - 1
        self._canvas = [[" "] * size[0] for _ in range(size[1])]

    def drawing(self) -> Drawing:
        """Draw it: doors first, rooms over them."""
        for one, other in self._doors():
            self._door(self._cells[one], self._cells[other])
        boxes = [self._draw(room) for room in self._cells]
        return Drawing(["".join(row).rstrip() for row in self._canvas], boxes)

    def _doors(self) -> Iterator[tuple[EntityId, EntityId]]:
        """Yield the doors between rooms that see each other across a row or a column."""
        for room in self._cells:
            for other in self._rooms[room].doors:
                if other in self._cells:
                    yield room, other

    def _door(self, one: tuple[int, int], other: tuple[int, int]) -> None:
        (left, top), (right, bottom) = min(one, other), max(one, other)
        if top == bottom and not any((x, top) in self._at for x in range(left + 1, right)):
            start, end = left * (self._box + _GAP) + self._box, right * (self._box + _GAP)
            self._canvas[top * (self._rows + 1) + 1][start:end] = "─" * (end - start)
        elif left == right and not any((left, y) in self._at for y in range(top + 1, bottom)):
            column = left * (self._box + _GAP) + self._box // 2
            for row in range(top * (self._rows + 1) + self._rows, bottom * (self._rows + 1)):
                self._canvas[row][column] = "│"

    def _draw(self, id_: EntityId) -> Box:
        room, (column, row) = self._rooms[id_], self._cells[id_]
        x, y, inner = column * (self._box + _GAP), row * (self._rows + 1), self._box - 2
        head = one_line(room.name, inner - 2) or f"#{room.id}"
        people = [self._names[one] for one in room.occupants if one in self._living and one in self._names]
        things = [self._names[one] for one in room.occupants if one not in self._living and one in self._names]
        rule = "─" * (inner - 2 - _width(_fitted(head, inner - 2).rstrip()))
        texts = [
            f"┌ {_fitted(head, inner - 2).rstrip()} {rule}┐",
            *(f"│{_fitted(text, inner)}│" for text in _within(people, things, inner, self._inside)),
            f"└{'─' * inner}┘",
        ]
        for down, text in enumerate(texts):
            self._canvas[y + down][x : x + self._box] = _cells(text)
        return Box(id_, x, y, self._box, self._rows)


def _within(people: list[str], things: list[str], width: int, rows: int) -> list[str]:
    """Return so many rows that say who and what is in a room: one each, where there is room for that."""
    each = [*people, *(f"·{name}" for name in things)]
    if len(each) <= rows:
        return [*(one_line(name, width) for name in each), *[""] * (rows - len(each))]
    kept = min(rows - 1, len(people))
    last = [_inside(people[kept:], things, width), *[""] * (rows - kept - 1)]
    return [*(one_line(name, width) for name in people[:kept]), *last]


def _inside(people: list[str], things: list[str], width: int) -> str:
    """Return who and what is in a room in one row: whole names, then first names, then how many."""
    short = [name.split()[0] for name in people]
    marked = [f"·{name}" for name in things]
    for texts in ([*people, *marked], [*short, *marked], [*short, *([f"·{len(things)}"] if things else [])]):
        if _width(joined := ", ".join(texts)) <= width:
            return joined
    count = f"{len(people)} people" if len(people) > 1 else f"{len(people) + len(things)} here"
    first = f"{short[0]} +{len(people) - 1}" if short else count
    return first if _width(first) <= width else count


def _cells(text: str) -> list[str]:
    """Return what stands in each cell; the second one of a wide character holds nothing."""
    return [part for char in text for part in ((char, "") if unicodedata.east_asian_width(char) in "WF" else (char,))]


def _width(text: str) -> int:
    return len(_cells(text))


def _fitted(text: str, width: int) -> str:
    """Return text cut or filled up to exactly so many cells."""
    kept = "".join(_cells(text)[:width])
    while _width(kept) > width:
        kept = kept[:-1]
    return kept + " " * (width - _width(kept))


def _places(view: WorldView) -> dict[EntityId, tuple[float, float]]:
    """Return a place for each room; one without, or with one that is taken, is put below the others."""
    found: dict[EntityId, tuple[float, float]] = {}
    homeless: list[RoomView] = []
    for room in view.rooms:
        if room.at is None or room.at in found.values():
            homeless.append(room)
        else:
            found[room.id] = room.at
    below = max((y for _, y in found.values()), default=-1.0) + 1
    columns = sorted({x for x, _ in found.values()}) or [0.0, 1.0, 2.0]
    for place, room in enumerate(homeless):
        found[room.id] = (columns[place % len(columns)], below + place // len(columns))
    return found


def _listed(view: WorldView, names: Mapping[EntityId, str], width: int) -> Drawing:
    rows, boxes = [], []
    for place, room in enumerate(view.rooms):
        there = ", ".join(names.get(one, f"#{one}") for one in room.occupants)
        told = one_line(f"{room.name.strip() or f'#{room.id}'}: {there or 'nobody'}", max(1, width))
        rows.append(_fitted(told, width).rstrip())
        boxes.append(Box(room.id, 0, place, width))
    return Drawing(rows, boxes)
