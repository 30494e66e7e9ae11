"""Plans of days: who has none for today is asked, hour by hour. Source: Generative Agents."""

from pydantic import JsonValue

from agentsh.core.model import JsonObject
from agentsh.core.worlds import EntityId, Level
from agentsh.world.components.behaviour import Appointment, Conclusions, DayPlan, Fault, Musings, ProcessingState
from agentsh.world.components.environment import Room
from agentsh.world.components.memory import Experience
from agentsh.world.components.relations import REMEMBERS
from agentsh.world.life.apart import for_each
from agentsh.world.minds import Agent, Name
from agentsh.world.moment import Moment
from agentsh.world.services.events import Events
from agentsh.world.services.memories import Memories
from agentsh.world.services.prompts import Prompts, object_schema, text_schema, texts
from agentsh.world.services.scene import name_of
from agentsh.world.services.states import day_of
from agentsh.world.systems import Stage, system

DAY = "plan_day"
"""The question, and its prompt file."""
_RECALLED = 5


@system(
    "days",
    level=Level.SUBCONSCIOUS,
    stage=Stage.PLANS + 2,
    reads=(Agent, Name, Room, Experience, REMEMBERS),
    writes=(DayPlan, Musings, Conclusions, ProcessingState, Fault),
)
def days(moment: Moment) -> None:
    """Let everybody whose days are not all alike have a plan for today."""
    planners = [agent for agent, plan, _ in moment.store.each(DayPlan, Agent) if not plan.every_day]
    for_each(moment, "days", planners, lambda agent: _plan(moment, agent))


def _plan(moment: Moment, agent: EntityId) -> None:
    store, prompts, today = moment.store, moment.resource(Prompts), day_of(moment.time_s)
    answer = prompts.take(store, agent, DAY)
    if answer is not None and answer.get("about") == today:
        _keep(moment, agent, today, answer)
    if store.get(agent, DayPlan).day == today:
        return
    rooms = [name_of(store, room) for room, _ in store.each(Room)]
    memories = moment.resource(Memories).recall(moment.store, moment.tick, agent, "plan day today tomorrow", _RECALLED)
    data: JsonObject = {"day": today, "rooms": list(rooms), "memories": texts(memories), "about": today}
    prompts.later(store, agent, DAY, f"What do you do on day {today}?", data, _schema(rooms))


def _keep(moment: Moment, agent: EntityId, today: int, answer: JsonObject) -> None:
    items = answer.get("items")
    read = [_appointment(item) for item in items] if isinstance(items, list) else []
    found = sorted((item for item in read if item is not None), key=lambda item: item.hour)
    if found:
        moment.store.put(agent, DayPlan(today, found))
        said = "; ".join(f"{item.hour:g}:00 {item.what}" for item in found)
        moment.resource(Events).tell(moment, agent, f"day: {said}")


def _appointment(item: JsonValue) -> Appointment | None:
    if not isinstance(item, dict):
        return None
    hour, what, room = item.get("hour"), item.get("what"), item.get("room")
    if not isinstance(hour, int | float) or not 0 <= hour < 24 or not isinstance(what, str):
        return None
    return Appointment(float(hour), what, room if isinstance(room, str) else "")


def _schema(rooms: list[str]) -> JsonObject:
    choices: list[JsonValue] = list(dict.fromkeys(rooms))
    item = object_schema(
        {
            "hour": {"type": "integer", "minimum": 0, "maximum": 23},
            "what": text_schema(100),
            "room": {"type": "string", "enum": choices},
        }
    )
    return object_schema({"items": {"type": "array", "items": item, "minItems": 2, "maxItems": 8}})
