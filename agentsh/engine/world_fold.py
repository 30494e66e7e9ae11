"""Folds what concerns the session's world into its state: how far it is, and what waits for its next tick."""

from agentsh.core import events as e
from agentsh.core.worlds import WORLD
from agentsh.engine.state import State, WorldState


def fold_world(event: e.Event, state: State) -> None:
    """Fold one event in; most change nothing about a world, and most sessions have none."""
    if isinstance(event, e.SessionStarted):
        state.world = None if event.world is None else WorldState(last_tick=event.world.ticks)
    elif state.world is not None:
        _fold(event, state.world, state.seq)


def _fold(event: e.Event, world: WorldState, seq: int) -> None:
    match event:
        case e.MessagePublished(message=message):
            if WORLD in message.send_to:
                world.arrived[message.id] = message.sent_from
        case e.TickFinished():
            world.tick = event.tick
            for landed in event.landed:
                world.arrived.pop(landed, None)
        case e.WorldSnapshot():
            world.snapshots[event.tick] = seq
        case e.SessionPaused(role=role):
            world.paused = world.paused or role == WORLD
        case e.SessionResumed(role=role, ticks=ticks):
            if role in (None, WORLD):
                world.paused = False
            if ticks is not None:
                world.last_tick = world.tick + ticks
        case _:
            pass
