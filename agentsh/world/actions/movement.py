"""Going through doors, and looking at what is there."""

from collections.abc import Iterable

from pydantic import Field

from agentsh.core.model import Frozen
from agentsh.core.worlds import EntityId
from agentsh.world.actions.registry import ActionType, Impossible
from agentsh.world.components.appearance import Appearance
from agentsh.world.components.environment import Item, Room
from agentsh.world.components.identity import Profile
from agentsh.world.components.relations import HOLDS, OCCUPIES
from agentsh.world.services.events import Events
from agentsh.world.services.scene import Scene, name_of


class To(Frozen):
    """Where to."""

    room: str = Field(min_length=1, max_length=80)


class At(Frozen):
    """What is looked at."""

    target: str = Field(default="around", min_length=1, max_length=80)


def _ways(scene: Scene) -> Iterable[dict[str, str]]:
    return ({"room": name} for name in scene.names(scene.doors))


def _go(scene: Scene, to: To) -> str:
    if scene.room is None:
        raise Impossible("You are nowhere: there is no room to leave.")
    room = scene.among(scene.doors, to.room)
    if room is None:
        ways = ", ".join(scene.names(scene.doors))
        here = name_of(scene.store, scene.room)
        leads = f"The doors here lead to: {ways}." if ways else f"{here} has no doors."
        raise Impossible(f"There is no way from here to {to.room!r}. {leads}")
    events, name = scene.moment.resource(Events), name_of(scene.store, room)
    events.around(scene.moment, scene.actor, "departure", f"{scene.name} leaves for {name}.")
    scene.store.relate(scene.actor, OCCUPIES, room)
    events.around(scene.moment, scene.actor, "arrival", f"{scene.name} comes in.")
    return f"You are in {name} now."


def _sights(scene: Scene) -> Iterable[dict[str, str]]:
    yield {}
    for name in scene.names([*scene.items, *scene.people]):
        yield {"target": name}


def _look(scene: Scene, at: At) -> str:
    if at.target.casefold() in ("around", name_of(scene.store, scene.room).casefold()):
        return _around(scene)
    target = scene.among([*scene.items, *scene.people, *scene.holding], at.target)
    if target is None:
        raise Impossible(f"There is no {at.target!r} here to look at. {_around(scene)}")
    return _described(scene, target)


def _around(scene: Scene) -> str:
    if scene.room is None:
        return "You are nowhere, and see nothing."
    room = scene.store.find(scene.room, Room)
    said = [f"You are in {name_of(scene.store, scene.room)}. {room.text if room else ''}".strip()]
    for fact, names in (
        ("Here is", scene.names(scene.items)),
        ("With you is", scene.names(scene.people)),
        ("Doors lead to", scene.names(scene.doors)),
    ):
        if names:
            said.append(f"{fact}: {', '.join(names)}.")
    return " ".join(said)


def _described(scene: Scene, entity: EntityId) -> str:
    store = scene.store
    item, profile = store.find(entity, Item), store.find(entity, Profile)
    appearance = store.find(entity, Appearance)
    facts = [item.text if item else "", profile.text if profile else ""]
    if appearance is not None:
        facts += [appearance.text, f"looks {appearance.expression}", appearance.doing]
    held = scene.names(store.targets(entity, HOLDS))
    facts.append(f"holds {', '.join(held)}" if held else "")
    said = "; ".join(fact.strip().rstrip(".") for fact in facts if fact.strip())
    return f"{name_of(store, entity)}: {said or 'nothing special'}."


MOVE = ActionType("move", "go to a room next to this one", ("go to {room}",), To, _ways, _go)
LOOK = ActionType("look", "look at something closely", ("look around", "look at {target}"), At, _sights, _look)
