"""Small worlds for tests, written as a file's author would."""

from agentsh.core.worlds import WorldCard
from agentsh.library.world_entities import entities_of
from agentsh.library.world_sheets import WorldSheet, clock_s

PLACES = {"Hall": {"doors": ["Yard"]}, "Yard": {}, "Cave": {}}


def card(agents: dict[str, object], **more: object) -> WorldCard:
    """Return a world: agents by name, in the Hall unless they say otherwise, and whatever else a file may say."""
    people = {name: {"in": "Hall", **(fields if isinstance(fields, dict) else {})} for name, fields in agents.items()}
    sheet = WorldSheet.model_validate({"name": "small", "rooms": PLACES, "agents": people, **more})
    return WorldCard(
        name=sheet.name,
        entities=entities_of(sheet),
        lock=True,
        levels=sheet.levels,
        seconds_per_tick=sheet.seconds_per_tick,
        starts_at_s=clock_s(sheet.starts_at),
    )
