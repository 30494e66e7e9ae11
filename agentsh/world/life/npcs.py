"""Those who live by rules: they greet who comes in, and answer when one of their words is said."""

from agentsh.core.worlds import EntityId, Level
from agentsh.world.components.behaviour import Action, Fault
from agentsh.world.components.environment import Stimulus
from agentsh.world.components.identity import Npc
from agentsh.world.components.memory import Perception, Seen
from agentsh.world.components.relations import IN_ROOM, OCCUPIES, SOURCE
from agentsh.world.life.apart import for_each
from agentsh.world.minds import Agent, Name
from agentsh.world.moment import Moment
from agentsh.world.services.events import Events
from agentsh.world.services.memories import words_of
from agentsh.world.services.scene import name_of
from agentsh.world.systems import Stage, system


@system(
    "npcs",
    level=Level.CONSCIOUS,
    stage=Stage.THINK + 2,
    reads=(Npc, Perception, Name, Agent, Action, OCCUPIES),
    writes=(Stimulus, Fault, IN_ROOM, SOURCE),
)
def npcs(moment: Moment) -> None:
    """Let each of them say its line, once a tick at the most."""
    store = moment.store
    for_each(
        moment, "npcs", [entity for entity, _, _ in store.each(Perception, Npc)], lambda npc: _respond(moment, npc)
    )


def _respond(moment: Moment, entity: EntityId) -> None:
    npc, name = moment.store.get(entity, Npc), name_of(moment.store, entity)
    lines = (_line(npc, one) for one in moment.store.get(entity, Perception).seen if one.source != name)
    if line := next((line for line in lines if line), ""):
        moment.resource(Events).around(moment, entity, "speech", f'{name} says: "{line}"')
        moment.resource(Events).tell(moment, entity, f'speak "{line}"')


def _line(npc: Npc, one: Seen) -> str:
    if one.kind == "arrival":
        return npc.greeting
    if one.kind != "speech":
        return ""
    said = words_of(one.text)
    return next((answer for word, answer in npc.answers.items() if words_of(word) & said), "")
