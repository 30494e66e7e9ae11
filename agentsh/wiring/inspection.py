"""Opens a session's world to look at, as it was after any tick, also while the session goes on elsewhere."""

from pathlib import Path

from agentsh.core.errors import WorldError
from agentsh.core.events import SessionStarted, WorldSnapshot
from agentsh.ports import History
from agentsh.store.reading import SessionReader
from agentsh.wiring.kit import Kit
from agentsh.world.restore import restored
from agentsh.world.world import World


async def world_of(kit: Kit, path: Path, tick: int | None = None) -> World:
    """Return the world of a session's file after a tick; None: as it is now.

    Raises:
        WorldError: it has no world, or not this tick.
        StoreError: the file cannot be read.
    """
    reader = SessionReader(path)
    try:
        facts = await _facts(reader)
        if facts is None or facts.world is None:
            raise WorldError(f"session {path.stem!r} has no world", hint="begin one: agentsh world run NAME")
        found = await restored(reader, kit.catalogue(), facts, await _snapshots(reader), tick)
        return found.world
    finally:
        reader.close()


async def _facts(history: History) -> SessionStarted | None:
    first = await history.read(0, 1, kinds=("session.started",))
    return next((found.event for found in first if isinstance(found.event, SessionStarted)), None)


async def _snapshots(history: History) -> dict[int, int]:
    """Return the seq of the newest snapshot of each tick."""
    found = await history.read(kinds=("world.snapshot",))
    return {item.event.tick: item.seq for item in found if isinstance(item.event, WorldSnapshot)}
