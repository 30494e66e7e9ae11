"""A component with its system: weather that changes by the world's chance, and is seen in the rooms under the sky.

Try it: `agentsh world run garden --ticks 10`.
"""

from pathlib import Path

from agentsh.core.worlds import Level
from agentsh.plugins import hookimpl
from agentsh.world.components.environment import Room
from agentsh.world.kinds import component
from agentsh.world.moment import Moment
from agentsh.world.systems import Stage, System, system

NEXT = {"sunny": ("sunny", "cloudy"), "cloudy": ("sunny", "rainy"), "rainy": ("cloudy", "rainy")}


@component("environment", "stored")
class Sky:
    """The weather above a room."""

    weather: str = "sunny"
    since_tick: int = 0


@system("weather", level=Level.SUBCONSCIOUS, stage=Stage.ROOMS, reads=(Sky, Room), writes=(Sky, Room))
def weather(moment: Moment) -> None:
    """Let the weather change, and let each room under the sky say so."""
    for entity, sky in list(moment.store.each(Sky)):
        after = moment.random(entity).choice(NEXT.get(sky.weather, ("sunny",)))
        if after == sky.weather:
            continue
        changed = moment.store.change(entity, Sky)
        changed.weather, changed.since_tick = after, moment.tick
        if moment.store.has(entity, Room):
            moment.store.change(entity, Room).ambience = [f"The sky is {after}."]
        moment.tell(f"It is {after} now.")


@hookimpl
def register_components() -> list[type[object]]:
    """Bring the component; a world's file names it under `entities`."""
    return [Sky]


@hookimpl
def register_systems() -> list[System]:
    """Bring the system."""
    return [weather]


@hookimpl
def register_prompts() -> list[Path]:
    """Bring a world that has weather."""
    return [Path(__file__).with_name("weather")]
