"""The game master: a role decides what comes of what others attempt in their own words. Source: Concordia."""

from pydantic import JsonValue

from agentsh.core.model import JsonObject
from agentsh.core.worlds import EntityId, Level
from agentsh.world.actions.making import SPAWN
from agentsh.world.actions.registry import Actions, Impossible
from agentsh.world.components.behaviour import (
    Act,
    Action,
    Attempt,
    Conclusions,
    Fault,
    Health,
    Musings,
    ProcessingState,
)
from agentsh.world.components.environment import Floor, Inventory, Item, Manners, Room, Stimulus, Usable
from agentsh.world.components.identity import GameMaster, Npc, Profile
from agentsh.world.components.relations import HOLDS, IN_ROOM, LEADS_TO, OCCUPIES, SOURCE
from agentsh.world.life.apart import for_each
from agentsh.world.minds import Agent, Asked, Name
from agentsh.world.moment import Moment
from agentsh.world.services.events import Events
from agentsh.world.services.prompts import Prompts, object_schema, text_schema
from agentsh.world.services.scene import Scene, name_of
from agentsh.world.systems import Stage, system

RESOLVE = "resolve"
"""The game master's task, and its prompt file."""
NOTHING, HURT, HEAL = "nothing", "hurt", "heal"
_HARM = 2
_VERBS = ("take ", "drop ", "give ", "use ", "go to ")


@system(
    "mastering",
    level=Level.CONSCIOUS,
    stage=Stage.ACT + 6,
    period_ticks=1,
    reads=(GameMaster, Agent, Asked, Room, Inventory, Usable, Manners, Npc, Profile, Action),
    writes=(
        *(Attempt, Musings, Conclusions, ProcessingState, Health, Stimulus, Item, Name, Floor, Fault),
        *(OCCUPIES, HOLDS, LEADS_TO, IN_ROOM, SOURCE),
    ),
)
def mastering(moment: Moment) -> None:
    """Let what was decided happen; ask about what has been attempted since."""
    store = moment.store
    masters = [entity for entity, _, _ in store.each(GameMaster, Agent)]
    for_each(moment, "mastering", masters, lambda master: _decide(moment, master))
    for_each(moment, "mastering", masters[:1], lambda master: _ask(moment, master))


def _ask(moment: Moment, master: EntityId) -> None:
    store, prompts = moment.store, moment.resource(Prompts)
    attempts = store.each(Attempt)
    if prompts.is_busy_with(store, master, RESOLVE):
        return
    for actor, attempt in attempts:
        if attempt.asked:
            _come_to_nothing(moment, actor)
            continue
        style = store.get(master, GameMaster).style
        data: JsonObject = _situation(Scene(moment, actor)) | {"attempt": attempt.words, "style": style, "about": actor}
        scene = Scene(moment, actor)
        content = f"{scene.name} attempts: {attempt.words}"
        prompts.later(store, master, RESOLVE, content, data, _schema(_effects(moment, scene)))
        store.change(actor, Attempt).asked = True
        return


def _come_to_nothing(moment: Moment, actor: EntityId) -> None:
    """Tell somebody whose attempt nobody could decide."""
    moment.store.remove(actor, Attempt)
    moment.resource(Events).feel(moment, actor, "result", "Nothing comes of it.")


def _decide(moment: Moment, master: EntityId) -> None:
    answer = moment.resource(Prompts).take(moment.store, master, RESOLVE)
    if answer is None:
        return
    about = answer.get("about")
    actor = next((entity for entity, found in moment.store.each(Attempt) if found.asked and entity == about), None)
    if actor is None:
        return
    moment.store.remove(actor, Attempt)
    outcome = " ".join(str(answer.get("outcome") or "").split()) or "Nothing comes of it."
    why = _happen(moment, actor, str(answer.get("effect") or NOTHING), str(answer.get("appears") or ""))
    events = moment.resource(Events)
    events.feel(moment, actor, "result", f"{outcome} {why}".strip())
    events.around(moment, actor, "event", f"{name_of(moment.store, actor)}: {outcome}")
    events.tell(moment, actor, f"{outcome} ({name_of(moment.store, master)})")


def _happen(moment: Moment, actor: EntityId, effect: str, appears: str) -> str:
    """Do what was decided; return why it could not be, or nothing."""
    store = moment.store
    if effect in (HURT, HEAL) and store.has(actor, Health):
        health = store.change(actor, Health)
        health.hp = max(0, min(health.most, health.hp + (_HARM if effect == HEAL else -_HARM)))
    said = ""
    if effect.startswith(_VERBS):
        result = moment.resource(Actions).perform(Scene(moment, actor), Act(effect))
        said = "" if result.success else result.text
    if appears:
        try:
            SPAWN.perform(Scene(moment, actor), SPAWN.arguments.model_validate({"words": appears[:300]}))
        except Impossible as why:
            said = f"{said} {why}".strip()
    return said


def _effects(moment: Moment, scene: Scene) -> list[str]:
    possible = moment.resource(Actions).possible(scene)
    health = (HURT, HEAL) if scene.store.has(scene.actor, Health) else ()
    return [NOTHING, *health, *(line for line in possible if line.startswith(_VERBS))]


def _schema(effects: list[str]) -> JsonObject:
    choices: list[JsonValue] = list(effects)
    return object_schema(
        {
            "outcome": text_schema(),
            "success": {"type": "boolean"},
            "effect": {"type": "string", "enum": choices},
            "appears": {"type": "string", "maxLength": 160},
        },
        optional=("appears",),
    )


def _situation(scene: Scene) -> JsonObject:
    room = None if scene.room is None else scene.store.find(scene.room, Room)
    people, items = scene.names(scene.people), scene.names(scene.items)
    holding, doors = scene.names(scene.holding), scene.names(scene.doors)
    return {
        "who": scene.name,
        "room": {"name": name_of(scene.store, scene.room), "text": "" if room is None else room.text},
        "people": list(people),
        "items": list(items),
        "holding": list(holding),
        "doors": list(doors),
    }
