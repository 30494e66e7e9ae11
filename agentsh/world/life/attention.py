"""The Attention system: an agent attends to what weighed most, and what comes from there weighs more from then on."""

from agentsh.core.worlds import EntityId, Level
from agentsh.world.components.behaviour import Fault
from agentsh.world.components.memory import Attention, Perception
from agentsh.world.components.relations import SOURCE
from agentsh.world.life.apart import for_each
from agentsh.world.moment import Moment
from agentsh.world.systems import Stage, system

KEEPS_TICKS = 5
"""After so long without anything from there the focus is lost."""


@system(
    "attention",
    level=Level.CONSCIOUS,
    stage=Stage.PERCEIVE + 5,
    reads=(Perception, SOURCE),
    writes=(Attention, Fault),
)
def attention(moment: Moment) -> None:
    """Turn each agent's attention to the source of what matters most to it."""
    store = moment.store

    def attend(agent: EntityId) -> None:
        found, seen = store.get(agent, Attention), store.get(agent, Perception).seen
        sources = [(one.weight, -index, store.target(one.stimulus, SOURCE)) for index, one in enumerate(seen)]
        strongest = max(((w, i, s) for w, i, s in sources if s is not None and s != agent), default=None)
        focus = None if strongest is None else strongest[2]
        if focus is None and moment.tick - found.since_tick < KEEPS_TICKS:
            return
        if focus is not None or found.focus is not None:
            changed = store.change(agent, Attention)
            changed.focus, changed.since_tick = focus, moment.tick

    for_each(moment, "attention", [entity for entity, _, _ in store.each(Perception, Attention)], attend)
