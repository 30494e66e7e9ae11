"""One agent after another, each apart: what goes wrong with one is said once, and the others have their turn."""

import collections
from collections.abc import Callable, Iterable, Iterator

from agentsh.core.worlds import EntityId
from agentsh.world.components.behaviour import Fault
from agentsh.world.moment import Moment
from agentsh.world.services.scene import name_of

AT_ONCE = 25
"""After so many agents a system that takes long lets the shells breathe."""


def for_each(moment: Moment, system: str, agents: Iterable[EntityId], run: Callable[[EntityId], None]) -> None:
    """Run a system for each of these agents."""
    collections.deque(in_turn(moment, system, agents, run), maxlen=0)


def in_turn(moment: Moment, system: str, agents: Iterable[EntityId], run: Callable[[EntityId], None]) -> Iterator[None]:
    """Run a system for each of these agents, and yield now and then."""
    faults = moment.store.tables[Fault]
    for number, agent in enumerate(agents, 1):
        try:
            run(agent)
        except Exception as error:  # noqa: BLE001  one agent's data, or a plugin's action, must not stop the others
            _tell(moment, system, agent, f"{type(error).__name__}: {error}")
        else:
            if agent in faults and system in faults[agent].said:
                del moment.store.change(agent, Fault).said[system]
        if number % AT_ONCE == 0:
            yield


def _tell(moment: Moment, system: str, agent: EntityId, fault: str) -> None:
    store = moment.store
    if agent not in store.alive:
        return
    if not store.has(agent, Fault):
        store.put(agent, Fault())
    if store.get(agent, Fault).said.get(system) != fault:
        store.change(agent, Fault).said[system] = fault
        name = name_of(store, agent)
        moment.tell(
            f"{system} of {name} failed at tick {moment.tick}: {fault}", hint="the others are not touched by it"
        )
