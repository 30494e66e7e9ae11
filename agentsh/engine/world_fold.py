"""Folds what concerns the session's world into its state: how far it is, and what waits for its next tick."""

from functools import singledispatch

from agentsh.core import events as e
from agentsh.core.worlds import WORLD
from agentsh.engine.state import State, WorldState

MOST_SNAPSHOTS = 128
"""So many snapshots are known by heart: the newer half, and of the older ones fewer, the longer ago they were."""


@singledispatch
def fold_world(_event: object, _state: State) -> None:
    """Most events change nothing about a world, and most sessions have none."""


@fold_world.register
def _(event: e.SessionStarted, state: State) -> None:
    state.world = None if event.world is None else WorldState(last_tick=event.world.ticks)


@fold_world.register
def _(event: e.MessagePublished, state: State) -> None:
    if state.world is not None and WORLD in event.message.send_to:
        state.world.arrived[event.message.id] = event.message.sent_from


@fold_world.register
def _(event: e.TickFinished, state: State) -> None:
    if state.world is not None:
        state.world.tick = event.tick
        for landed in event.landed:
            state.world.arrived.pop(landed, None)


@fold_world.register
def _(event: e.WorldSnapshot, state: State) -> None:
    if state.world is None:
        return
    known = state.world.snapshots
    known[event.tick] = state.seq
    if len(known) > MOST_SNAPSHOTS:
        del known[_least_missed(sorted(known))]


def _least_missed(ticks: list[int]) -> int:
    """Return which of the older half leaves the smallest gap, measured by how long ago it is: gaps grow with age."""
    last = ticks[-1]

    def gap(place: int) -> float:
        return (ticks[place + 1] - ticks[place - 1]) / (last - ticks[place - 1])

    return ticks[min(range(1, len(ticks) // 2), key=gap)]


@fold_world.register
def _(event: e.SessionPaused, state: State) -> None:
    if state.world is not None and event.role == WORLD:
        state.world.paused = True


@fold_world.register
def _(event: e.SessionResumed, state: State) -> None:
    if state.world is None:
        return
    if event.role in (None, WORLD):
        state.world.paused = False
    if event.ticks is not None:
        state.world.last_tick = state.world.tick + event.ticks
