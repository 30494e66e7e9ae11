"""A world as the journal has it, at any tick: from the newest snapshot before, its ticks are run again.

What is run again has to come to what was stored. Where it does not, because systems have changed since, the journal is
the truth: the stored changes are taken as they are, and what is stored more rarely is as it was stored last.
"""

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass

from agentsh.core import events as e
from agentsh.core.errors import StoreError, WorldError
from agentsh.core.ids import MessageId
from agentsh.core.messages import Message
from agentsh.core.worlds import WORLD, EntityId
from agentsh.ports import History
from agentsh.world.breath import in_steps
from agentsh.world.catalogue import Catalogue
from agentsh.world.world import Arrival, Missed, World

_KINDS = ("world.snapshot", "tick.finished", "world.edited", "message.published")
_PAGE_EVENTS = 1000


@dataclass(frozen=True, slots=True)
class Restored:
    """A world, and whether its ticks came to what was stored when they were run again."""

    world: World
    exact: bool


async def restored(
    journal: History,
    catalogue: Catalogue,
    facts: e.SessionStarted,
    snapshots: Mapping[int, int],
    tick: int | None = None,
    *,
    debug: bool = False,
) -> Restored:
    """Return the world after a tick.

    Args:
        journal: of the session.
        catalogue: what the world is made of.
        facts: how the session began.
        snapshots: tick → seq of its snapshot (`engine.state.WorldState`).
        tick: after which one; None: the newest.
        debug: as in `World`.

    Raises:
        WorldError: there is no world, no such tick, or it holds components that are not there any more.
    """
    start = max((known for known in snapshots if tick is None or known <= tick), default=None)
    if facts.world is None or start is None:
        raise WorldError(f"session {facts.session!r} has no world at tick {tick or 0}")
    history = await _history(journal, snapshots[start], tick)
    again = catalogue.empty(facts.world, facts.seed, debug=debug)
    exact = await _run_again(again, history)
    if not exact:
        again = catalogue.empty(facts.world, facts.seed, debug=debug)
        await in_steps(_folding(again, history))
    if tick is not None and again.tick != tick:
        raise WorldError(f"session {facts.session!r} has no tick {tick}", hint=f"its last one is {again.tick}")
    return Restored(again, exact)


@dataclass(frozen=True, slots=True)
class _History:
    """What happened to a world since a snapshot, in its order, and what reached it."""

    snapshot: e.WorldSnapshot
    events: Sequence[e.TickFinished | e.WorldEdited]
    messages: Mapping[MessageId, Message]


async def _history(journal: History, seq: int, upto_tick: int | None) -> _History:
    snapshot: e.WorldSnapshot | None = None
    events: list[e.TickFinished | e.WorldEdited] = []
    messages: dict[MessageId, Message] = {}
    after, over = seq - 1, False
    while not over and (page := await journal.read(after, _PAGE_EVENTS, kinds=_KINDS)):
        after = page[-1].seq
        for event in (recorded.event for recorded in page):
            over = upto_tick is not None and _is_later(event, upto_tick)
            if over:
                break
            match event:
                case e.WorldSnapshot():
                    snapshot = snapshot or event
                case e.TickFinished() | e.WorldEdited():
                    events.append(event)
                case e.MessagePublished(message=message) if WORLD in message.send_to:
                    messages[message.id] = message
                case _:
                    pass
    if snapshot is None:
        raise StoreError(f"event {seq} is no snapshot of a world", hint="run: agentsh sessions check")
    await _fetch(journal, events, messages)
    return _History(snapshot, events, messages)


def _is_later(event: e.Event, tick: int) -> bool:
    """Return whether an event belongs to a later tick: edits after the tick are later too."""
    return (isinstance(event, e.TickFinished) and event.tick > tick) or (
        isinstance(event, e.WorldEdited) and event.tick >= tick
    )


async def _fetch(
    journal: History, events: Sequence[e.TickFinished | e.WorldEdited], messages: dict[MessageId, Message]
) -> None:
    """Add what landed after the snapshot and had been said before it."""
    landed = (id_ for event in events if isinstance(event, e.TickFinished) for id_ in event.landed)
    for id_ in landed:
        if id_ not in messages and (found := await journal.message(id_)) is not None:
            messages[id_] = found


async def _run_again(world: World, history: _History) -> bool:
    """Run the ticks again; return whether each came to what was stored."""
    await in_steps(world.loading(history.snapshot.tick, history.snapshot.parts))
    for event in history.events:
        if isinstance(event, e.WorldEdited):
            world.edit(EntityId(event.entity), event.component, event.value)
            continue
        ticked = await in_steps(world.passing(_arrivals(event, history.messages)))
        if (ticked.tick, ticked.changes, ticked.digest) != (event.tick, event.changes, event.digest):
            return False
    return True


def _folding(world: World, history: _History) -> Generator[None, None, None]:
    """Take the stored changes as they are."""
    yield from world.loading(history.snapshot.tick, history.snapshot.parts)
    for event in history.events:
        yield
        if isinstance(event, e.WorldEdited):
            world.edit(EntityId(event.entity), event.component, event.value)
        else:
            world.apply(event.tick, event.changes)


def _arrivals(event: e.TickFinished, messages: Mapping[MessageId, Message]) -> list[Arrival]:
    said: list[Arrival] = [messages[id_] for id_ in event.landed if id_ in messages]
    return [*said, *(Missed(role, reason) for role, reason in event.missed.items())]
