"""Whose thoughts are under way, what has come of them, and what of it lands with the next tick."""

import asyncio
from collections.abc import Collection

from agentsh.core import events as e
from agentsh.core.ids import MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.core.worlds import WORLD
from agentsh.engine.desk import Desk
from agentsh.world.minds import Agent, Asked
from agentsh.world.world import Arrival, Missed, World

_HEARD = (e.MessagePublished, e.ReactionFinished, e.ReactionRetried, e.ReactionFailed, e.RoleFired)


class Thoughts:
    """Listens to the session. An agent that failed for good in one thought is told so to the world, and goes on."""

    def __init__(self, desk: Desk, world: World, waiting: dict[MessageId, Message]) -> None:
        """Begin with what is under way.

        Args:
            desk: of the session.
            world: whose agents think.
            waiting: what has come and not landed.
        """
        self.settled = asyncio.Event()
        """Set while no thought is under way that can still come."""
        self._desk = desk
        self._agents = {agent.role for _, agent in world.store.each(Agent)}
        self._arrived = waiting
        self._missed: dict[RoleName, str] = {}
        self._stuck: set[RoleName] = set()
        self._under_way: set[RoleName] = set()
        self._lent_ticks = 0
        for name in self._agents:
            self._look_at(name)
        thought = {message.sent_from for message in waiting.values()}
        for _, agent, _ in world.store.each(Agent, Asked):
            if agent.role not in thought:
                self._expect_somebody(agent.role)
        self._settle()
        desk.log.listen(self._hear, _HEARD)

    def all_stuck(self, world: World) -> bool:
        """Return whether there are agents, and each waits for a person or a server before it can think again."""
        return bool(self._stuck) and all(agent.role in self._stuck for _, agent in world.store.each(Agent))

    def lend(self, ticks: int) -> None:
        """Let the agents think through a closed gate, until so many ticks and their thoughts are done."""
        self._lent_ticks = ticks if ticks == 0 else self._lent_ticks + ticks
        self._desk.gate.lend(self._agents if self._lent_ticks else ())

    def landing(self, world: World) -> list[Arrival]:
        """Return what lands now, in the order of the entities, then as it came; none of it lands again."""
        entities = {agent.role: entity for entity, agent in world.store.each(Agent)}
        last = world.store.next_id
        found: list[Arrival] = [*self._arrived.values(), *(Missed(*missed) for missed in self._missed.items())]
        self._arrived = {}
        self._missed = {}
        return sorted(found, key=lambda arrival: entities.get(_sender(arrival), last))

    def closing(self, missed: Collection[RoleName]) -> list[e.ReactionFinished]:
        """Return how the failed reactions of these roles end, so that they are free to think again."""
        state = self._desk.log.state
        found = (state.open.get(role.current) for name in missed if (role := state.roles.get(name)) and role.current)
        return [
            e.ReactionFinished(reaction=opened.reaction, role=opened.role)
            for opened in found
            if opened is not None and opened.failed is not None
        ]

    def took(self) -> None:
        """Count a tick that has passed."""
        self._lent_ticks = max(self._lent_ticks - 1, 0)
        self._settle()

    def _hear(self, item: e.Recorded) -> None:
        match item.event:
            case e.MessagePublished(message=message):
                self._said(message)
            case e.ReactionFinished(role=role) | e.ReactionRetried(role=role) if role in self._agents:
                self._missed.pop(role, None)
                self._look_at(role)
            case e.ReactionFailed(role=role, error=error, resumable=resumable) if role in self._agents:
                self._failed(role, error, resumable=resumable)
            case e.RoleFired(role=role) if role in self._under_way | self._stuck:
                self._look_at(role)
                self._expect_somebody(role)
            case _:
                return
        self._settle()

    def _said(self, message: Message) -> None:
        if WORLD in message.send_to:
            self._arrived[message.id] = message
        elif message.sent_from == WORLD:
            for name in message.send_to:
                self._agents.add(name)
                self._look_at(name)
                self._expect_somebody(name)

    def _failed(self, role: RoleName, error: str, *, resumable: bool) -> None:
        """What can go on later is waited for no longer, but not given up; nonsense is."""
        self._look_at(role)
        if not resumable:
            self._stuck.discard(role)
            self._missed[role] = error

    def _expect_somebody(self, name: RoleName) -> None:
        """Whoever was asked and is neither thinking nor stuck will not answer: nobody plays it."""
        if name not in self._under_way and name not in self._stuck:
            self._missed[name] = f"nobody plays {name}"

    def _look_at(self, name: RoleName) -> None:
        """Sort one agent by its state: under way, stuck, or neither."""
        state = self._desk.log.state
        role = state.roles.get(name)
        self._under_way.discard(name)
        self._stuck.discard(name)
        if role is None or role.fired:
            return
        opened = None if role.current is None else state.open.get(role.current)
        if opened is not None and opened.failed is not None:
            self._stuck.add(name)
        elif opened is not None or any(_is_perceived(id_) for id_ in role.due):
            self._under_way.add(name)

    def _settle(self) -> None:
        if self._under_way:
            self.settled.clear()
            return
        self.settled.set()
        if not self._lent_ticks:
            self._desk.gate.lend(())


def _is_perceived(id_: MessageId) -> bool:
    return id_.startswith(f"{WORLD}:")


def _sender(arrival: Arrival) -> RoleName:
    return arrival.role if isinstance(arrival, Missed) else arrival.sent_from
