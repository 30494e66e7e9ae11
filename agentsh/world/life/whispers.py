"""What people whisper to an agent becomes one of its memories; nobody else hears it. Source: Generative Agents."""

from agentsh.core.ids import WHISPER
from agentsh.core.worlds import EntityId, Level
from agentsh.world.components.behaviour import Fault
from agentsh.world.components.memory import Experience, Memory
from agentsh.world.components.relations import EVIDENCE, REMEMBERS
from agentsh.world.life.apart import for_each
from agentsh.world.minds import Agent, Name
from agentsh.world.moment import Moment
from agentsh.world.services.memories import Memories
from agentsh.world.systems import system

_STAGE = 6
_WEIGHT = 0.9


@system(
    "whispers",
    level=Level.CONSCIOUS,
    stage=_STAGE,
    period_ticks=1,
    reads=(Agent, Name),
    writes=(Memory, Experience, Fault, REMEMBERS, EVIDENCE),
)
def whispers(moment: Moment) -> None:
    """Let each remember what was whispered to it."""
    for letter in (letter for letter in moment.letters if letter.cause_by == WHISPER):
        text = " ".join(letter.content.split())
        to = [agent for agent, found, _ in moment.store.each(Agent, Memory) if found.role in letter.send_to]

        def keep(agent: EntityId, text: str = text) -> None:
            moment.resource(Memories).remember(moment, agent, text, "told", _WEIGHT)

        for_each(moment, "whispers", to, keep)
