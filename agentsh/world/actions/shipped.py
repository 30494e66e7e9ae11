"""All actions that ship."""

from collections.abc import Iterable

from agentsh.world.actions import attempts, classroom, making, movement, speech, things
from agentsh.world.actions.registry import Actions, ActionType

ACTIONS: tuple[ActionType, ...] = (
    things.TAKE,
    things.USE,
    things.GIVE,
    speech.SPEAK,
    things.DROP,
    movement.MOVE,
    movement.LOOK,
    speech.WAIT,
    speech.THINK,
    attempts.ATTEMPT,
    making.SPAWN,
    classroom.RAISE_HAND,
    classroom.CALL_ON,
    classroom.DISCUSS,
)


def actions(more: Iterable[ActionType] = ()) -> Actions:
    """Return a new registry of them, and of `more`. Raises WorldError when two share a name."""
    return Actions.of([*ACTIONS, *more])
