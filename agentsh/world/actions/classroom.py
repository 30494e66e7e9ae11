"""What one does in class: raising a hand, calling on somebody, letting them discuss. Source: AgentVerse."""

from collections.abc import Iterable

from pydantic import Field

from agentsh.core.model import Frozen
from agentsh.core.worlds import EntityId
from agentsh.world.actions.registry import ActionType, Impossible
from agentsh.world.actions.speech import Nothing
from agentsh.world.components.environment import Floor, Manners
from agentsh.world.minds import Agent
from agentsh.world.services.events import Events
from agentsh.world.services.scene import Scene, name_of

GROUP_SIZE = 2


class Whom(Frozen):
    """Somebody."""

    whom: str = Field(min_length=1, max_length=80)


def _manners(scene: Scene) -> Manners | None:
    return None if scene.room is None else scene.store.find(scene.room, Manners)


def _leads(scene: Scene) -> bool:
    manners = _manners(scene)
    return manners is not None and manners.leader.casefold() == scene.name.casefold()


def _floor(scene: Scene) -> Floor:
    if scene.room is None or not scene.store.has(scene.room, Floor):
        raise Impossible("There is no class here.")
    return scene.store.change(scene.room, Floor)


def _as_student(scene: Scene) -> Iterable[dict[str, str]]:
    floor = None if scene.room is None else scene.store.find(scene.room, Floor)
    up = floor is None or scene.actor in floor.hands or bool(floor.groups)
    return () if up or _leads(scene) or floor is None or floor.called == [scene.actor] else ({},)


def _raise_hand(scene: Scene, _nothing: Nothing) -> str:
    floor = _floor(scene)
    if scene.actor not in floor.hands:
        floor.hands.append(scene.actor)
    scene.moment.resource(Events).around(scene.moment, scene.actor, "action", f"{scene.name} raises a hand.")
    return "Your hand is up."


def _students(scene: Scene) -> list[EntityId]:
    return [entity for entity in scene.people if scene.store.has(entity, Agent)]


def _callable(scene: Scene) -> Iterable[dict[str, str]]:
    if not _leads(scene) or scene.room is None:
        return ()
    floor = scene.store.find(scene.room, Floor)
    return ({"whom": name} for name in scene.names(floor.hands if floor is not None else ()))


def _call_on(scene: Scene, on: Whom) -> str:
    if not _leads(scene):
        raise Impossible("You do not lead the class.")
    student = scene.among(_students(scene), on.whom)
    if student is None:
        here = ", ".join(scene.names(_students(scene))) or "nobody"
        raise Impossible(f"{on.whom!r} is not in class. Here is: {here}.")
    floor = _floor(scene)
    floor.hands = [hand for hand in floor.hands if hand != student]
    floor.groups = []
    name = name_of(scene.store, student)
    scene.moment.resource(Events).around(scene.moment, scene.actor, "action", f"{scene.name} calls on {name}.")
    return f"You called on {name}."


def _as_leader(scene: Scene) -> Iterable[dict[str, str]]:
    return ({},) if _leads(scene) and len(_students(scene)) > GROUP_SIZE else ()


def _discuss(scene: Scene, _nothing: Nothing) -> str:
    if not _leads(scene):
        raise Impossible("You do not lead the class.")
    students, floor = _students(scene), _floor(scene)
    floor.groups = [students[at : at + GROUP_SIZE] for at in range(0, len(students), GROUP_SIZE)]
    floor.hands = []
    said = f"{scene.name} lets the class discuss in groups."
    scene.moment.resource(Events).around(scene.moment, scene.actor, "action", said)
    return "They discuss in groups."


RAISE_HAND = ActionType("raise_hand", "ask for the floor", ("raise hand",), Nothing, _as_student, _raise_hand, True)
CALL_ON = ActionType("call_on", "let a student speak", ("call on {whom}",), Whom, _callable, _call_on, True)
DISCUSS = ActionType(
    "discuss", "let the class discuss in groups", ("let them discuss",), Nothing, _as_leader, _discuss, True
)
