"""Who knows of something, and from whom: what is remembered of it, followed back to whoever saw or made it."""

from dataclasses import dataclass

from agentsh.core.worlds import EntityId
from agentsh.world.components.memory import Experience
from agentsh.world.components.relations import REMEMBERS, TOLD_BY
from agentsh.world.services.memories import words_of
from agentsh.world.store import Store


@dataclass(frozen=True, slots=True)
class Known:
    """One memory of it.

    Attributes:
        who: has it.
        experience: what is remembered, since when, and how it came about.
        heard_from: who told it; None: nobody did.
    """

    who: EntityId
    experience: Experience
    heard_from: EntityId | None


def known(store: Store, words: str) -> list[Known]:
    """Return all memories that hold all of these words, oldest first; a world without memories has none."""
    wanted = words_of(words)
    if Experience not in store.tables or not wanted:
        return []
    found = [
        Known(who, experience, store.target(entity, TOLD_BY))
        for entity, experience in store.each(Experience)
        if wanted <= words_of(experience.text)
        for who in store.sources(entity, REMEMBERS)
    ]
    return sorted(found, key=lambda one: (one.experience.tick, one.who))
