"""Anything else, in one's own words: a game master decides what comes of it. Source: Concordia."""

from collections.abc import Iterable

from pydantic import Field

from agentsh.core.model import Frozen
from agentsh.core.worlds import EntityId
from agentsh.world.actions.registry import ActionType, Impossible
from agentsh.world.components.behaviour import Attempt
from agentsh.world.components.identity import GameMaster
from agentsh.world.minds import Agent
from agentsh.world.services.scene import Scene


class Words(Frozen):
    """What is tried."""

    words: str = Field(min_length=1, max_length=300)


def game_master(scene: Scene) -> EntityId | None:
    """Return who decides, if anybody does."""
    return next((entity for entity, _, _ in scene.store.each(GameMaster, Agent)), None)


def _possible(scene: Scene) -> Iterable[dict[str, str]]:
    return () if game_master(scene) in (None, scene.actor) else ({},)


def _attempt(scene: Scene, trying: Words) -> str:
    if game_master(scene) in (None, scene.actor):
        raise Impossible("There is nobody who could say what comes of it.")
    words = " ".join(trying.words.split())
    scene.store.put(scene.actor, Attempt(words, scene.moment.tick))
    return f"You try this: {words}"


ATTEMPT = ActionType("attempt", "try anything else: say what, in words", ("attempt",), Words, _possible, _attempt)
