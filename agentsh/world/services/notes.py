"""What systems note about an entity in this tick, for whoever inspects it: gone with the next, and never stored."""

from agentsh.core.worlds import EntityId
from agentsh.world.components.utility import Debug
from agentsh.world.store import Store


def note(store: Store, entity: EntityId, text: str) -> None:
    """Note something about an entity. The system that does declares that it writes `Debug`."""
    if not store.has(entity, Debug):
        store.put(entity, Debug())
    store.change(entity, Debug).notes.append(text)
