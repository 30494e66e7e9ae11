"""The memory stream: what an agent has experienced, and which of it comes to mind. Source: Generative Agents.

What comes to mind is recent, important, or about the matter; the newest is the most recent (their code had it the
other way round).
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from heapq import nlargest, nsmallest

from agentsh.core.worlds import EntityId
from agentsh.world.components.memory import Experience, ExperienceKind, Memory, Seen
from agentsh.world.components.relations import EVIDENCE, REMEMBERS
from agentsh.world.moment import Moment
from agentsh.world.store import Store

DECAY = 0.995
"""How much of its recency an experience keeps from one tick to the next."""
_SLACK = 8
"""An eighth above its capacity a memory is cut to it."""
_WORD = re.compile(r"[^\W_]{2,}")
_COMMON_WORDS = (
    "a an and are as at be been but by can do did for from had has have he her him his i in is it its me my no not of "
    "on or our said say says she so that the their them then there they this to too up was we were what when where who "
    "will with you your"
)
_COMMON = frozenset(_COMMON_WORDS.split())


@lru_cache(maxsize=8192)
def words_of(text: str) -> frozenset[str]:
    """Return the words that a text is about: small, without endings in s and without the commonest."""
    found = _WORD.findall(text.casefold())
    return frozenset(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in found) - _COMMON


def overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return how far two sets of words are about the same, from 0 to 1: the cosine between them."""
    if not one or not other:
        return 0.0
    return len(one & other) / math.sqrt(len(one) * len(other))


def told(one: Seen) -> str:
    """Return what was perceived as somebody tells it later: `You picked up …` is `I picked up …`."""
    if one.kind == "speech":
        return one.text.replace(" says: ", " said: ", 1)
    if one.kind == "result":
        return re.sub(r"^You are\b", "I am", re.sub(r"^You (?!are\b)", "I ", one.text))
    return one.text


@dataclass(slots=True)
class Memories:
    """Remembers and recalls. What it keeps of its own are only the words of experiences, taken from their texts."""

    _words: dict[EntityId, tuple[str, frozenset[str]]] = field(default_factory=dict)
    """Experience → the text that the words are of: after a rewind another experience may have its id."""

    def remember(
        self,
        moment: Moment,
        agent: EntityId,
        text: str,
        kind: ExperienceKind,
        importance: float,
        evidence: Iterable[EntityId] = (),
    ) -> EntityId:
        """Keep an experience and return it; well above the agent's capacity the least valuable ones go."""
        store = moment.store
        experience = store.spawn(Experience(text, kind, moment.tick, round(importance, 3)))
        store.relate(agent, REMEMBERS, experience)
        for reason in evidence:
            store.relate(experience, EVIDENCE, reason)
        memory = store.change(agent, Memory)
        if kind != "reflection":
            memory.unreflected = round(memory.unreflected + importance, 3)
        kept = store.targets(agent, REMEMBERS)
        if len(kept) > memory.capacity + memory.capacity // _SLACK:
            self._forget(moment, kept[:-1], len(kept) - memory.capacity)
        return experience

    def recall(self, store: Store, tick: int, agent: EntityId, about: str, most: int) -> list[Experience]:
        """Return what comes to mind about something in a tick, at most so many, oldest first."""
        wanted = words_of(about)
        scored = (
            (DECAY ** (tick - found.tick) + found.importance + overlap(wanted, self._words_of(entity, found)), entity)
            for entity, found in self._all(store, agent)
        )
        best = sorted(entity for _, entity in nlargest(most, scored))
        return [store.get(entity, Experience) for entity in best]

    def latest(self, store: Store, agent: EntityId, most: int) -> list[tuple[EntityId, Experience]]:
        """Return the newest experiences, oldest first."""
        kept = store.targets(agent, REMEMBERS)[-most:]
        return [(entity, store.get(entity, Experience)) for entity in kept]

    def _all(self, store: Store, agent: EntityId) -> Iterable[tuple[EntityId, Experience]]:
        table = store.tables[Experience]
        return ((entity, table[entity]) for entity in store.targets(agent, REMEMBERS) if entity in table)

    def _forget(self, moment: Moment, kept: tuple[EntityId, ...], many: int) -> None:
        """Let the least valuable go, several at once: it is looking for them that costs time."""
        table = moment.store.tables[Experience]
        valued = ((_value(table.get(entity), moment.tick), entity) for entity in kept)
        for _, worst in nsmallest(many, valued):
            self._words.pop(worst, None)
            moment.store.despawn(worst)

    def _words_of(self, entity: EntityId, experience: Experience) -> frozenset[str]:
        found = self._words.get(entity)
        if found is None or found[0] != experience.text:
            found = self._words[entity] = (experience.text, words_of(experience.text))
        return found[1]


def _value(found: Experience | None, tick: int) -> float:
    if found is None:
        return -1.0
    kept = 0.5 if found.kind == "reflection" else 0.0
    return DECAY ** (tick - found.tick) + found.importance + kept
