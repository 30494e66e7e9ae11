"""Systems: plain functions that run over the store, at a level of consciousness, in an order that is always the same.

Systems never call each other: what one writes the next one reads, in this tick or a later one. Source: argOS.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum

from agentsh.core.errors import WorldError
from agentsh.core.worlds import Level
from agentsh.world.moment import Moment

Run = Callable[[Moment], Iterator[None] | None]
"""Does what a system does in one tick. One that takes long may be a generator: where it yields, the shells breathe."""
Touches = tuple[type[object] | str, ...]
"""Component classes, and names of relations."""


class Stage(IntEnum):
    """Where in a tick a system runs; numbers in between are free. Source: the loop of argOS's article."""

    ROOMS = 10
    PERCEIVE = 20
    EXPERIENCE = 30
    THINK = 40
    ACT = 50
    GOALS = 60
    PLANS = 70
    REFLECT = 80
    CLEAN = 90


@dataclass(frozen=True, slots=True)
class System:
    """One rule of the world.

    Attributes:
        name: by which files name it, and errors tell it; its share of chance comes from it too.
        run: does it.
        level: how consciously it works: the world says how many ticks pass from one run to the next.
        stage: where in a tick; systems of one stage run in the order of their names.
        reads: what it looks at; what it writes it may read as well.
        writes: what it changes. Checked in debug mode, as `reads` is.
        period_ticks: ticks from one run to the next, whatever the level; None: as the level has it.
    """

    name: str
    run: Run
    level: Level
    stage: int
    reads: Touches = ()
    writes: Touches = ()
    period_ticks: int | None = None


def system(
    name: str,
    *,
    level: Level,
    stage: int,
    reads: Touches = (),
    writes: Touches = (),
    period_ticks: int | None = None,
) -> Callable[[Run], System]:
    """Make a function a system: see `System` for what is declared."""

    def make(run: Run) -> System:
        return System(name, run, level, stage, reads, writes, period_ticks)

    return make


def run_through(system: System, moment: Moment) -> Iterator[None]:
    """Run a system, bit by bit if it is a generator; what a plain function returns counts for nothing."""
    found = system.run(moment)
    if isinstance(found, Iterator):
        yield from found


def in_order(systems: Iterable[System]) -> tuple[System, ...]:
    """Return systems in the order in which they run, however they were registered.

    Raises:
        WorldError: two share a name.
    """
    found = tuple(sorted(systems, key=lambda system: (system.stage, system.name)))
    names = [system.name for system in found]
    for name in names:
        if names.count(name) > 1:
            raise WorldError(f"two systems are called {name!r}", hint="rename one")
    return found


def is_due(period_ticks: int, tick: int) -> bool:
    """Return whether something that runs every `period_ticks` runs in this tick; all run in the first."""
    return (tick - 1) % period_ticks == 0
