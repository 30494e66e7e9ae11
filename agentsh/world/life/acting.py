"""The Action system: what is pending is done, or told why not; the room sees it and the actor feels what came of it."""

from collections.abc import Sequence

from agentsh.core.worlds import EntityId, Level
from agentsh.world.actions.registry import Actions
from agentsh.world.components.appearance import Appearance
from agentsh.world.components.behaviour import (
    Act,
    Action,
    ActionResult,
    Attempt,
    Fault,
    Health,
    ProcessingState,
    RecentActions,
)
from agentsh.world.components.environment import Floor, Inventory, Item, Manners, Room, Stimulus, Usable
from agentsh.world.components.identity import GameMaster, Npc, Profile
from agentsh.world.components.memory import Experience, Memory
from agentsh.world.components.relations import EVIDENCE, HOLDS, IN_ROOM, LEADS_TO, OCCUPIES, REMEMBERS, SOURCE
from agentsh.world.life.apart import for_each
from agentsh.world.minds import Agent, Name
from agentsh.world.moment import Moment
from agentsh.world.rules.registry import Rules
from agentsh.world.services.events import Events
from agentsh.world.services.scene import Scene, room_of
from agentsh.world.systems import Stage, system

MOST_RECENT = 8
_SPEAK = "speak"


@system(
    "acting",
    level=Level.CONSCIOUS,
    stage=Stage.ACT,
    period_ticks=1,
    reads=(Agent, Room, Inventory, Usable, Manners, Npc, GameMaster, Profile),
    writes=(
        *(Action, RecentActions, Appearance, Attempt, Health, ProcessingState, Floor, Item, Name, Stimulus, Fault),
        *(Experience, Memory, OCCUPIES, HOLDS, LEADS_TO, IN_ROOM, SOURCE, REMEMBERS, EVIDENCE),
    ),
)
def acting(moment: Moment) -> None:
    """Do what is pending, in the order of the entities: who comes first gets the thing, the next is told who has it."""
    pending = {agent: found.pending for agent, found in moment.store.each(Action) if found.pending is not None}
    unheard = _unheard(moment, pending)
    for_each(moment, "acting", sorted(pending), lambda agent: _act(moment, agent, unheard.get(agent, "")))


def _act(moment: Moment, agent: EntityId, unheard: str) -> None:
    store = moment.store
    action = store.change(agent, Action)
    act, action.pending = action.pending, None
    if act is None:
        return
    held = store.targets(agent, HOLDS)
    result = _result(moment, agent, act, unheard)
    store.change(agent, Action).last = result
    _note(moment, agent, result)
    events = moment.resource(Events)
    if not result.quiet:
        events.feel(moment, agent, "result", result.text)
    events.tell(moment, agent, _told(act, result))
    if store.targets(agent, HOLDS) != held:
        _show_hands(moment, agent)


def _result(moment: Moment, agent: EntityId, act: Act, unheard: str) -> ActionResult:
    if unheard:
        return ActionResult(act.line, success=False, text=unheard, tick=moment.tick)
    try:
        return moment.resource(Actions).perform(Scene(moment, agent), act)
    except Exception as error:  # noqa: BLE001  an action is anybody's code: its actor is told, as of any other failure
        moment.tell(f"action {act.line!r} failed: {type(error).__name__}: {error}", hint="it is told to its actor only")
        return ActionResult(act.line, success=False, text="Something went wrong; nothing happens.", tick=moment.tick)


def _note(moment: Moment, agent: EntityId, result: ActionResult) -> None:
    if not moment.store.has(agent, RecentActions):
        moment.store.put(agent, RecentActions())
    recent = moment.store.change(agent, RecentActions)
    recent.results = [*recent.results, result][-MOST_RECENT:]


def _told(act: Act, result: ActionResult) -> str:
    done = f'{act.line} "{act.words}"' if act.words else act.line
    return done if result.success else f"tried to {done}. {result.text}"


def _show_hands(moment: Moment, agent: EntityId) -> None:
    """Let others see what somebody holds now."""
    if not moment.store.has(agent, Appearance):
        return
    names = Scene(moment, agent).names(moment.store.targets(agent, HOLDS))
    looks = moment.store.change(agent, Appearance)
    looks.doing = f"holding {', '.join(names)}" if names else "holding nothing"
    looks.changed_tick = moment.tick


def _unheard(moment: Moment, pending: dict[EntityId, Act]) -> dict[EntityId, str]:
    """Return who speaks in this tick and is not heard, by the manners of the room, each with why."""
    speaking: dict[EntityId, list[tuple[EntityId, str]]] = {}
    for agent, act in sorted(pending.items()):
        room = room_of(moment.store, agent)
        if act.line == _SPEAK and room is not None and moment.store.has(room, Manners):
            speaking.setdefault(room, []).append((agent, act.words))
    unheard: dict[EntityId, str] = {}
    for room, said in speaking.items():
        counting = _counting(moment, room, said)
        others = ", ".join(Scene(moment, room).names(counting)) or "somebody"
        unheard |= {agent: f"Nobody heard you: {others} spoke." for agent, _ in said if agent not in counting}
    return unheard


def _counting(moment: Moment, room: EntityId, said: Sequence[tuple[EntityId, str]]) -> Sequence[EntityId]:
    manners = moment.store.get(room, Manners)
    leader = Scene(moment, said[0][0])
    named = leader.among([leader.actor, *leader.people], manners.leader)
    return moment.resource(Rules).selector(manners.selector)(said, manners, named)
