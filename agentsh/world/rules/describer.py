"""What everybody is told of the situation in a room."""

from agentsh.world.components.environment import Floor, Manners
from agentsh.world.rules.registry import Describer
from agentsh.world.services.scene import Scene


def _plain(_scene: Scene, _manners: Manners, _floor: Floor) -> str:
    return ""


def _turns(scene: Scene, _manners: Manners, floor: Floor) -> str:
    if floor.called == [scene.actor]:
        return "It is your turn."
    called = ", ".join(scene.names(floor.called))
    return f"It is the turn of {called}." if called else ""


def _classroom(scene: Scene, manners: Manners, floor: Floor) -> str:
    hands = ", ".join(scene.names(floor.hands))
    raised = f"Hands are up: {hands}." if hands else "No hand is up."
    if scene.name.casefold() == manners.leader.casefold():
        return f"You lead the class. {raised}"
    if floor.groups:
        group = next((group for group in floor.groups if scene.actor in group), [])
        return f"You discuss in a group with {', '.join(scene.names(e for e in group if e != scene.actor))}."
    if floor.called == [scene.actor]:
        return f"{manners.leader} has called on you: answer."
    return f"{manners.leader} leads the class. Raise your hand when you want to say something."


DESCRIBERS: dict[str, Describer] = {"plain": _plain, "turns": _turns, "classroom": _classroom}
