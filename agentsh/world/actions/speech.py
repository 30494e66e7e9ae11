"""Speaking, thinking to oneself, and waiting."""

from collections.abc import Iterable

from pydantic import Field

from agentsh.core.model import Frozen
from agentsh.world.actions.registry import ActionType, Impossible
from agentsh.world.components.behaviour import ProcessingState
from agentsh.world.components.environment import Floor, Manners
from agentsh.world.rules.registry import Rules
from agentsh.world.services.events import Events
from agentsh.world.services.memories import Memories
from agentsh.world.services.scene import Scene

WAIT_TICKS = 3


class Nothing(Frozen):
    """An action without arguments."""


class Words(Frozen):
    """What is said, or thought."""

    words: str = Field(min_length=1, max_length=600)


def always(_scene: Scene) -> Iterable[dict[str, str]]:
    """Yield the one option of an action that is always possible."""
    return ({},)


def _speak(scene: Scene, said: Words) -> str:
    if not _may_speak(scene):
        raise Impossible("It is not your turn to speak.")
    words = " ".join(said.words.split())
    audience = None
    if scene.room is not None and (manners := scene.store.find(scene.room, Manners)) is not None:
        audience = scene.moment.resource(Rules).visibility(manners.visibility)(scene, manners)
    if not (scene.people if audience is None else audience):
        return f'You said: "{words}" Nobody was there to hear it.'
    events = scene.moment.resource(Events)
    events.around(scene.moment, scene.actor, "speech", f'{scene.name} says: "{words}"', audience=audience)
    return f'You said: "{words}"'


def _with_somebody(scene: Scene) -> Iterable[dict[str, str]]:
    return ({},) if scene.people and _may_speak(scene) else ()


def _may_speak(scene: Scene) -> bool:
    manners = None if scene.room is None else scene.store.find(scene.room, Manners)
    if manners is None or scene.room is None:
        return True
    floor = scene.store.find(scene.room, Floor) or Floor()
    leader = scene.among([scene.actor, *scene.people], manners.leader)
    return scene.moment.resource(Rules).order(manners.order).may_speak(scene.actor, manners, floor, leader)


def _wait(scene: Scene, _nothing: Nothing) -> str:
    state = scene.store.change(scene.actor, ProcessingState)
    state.mode, state.since_tick = "WAITING", scene.moment.tick
    state.until_tick = scene.moment.tick + WAIT_TICKS
    return "You wait."


def _think(scene: Scene, thought: Words) -> str:
    words = " ".join(thought.words.split())
    if not scene.store.has(scene.actor, ProcessingState):
        raise Impossible("You have no mind of your own.")
    scene.moment.resource(Memories).remember(scene.moment, scene.actor, f"I thought: {words}", "thought", 0.4)
    return "You keep that in mind."


SPEAK = ActionType("speak", "say words that everybody in the room hears", ("speak",), Words, _with_somebody, _speak)
WAIT = ActionType("wait", "do nothing for a while", ("wait",), Nothing, always, _wait, quiet=True)
THINK = ActionType("think", "keep words in mind", ("think",), Words, always, _think, quiet=True)
