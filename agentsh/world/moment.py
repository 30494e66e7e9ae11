"""What a system is handed: the store at one tick, its share of chance, and how to ask an agent or tell people."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from agentsh.core.errors import WorldError
from agentsh.core.ids import MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.worlds import WORLD, EntityId
from agentsh.world.minds import Agent, Asked
from agentsh.world.store import Store

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Question:
    """What an agent is told that it perceives, and is to think about."""

    message: MessageId
    role: RoleName
    content: str
    data: JsonObject


@dataclass(frozen=True, slots=True)
class Word:
    """Something that people should know."""

    message: str
    hint: str = ""
    role: RoleName | None = None
    is_error: bool = False


@dataclass(slots=True)
class Outbox:
    """What a tick sends out into the session."""

    questions: list[Question] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)
    saves: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """One tick, as one system sees it.

    Attributes:
        tick: number of the tick; the first is 1.
        time_s: simulated time since midnight of the first day, seconds.
        store: everything there is.
        letters: what people and roles said to the world itself since the last tick, oldest first.
    """

    tick: int
    time_s: float
    store: Store
    letters: tuple[Message, ...]
    _seed: int
    _system: str
    _resources: Mapping[type[object], object]
    _outbox: Outbox

    def random(self, entity: int = 0) -> random.Random:
        """Return chance of this seed, tick, system and entity: the same in every run, whatever else happens."""
        return random.Random(f"{self._seed}:{self.tick}:{self._system}:{entity}")  # noqa: S311  no secrets here

    def resource(self, type_: type[T]) -> T:
        """Return a service of the world. Services hold nothing that has to outlive a tick: that is a component's.

        Raises:
            WorldError: the world has none of that type.
        """
        found = self._resources.get(type_)
        if not isinstance(found, type_):
            known = ", ".join(sorted(known.__name__ for known in self._resources)) or "none"
            raise WorldError(f"this world has no service {type_.__name__!r}", hint=f"it has: {known}")
        return found

    def ask(self, entity: EntityId, content: str, data: JsonObject | None = None) -> bool:
        """Let an agent think about what it perceives; the `Reply` comes with a later tick.

        Args:
            entity: who; it has an `Agent`.
            content: what it perceives, in words.
            data: the same for templates.

        Returns:
            False when a thought of it is still under way: it has none more in this tick.
        """
        if self.store.has(entity, Asked):
            return False
        role = self.store.get(entity, Agent).role
        message = MessageId(f"{WORLD}:{self.tick}:{len(self._outbox.questions) + 1}")
        self.store.put(entity, Asked(self.tick, message))
        self._outbox.questions.append(Question(message, role, content, data or {}))
        return True

    def save(self) -> None:
        """Have all of the world stored with this tick: something happened that must not be run again to be had."""
        self._outbox.saves = True

    def tell(self, message: str, *, hint: str = "", role: RoleName | None = None) -> None:
        """Tell people something; it changes nothing in the world."""
        self._outbox.words.append(Word(message, hint, role))
