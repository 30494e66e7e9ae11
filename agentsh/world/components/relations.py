"""How the entities of a world stand to each other."""

from agentsh.world.kinds import RelationKind

OCCUPIES = "occupies"
"""Somebody or something is in a room."""
LEADS_TO = "leads_to"
"""A room has a door to another."""
IN_ROOM = "in_room"
"""A stimulus can be perceived in a room."""
SOURCE = "source"
"""A stimulus comes from somebody or something."""
HOLDS = "holds"
"""Somebody has a thing."""
KNOWS = "knows"
"""Somebody has met another."""
PURSUES = "pursues"
"""Somebody has a goal."""
REMEMBERS = "remembers"
"""Somebody has had an experience."""
EVIDENCE = "evidence"
"""A reflection rests on an experience."""
TOLD_BY = "told_by"
"""An experience was had from somebody's mouth."""
BELONGS = "belongs"
"""Something timed happens in a room."""

RELATIONS: tuple[RelationKind, ...] = (
    RelationKind(OCCUPIES, single=True),
    RelationKind(LEADS_TO),
    RelationKind(IN_ROOM, single=True),
    RelationKind(SOURCE, single=True),
    RelationKind(HOLDS),
    RelationKind(KNOWS),
    RelationKind(PURSUES),
    RelationKind(REMEMBERS),
    RelationKind(EVIDENCE),
    RelationKind(BELONGS, single=True),
    RelationKind(TOLD_BY, single=True),
)
