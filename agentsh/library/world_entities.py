"""The entities that a world's file stands for: each room, item, agent, goal, memory and event with its components."""

from collections.abc import Iterator, Mapping

from pydantic import JsonValue

from agentsh.core.ids import RoleName
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.worlds import EntityCard
from agentsh.library.world_sheets import (
    AgentSheet,
    EventSheet,
    GoalSheet,
    ItemSheet,
    RoomSheet,
    WorldSheet,
    clock_s,
    role_name,
)

_REMEMBERED_BEFORE = 0.7
"""Importance of what an agent remembers from before: it is in the file because it matters."""


def entities_of(sheet: WorldSheet) -> tuple[EntityCard, ...]:
    """Return everything that is in the world when it begins, rooms first."""
    found = [_room(name, room, sheet) for name, room in sheet.rooms.items()]
    found += [_item(name, item) for name, item in sheet.items.items()]
    for name, agent in sheet.agents.items():
        found += _agent(name, agent)
    found += [_event(index, event) for index, event in enumerate(sheet.events)]
    found += [
        EntityCard(name=other.name, components=other.components, relations=other.relations) for other in sheet.entities
    ]
    return tuple(found)


def _room(name: str, room: RoomSheet, sheet: WorldSheet) -> EntityCard:
    back = [other for other, sheet_ in sheet.rooms.items() if name in sheet_.doors]
    doors = tuple(dict.fromkeys([*room.doors, *back, *room.one_way]))
    components: dict[str, JsonObject] = {
        "Room": {
            "text": room.text.strip(),
            "ambience": list(room.ambience),
            "ambience_ticks": room.ambience_ticks,
        }
    }
    if room.at is not None:
        components["Position"] = {"x": room.at[0], "y": room.at[1]}
    if room.manners is not None:
        components["Manners"] = _fields(room.manners)
    return EntityCard(name=name, components=components, relations=_related({"leads_to": doors}))


def _item(name: str, item: ItemSheet) -> EntityCard:
    components: dict[str, JsonObject] = {"Item": {"text": item.text.strip(), "portable": item.portable}}
    if item.use is not None:
        components["Usable"] = _fields(item.use)
    place = () if item.room is None else (item.room,)
    if item.appears is None:
        return EntityCard(name=name, components=components, relations=_related({"occupies": place}))
    components["Timed"] = {"tick": item.appears}
    return EntityCard(name=name, components=components, relations=_related({"belongs": place}))


def _agent(name: str, agent: AgentSheet) -> Iterator[EntityCard]:
    goals = [f"{name}: goal {index + 1}" for index in range(len(agent.goals))]
    memories = [f"{name}: memory {index + 1}" for index in range(len(agent.memories))]
    for goal_name, goal in zip(goals, agent.goals, strict=True):
        yield _goal(goal_name, goal)
    for memory_name, text in zip(memories, agent.memories, strict=True):
        remembered: JsonObject = {"text": text, "kind": "told", "tick": 0, "importance": _REMEMBERED_BEFORE}
        yield EntityCard(name=memory_name, components={"Experience": remembered})
    relations = {
        "occupies": (agent.room,) if agent.room else (),
        "holds": agent.holds,
        "knows": agent.knows,
        "pursues": tuple(goals),
        "remembers": tuple(memories),
    }
    yield EntityCard(name=name, components=dict(_components(agent, role_name(name))), relations=_related(relations))


def _components(agent: AgentSheet, role: RoleName) -> Iterator[tuple[str, JsonObject]]:
    yield "Profile", {"text": agent.profile, "traits": list(agent.traits)}
    yield "Appearance", {"text": agent.looks}
    yield "Inventory", {"capacity": agent.capacity}
    yield "ProcessingState", {}
    yield "Attention", {}
    if agent.health is not None:
        yield "Health", {"hp": agent.health, "most": agent.health}
    if agent.npc is not None:
        yield "Npc", {"greeting": agent.npc.greeting, "answers": dict(agent.npc.answers)}
        return
    yield "Agent", {"role": role}
    yield "Action", {"available": list(agent.actions)}
    yield "Memory", {"capacity": agent.memory, "threshold": agent.reflects_at}
    yield "Relationship", {}
    if agent.human:
        yield "Player", {}
    if agent.game_master is not None:
        yield "GameMaster", {"style": agent.game_master}
    if agent.plans_days or agent.day:
        yield "DayPlan", {"items": _day(agent), "every_day": not agent.plans_days}


def _day(agent: AgentSheet) -> list[JsonValue]:
    return [{"hour": clock_s(item.at) / 3600, "what": item.what, "room": item.room} for item in agent.day]


def _goal(name: str, goal: GoalSheet) -> EntityCard:
    fields: JsonObject = {
        "text": goal.text,
        "done_when": goal.done_when,
        "failed_when": goal.failed_when,
        "until_tick": goal.within_ticks,
        "then": goal.then,
        "steps": list(goal.steps),
    }
    return EntityCard(name=name, components={"Goal": fields})


def _event(index: int, event: EventSheet) -> EntityCard:
    timed: JsonObject = {"tick": event.tick, "text": event.text, "every_ticks": event.every}
    return EntityCard(name=f"event {index + 1}", components={"Timed": timed}, relations={"belongs": (event.room,)})


def _fields(sheet: Frozen) -> JsonObject:
    fields: JsonObject = sheet.model_dump(mode="json")
    return fields


def _related(relations: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    return {name: targets for name, targets in relations.items() if targets}
