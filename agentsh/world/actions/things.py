"""Taking, dropping, giving and using things."""

from collections.abc import Iterable

from pydantic import Field

from agentsh.core.model import Frozen
from agentsh.core.worlds import EntityId
from agentsh.world.actions.registry import ActionType, Impossible
from agentsh.world.components.behaviour import Health
from agentsh.world.components.environment import Inventory, Item, Usable
from agentsh.world.components.relations import HOLDS, LEADS_TO, OCCUPIES
from agentsh.world.services.events import Events
from agentsh.world.services.scene import Scene, name_of, room_named


class Thing(Frozen):
    """Which thing."""

    item: str = Field(min_length=1, max_length=80)


class Gift(Thing):
    """Which thing, and to whom it goes."""

    whom: str = Field(min_length=1, max_length=80)


class Use(Thing):
    """Which thing, and on what it is used, if on anything."""

    target: str = Field(default="", max_length=80)


def _takable(scene: Scene) -> Iterable[dict[str, str]]:
    if not _has_room(scene, scene.actor):
        return []
    portable = [item for item in scene.items if scene.store.get(item, Item).portable]
    return [{"item": name} for name in scene.names(portable)]


def _held(scene: Scene) -> Iterable[dict[str, str]]:
    return ({"item": name} for name in scene.names(scene.holding))


def _take(scene: Scene, wanted: Thing) -> str:
    item = scene.among(scene.items, wanted.item)
    if item is None:
        raise Impossible(_not_here(scene, wanted.item))
    name = name_of(scene.store, item)
    if not scene.store.get(item, Item).portable:
        raise Impossible(f"{name} cannot be carried.")
    if not _has_room(scene, scene.actor):
        raise Impossible(f"You cannot hold more. You have: {', '.join(scene.names(scene.holding)) or 'no hands'}.")
    scene.store.unrelate(item, OCCUPIES)
    scene.store.relate(scene.actor, HOLDS, item)
    scene.moment.resource(Events).around(scene.moment, scene.actor, "action", f"{scene.name} takes {name}.")
    return f"You picked up {name}."


def _drop(scene: Scene, wanted: Thing) -> str:
    item = _mine(scene, wanted.item)
    if scene.room is None:
        raise Impossible("You are nowhere: there is no floor to put it on.")
    name = name_of(scene.store, item)
    scene.store.unrelate(scene.actor, HOLDS, item)
    scene.store.relate(item, OCCUPIES, scene.room)
    scene.moment.resource(Events).around(scene.moment, scene.actor, "action", f"{scene.name} puts {name} down.")
    return f"You put {name} down."


def _gifts(scene: Scene) -> Iterable[dict[str, str]]:
    takers = [whom for whom in scene.people if _has_room(scene, whom)]
    return ({"item": item, "whom": whom} for item in scene.names(scene.holding) for whom in scene.names(takers))


def _give(scene: Scene, gift: Gift) -> str:
    item = _mine(scene, gift.item)
    whom = scene.among(scene.people, gift.whom)
    if whom is None:
        raise Impossible(f"{gift.whom!r} is not here. With you is: {', '.join(scene.names(scene.people)) or 'nobody'}.")
    if not _has_room(scene, whom):
        raise Impossible(f"{name_of(scene.store, whom)} cannot hold more.")
    name, receiver = name_of(scene.store, item), name_of(scene.store, whom)
    scene.store.unrelate(scene.actor, HOLDS, item)
    scene.store.relate(whom, HOLDS, item)
    events = scene.moment.resource(Events)
    events.around(scene.moment, scene.actor, "action", f"{scene.name} gives {name} to {receiver}.")
    return f"You gave {name} to {receiver}."


def _uses(scene: Scene) -> Iterable[dict[str, str]]:
    for entity in (*scene.holding, *scene.items):
        if (usable := scene.store.find(entity, Usable)) is not None:
            name = name_of(scene.store, entity)
            if not usable.on:
                yield {"item": name}
            elif scene.among([*scene.items, *scene.holding, *scene.people], usable.on) is not None:
                yield {"item": name, "target": usable.on}


def _use(scene: Scene, use: Use) -> str:
    item = scene.among([*scene.holding, *scene.items], use.item)
    if item is None:
        raise Impossible(_not_here(scene, use.item))
    name, usable = name_of(scene.store, item), scene.store.find(item, Usable)
    if usable is None:
        raise Impossible(f"You do not know what to do with {name}.")
    if usable.on.casefold() != use.target.casefold():
        raise Impossible(f"{name} is of no use {f'on {use.target!r}' if use.target else 'by itself'}.")
    if usable.on and scene.among([*scene.items, *scene.holding, *scene.people], usable.on) is None:
        raise Impossible(f"{usable.on} is not here.")
    _work(scene, usable)
    if usable.consumed:
        scene.store.despawn(item)
    on = f" on {usable.on}" if usable.on else ""
    scene.moment.resource(Events).around(scene.moment, scene.actor, "action", f"{scene.name} uses {name}{on}.")
    return usable.result


def _work(scene: Scene, usable: Usable) -> None:
    if usable.health and scene.store.has(scene.actor, Health):
        health = scene.store.change(scene.actor, Health)
        health.hp = max(0, min(health.most, health.hp + usable.health))
    if usable.opens and scene.room is not None:
        room = room_named(scene.store, usable.opens)
        if room is None:
            raise Impossible(f"Nothing happens: there is no {usable.opens!r} behind it.")
        scene.store.relate(scene.room, LEADS_TO, room)
        scene.store.relate(room, LEADS_TO, scene.room)


def _mine(scene: Scene, name: str) -> EntityId:
    if (item := scene.among(scene.holding, name)) is None:
        raise Impossible(f"You have no {name!r}. You hold: {', '.join(scene.names(scene.holding)) or 'nothing'}.")
    return item


def _has_room(scene: Scene, whom: EntityId) -> bool:
    inventory = scene.store.find(whom, Inventory)
    return inventory is not None and len(scene.store.targets(whom, HOLDS)) < inventory.capacity


def _not_here(scene: Scene, name: str) -> str:
    for other in scene.people:
        if scene.among(scene.store.targets(other, HOLDS), name) is not None:
            return f"{name_of(scene.store, other)} has {name}."
    return f"There is no {name!r} here. Here is: {', '.join(scene.names(scene.items)) or 'nothing'}."


TAKE = ActionType("take", "pick something up", ("take {item}",), Thing, _takable, _take)
DROP = ActionType("drop", "put something down", ("drop {item}",), Thing, _held, _drop)
GIVE = ActionType("give", "give something to somebody", ("give {item} to {whom}",), Gift, _gifts, _give)
USE = ActionType("use", "use a thing", ("use {item} on {target}", "use {item}"), Use, _uses, _use)
