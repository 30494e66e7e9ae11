"""The state manager: how things stand for one actor, as plain values for prompts and screens."""

from collections.abc import Iterable

from pydantic import JsonValue

from agentsh.core.model import JsonObject
from agentsh.core.worlds import EntityId
from agentsh.world.components.appearance import Appearance
from agentsh.world.components.behaviour import Action, Appointment, DayPlan, Goal, Health, Plan
from agentsh.world.components.environment import Floor, Item, Manners, Room
from agentsh.world.components.relations import HOLDS, KNOWS, PURSUES
from agentsh.world.rules.registry import Rules
from agentsh.world.services.scene import Scene, name_of
from agentsh.world.store import Store

DAY_S = 86_400


def clock(time_s: float) -> str:
    """Return simulated time as people say it: `day 2, 07:30`."""
    day, rest = divmod(int(time_s), DAY_S)
    return f"day {day + 1}, {rest // 3600:02}:{rest % 3600 // 60:02}"


def day_of(time_s: float) -> int:
    """Return which day it is, from 1."""
    return int(time_s // DAY_S) + 1


def goals_of(store: Store, agent: EntityId, *statuses: str) -> list[tuple[EntityId, Goal]]:
    """Return an agent's goals of these statuses, oldest first."""
    found = ((entity, store.find(entity, Goal)) for entity in store.targets(agent, PURSUES))
    return [(entity, goal) for entity, goal in found if goal is not None and goal.status in statuses]


def appointment_at(store: Store, agent: EntityId, time_s: float) -> Appointment | None:
    """Return what an agent's plan for the day says for now."""
    plan = store.find(agent, DayPlan)
    if plan is None or not (plan.every_day or plan.day == day_of(time_s)):
        return None
    hour = time_s % DAY_S / 3600
    begun = [item for item in plan.items if item.hour <= hour]
    return max(begun, key=lambda item: item.hour) if begun else None


class States:
    """Looks at things for one actor. Source: argOS's StateManager."""

    def of(self, scene: Scene) -> JsonObject:
        """Return what an actor knows of how things stand; see `prompts/actions/think.md`."""
        store, time_s = scene.store, scene.moment.time_s
        action, health = store.find(scene.actor, Action), store.find(scene.actor, Health)
        planned = appointment_at(store, scene.actor, time_s)
        return {
            "name": scene.name,
            "time": clock(time_s),
            "room": self._room(scene),
            "people": [self._person(scene, entity) for entity in scene.people],
            "items": [_thing(store, entity) for entity in scene.items],
            "holding": _texts(scene.names(scene.holding)),
            "doors": _texts(scene.names(scene.doors)),
            "goals": [self._goal(store, entity, goal) for entity, goal in goals_of(store, scene.actor, "in_progress")],
            "planned": "" if planned is None else planned.what,
            "last": "" if action is None or action.last is None else action.last.text,
            "health": None if health is None else health.hp,
            "situation": self.situation(scene),
        }

    def situation(self, scene: Scene) -> str:
        """Return what the manners of the room tell the actor of the situation. Raises WorldError."""
        manners = None if scene.room is None else scene.store.find(scene.room, Manners)
        if manners is None or scene.room is None:
            return ""
        floor = scene.store.find(scene.room, Floor) or Floor()
        return scene.moment.resource(Rules).describer(manners.describer)(scene, manners, floor)

    def _room(self, scene: Scene) -> JsonObject:
        room = None if scene.room is None else scene.store.find(scene.room, Room)
        return {"name": name_of(scene.store, scene.room), "text": "" if room is None else room.text}

    def _person(self, scene: Scene, entity: EntityId) -> JsonObject:
        store, appearance = scene.store, scene.store.find(entity, Appearance)
        held = scene.names(store.targets(entity, HOLDS))
        looks = [] if appearance is None else [appearance.text, _face(appearance)]
        looks.append(f"holds {', '.join(held)}" if held else "")
        return {
            "name": name_of(store, entity),
            "looks": ", ".join(part for part in looks if part),
            "known": entity in store.targets(scene.actor, KNOWS),
        }

    def _goal(self, store: Store, entity: EntityId, goal: Goal) -> JsonObject:
        plan = store.find(entity, Plan)
        active = plan.steps if plan is not None and plan.status == "active" else []
        step = next((step.text for step in active if step.status in ("pending", "in_progress")), "")
        return {"text": goal.text, "progress": round(goal.progress, 2), "step": step}


def _face(appearance: Appearance) -> str:
    return "" if appearance.expression == "neutral" else f"looks {appearance.expression}"


def _thing(store: Store, entity: EntityId) -> JsonObject:
    item = store.find(entity, Item)
    return {"name": name_of(store, entity), "text": "" if item is None else item.text}


def _texts(found: Iterable[str]) -> list[JsonValue]:
    return list(found)
