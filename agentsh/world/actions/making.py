"""Making things that were not there: only for those whose file allows it."""

from pydantic import Field

from agentsh.core.model import Frozen
from agentsh.world.actions.registry import ActionType, Impossible
from agentsh.world.actions.speech import always
from agentsh.world.components.environment import Item
from agentsh.world.components.relations import OCCUPIES
from agentsh.world.minds import Name
from agentsh.world.services.events import Events
from agentsh.world.services.scene import Scene

MOST_ITEMS = 50
"""Most things in one room: who can make things could make them without end."""


class Made(Frozen):
    """What is made: its name, and what it is, after a colon: `lamp: a small brass lamp`."""

    words: str = Field(min_length=1, max_length=300)


def _spawn(scene: Scene, made: Made) -> str:
    if scene.room is None:
        raise Impossible("You are nowhere: there is no place for it.")
    if len(scene.items) >= MOST_ITEMS:
        raise Impossible("The room is full of things already.")
    name, _, text = made.words.partition(":")
    name = " ".join(name.split())[:80]
    if not name or scene.among([*scene.items, *scene.people], name) is not None:
        raise Impossible(f"There is {name!r} already." if name else "It needs a name.")
    item = scene.store.spawn(Name(name), Item(text.strip()))
    scene.store.relate(item, OCCUPIES, scene.room)
    events = scene.moment.resource(Events)
    events.emit(scene.moment, "item", f"{name} appears.", scene.room, source=item)
    return f"{name} is there now."


SPAWN = ActionType("spawn", "make a thing: its name, a colon, what it is", ("make",), Made, always, _spawn, True)
