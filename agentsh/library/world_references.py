"""Do the parts of a world's file fit together? Whatever it names has to be there."""

from collections.abc import Iterable

from agentsh.core.ids import BOSS
from agentsh.core.worlds import WORLD
from agentsh.library.places import Place, Places, nearest
from agentsh.library.reading import NAME
from agentsh.library.world_sheets import WorldSheet, role_name


def check_references(sheet: WorldSheet, places: Places) -> None:
    """Raise FileError for the first name that stands for nothing, or for two things."""
    _check_names(sheet, places)
    for name, room in sheet.rooms.items():
        for index, door in enumerate(room.doors):
            _expect(sheet.rooms, door, "room", places, ("rooms", name, "doors", index))
        for index, door in enumerate(room.one_way):
            _expect(sheet.rooms, door, "room", places, ("rooms", name, "one_way", index))
        if room.manners is not None and room.manners.leader:
            _expect(sheet.agents, room.manners.leader, "agent", places, ("rooms", name, "manners", "leader"))
    for name, item in sheet.items.items():
        if item.room is not None:
            _expect(sheet.rooms, item.room, "room", places, ("items", name, "in"))
        elif item.appears is not None:
            raise places.error(("items", name), f"{name!r} appears nowhere", "Add a line such as: in: Hall")
    for index, event in enumerate(sheet.events):
        _expect(sheet.rooms, event.room, "room", places, ("events", index, "in"))
    _check_agents(sheet, places)


def _check_agents(sheet: WorldSheet, places: Places) -> None:
    for name, agent in sheet.agents.items():
        place = ("agents", name)
        if agent.room:
            _expect(sheet.rooms, agent.room, "room", places, (*place, "in"))
        elif agent.game_master is None:
            raise places.error(place, f"{name} is nowhere", "Add a line such as: in: Hall")
        for index, other in enumerate(agent.knows):
            _expect(sheet.agents, other, "agent", places, (*place, "knows", index))
        for index, appointment in enumerate(agent.day):
            if appointment.room:
                _expect(sheet.rooms, appointment.room, "room", places, (*place, "day", index, "in"))
        if agent.plans_days and agent.day:
            raise places.error((*place, "day"), f"{name} plans its days itself, and has one", "Keep one of the two.")
    _check_hands(sheet, places)


def _check_hands(sheet: WorldSheet, places: Places) -> None:
    """A thing is in one place: a room, or somebody's hands."""
    held: dict[str, str] = {}
    for name, agent in sheet.agents.items():
        for index, item in enumerate(agent.holds):
            place = ("agents", name, "holds", index)
            _expect(sheet.items, item, "item", places, place)
            if item in held or sheet.items[item].room is not None:
                where = held.get(item) or f"in {sheet.items[item].room}"
                raise places.error(place, f"{item!r} is in two places: {where}", "Keep one.")
            held[item] = f"with {name}"
        if len(agent.holds) > agent.capacity:
            raise places.error(("agents", name, "holds"), f"{name} can hold {agent.capacity}", "Raise its capacity.")


def _check_names(sheet: WorldSheet, places: Places) -> None:
    """Names are how people, actions and relations call things: each stands for one thing, also when written small."""
    seen: dict[str, str] = {}
    for section, names in (("rooms", sheet.rooms), ("items", sheet.items), ("agents", sheet.agents)):
        for name in names:
            _once(seen, name, section, places, (section, name))
    for index, entity in enumerate(sheet.entities):
        _once(seen, entity.name, "entities", places, ("entities", index))
    roles: dict[str, str] = {}
    for name in sheet.agents:
        role = role_name(name)
        if not NAME.fullmatch(role) or role in (BOSS, WORLD):
            raise places.error(
                ("agents", name), f"{name!r} is no name for an agent", "Begin it with a letter from a-z."
            )
        if role in roles:
            raise places.error(("agents", name), f"{name!r} is too much like {roles[role]!r}", "Rename one.")
        roles[role] = name


def _once(seen: dict[str, str], name: str, section: str, places: Places, place: Place) -> None:
    key = name.casefold()
    if key in seen:
        raise places.error(place, f"{name!r} is there twice, first in {seen[key]}", "Give one another name.")
    seen[key] = section


def _expect(known: Iterable[str], name: str, what: str, places: Places, place: Place) -> None:
    if name not in known:
        raise places.error(place, f"there is no {what} {name!r}", nearest(name, known))
