"""Takes in what arrived: thoughts, for the system that asked; that none came; what people say to the whole world."""

from agentsh.core.ids import SPOKEN_TO, WHISPER
from agentsh.core.messages import Message
from agentsh.core.worlds import EntityId, Level
from agentsh.world.components.behaviour import Conclusions, Fault, ProcessingState
from agentsh.world.components.environment import Room, Stimulus
from agentsh.world.components.relations import IN_ROOM, OCCUPIES, SOURCE
from agentsh.world.components.utility import Debug
from agentsh.world.life.apart import for_each
from agentsh.world.minds import Agent, Name, NoReply, Reply
from agentsh.world.moment import Moment
from agentsh.world.services.events import Events
from agentsh.world.services.notes import note
from agentsh.world.services.prompts import THINK
from agentsh.world.services.scene import name_of
from agentsh.world.systems import system

LONGEST_REST_TICKS = 64
_STAGE = 5


@system(
    "answers",
    level=Level.CONSCIOUS,
    stage=_STAGE,
    period_ticks=1,
    reads=(Reply, NoReply, Name, Room, OCCUPIES),
    writes=(Conclusions, ProcessingState, Stimulus, Fault, Debug, IN_ROOM, SOURCE),
)
def answers(moment: Moment) -> None:
    """Keep each answer until the system that asked is due; an agent that has none rests before it is asked again."""
    store = moment.store

    def conclude(agent: EntityId) -> None:
        reply = store.get(agent, Reply)
        if not store.has(agent, Conclusions):
            store.put(agent, Conclusions())
        said = reply.data.get("task")
        task = said if isinstance(said, str) else THINK
        store.change(agent, Conclusions).waiting[task] = dict(reply.data)
        note(store, agent, f"answered {task}: {reply.message}")
        if store.has(agent, ProcessingState):
            state = store.change(agent, ProcessingState)
            state.asked, state.failures = "", 0

    def rest(agent: EntityId) -> None:
        reason = store.get(agent, NoReply).reason
        moment.tell(f"{name_of(store, agent)} has no thought: {reason}", hint="the world goes on; it is asked again")
        note(store, agent, f"no thought: {reason}")
        if store.has(agent, ProcessingState):
            state = store.change(agent, ProcessingState)
            state.asked, state.owes = "", True
            state.failures += 1
            state.until_tick = moment.tick + min(2**state.failures, LONGEST_REST_TICKS)

    for_each(moment, "answers", [entity for entity, _ in store.each(Reply)], conclude)
    for_each(moment, "answers", [entity for entity, _ in store.each(NoReply)], rest)
    for letter in (letter for letter in moment.letters if letter.cause_by != WHISPER):
        _hear(moment, letter)


def _hear(moment: Moment, letter: Message) -> None:
    """Let a voice be heard in every room; or, when it is for some, by them alone."""
    store, events, said = moment.store, moment.resource(Events), letter.content.strip()
    if letter.cause_by == SPOKEN_TO:
        for agent in [agent for agent, found in store.each(Agent) if found.role in letter.send_to]:
            events.feel(moment, agent, "event", f'A voice says to you: "{said}"')
        return
    for room, _ in store.each(Room):
        events.emit(moment, "event", f'A voice says: "{said}"', room)
