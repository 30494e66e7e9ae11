"""The map of a world's rooms, in characters."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentsh.core.worlds import EntityId
from agentsh.session.world_map import Drawing, world_map
from agentsh.session.world_view import EntityView, RoomView, WorldView


def view(
    rooms: list[RoomView], people: dict[int, str] | None = None, things: dict[int, str] | None = None
) -> WorldView:
    named = {**(people or {}), **(things or {})}
    entities = tuple(
        EntityView(
            id=EntityId(id_),
            name=name,
            role=None,
            thinking=False,
            room=None,
            kinds=("Item",) if id_ in (things or {}) else ("Action",),
        )
        for id_, name in named.items()
    )
    return WorldView(
        name="w",
        tick=1,
        time_s=60,
        clock="day 1, 00:01",
        last_tick=None,
        paused=False,
        over=False,
        lock=True,
        ticks_per_second=None,
        rooms=tuple(rooms),
        entities=entities,
        alive=0,
        thinking=0,
        systems=(),
        counts={},
    )


def room(id_: int, name: str, at: tuple[float, float] | None, doors: tuple[int, ...] = (), who: tuple[int, ...] = ()):  # type: ignore[no-untyped-def]
    return RoomView(
        id=EntityId(id_), name=name, occupants=tuple(map(EntityId, who)), doors=tuple(map(EntityId, doors)), at=at
    )


def test_rooms_stand_where_they_lie_with_doors_and_people() -> None:
    drawn = world_map(
        view(
            [
                room(1, "Hall", (0, 0), (2,), (4, 5)),
                room(2, "Yard", (1, 0), (1, 3)),
                room(3, "Cave", (1, 5), (2,), (6,)),
            ],
            {4: "Ann Lee", 5: "Bob"},
            {6: "Lamp"},
        ),
        30,
    )
    assert drawn.rows == [
        "┌ Hall ──────┐  ┌ Yard ──────┐",
        "│Ann Lee, Bob│──│            │",
        "└────────────┘  └────────────┘",
        "                       │",
        "                ┌ Cave ──────┐",
        "                │·Lamp       │",
        "                └────────────┘",
    ]
    assert [(box.room, box.x, box.y, box.width) for box in drawn.boxes] == [
        (1, 0, 0, 14),
        (2, 16, 0, 14),
        (3, 16, 4, 14),
    ]


def test_many_people_are_counted_and_where_there_is_no_room_it_is_a_list() -> None:
    crowd = {number: f"Person Number{number}" for number in range(10, 19)}
    drawn = world_map(view([room(1, "Hall", (0, 0), (), tuple(crowd))], crowd), 14)
    assert "Person +8" in drawn.rows[1]
    wide = [room(number, f"R{number}", (number, 0)) for number in range(1, 9)]
    assert world_map(view(wide), 40).rows[0] == "R1: nobody"


def test_rooms_without_a_place_are_put_below_and_none_hides_another() -> None:
    drawn = world_map(view([room(1, "A", (0, 0)), room(2, "B", (0, 0)), room(3, "C", None)]), 40)
    assert len({(box.x, box.y) for box in drawn.boxes}) == 3


@pytest.mark.parametrize("width", [1, 9, 10, 33, 80])
@settings(deadline=None, max_examples=40)
@given(names=st.lists(st.text(max_size=20), min_size=1, max_size=6), spots=st.integers(1, 3))
def test_no_name_breaks_the_map(width: int, names: list[str], spots: int) -> None:
    people = {100 + place: name for place, name in enumerate(names)}
    rooms = [
        room(place, name, (place % spots, place // spots), (0,), tuple(people)) for place, name in enumerate(names)
    ]
    drawn: Drawing = world_map(view(rooms, people), width)
    assert len(drawn.boxes) == len(names)
    for row in drawn.rows:
        assert "\n" not in row
        assert "\x1b" not in row
        cells = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in row)
        assert cells <= width


def test_boxes_grow_where_there_is_room_and_say_who_is_there_one_by_one() -> None:
    crowd = {number: f"Person {number}" for number in range(1, 6)}
    drawn = world_map(view([room(9, "Hall", (0, 0), (), tuple(crowd))], crowd), 16, 6)
    assert drawn.rows == [
        "┌ Hall ────────┐",
        "│Person 1      │",
        "│Person 2      │",
        "│Person 3      │",
        "│Person, Person│",
        "└──────────────┘",
    ]
