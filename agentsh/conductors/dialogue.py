"""Two roles at one task: one instructs, one answers, until the instructor calls it done. Source: CAMEL's role-playing.

Before it the task may be made definite and planned; at each turn a critic may pick among several proposals.
"""

from typing import Literal

from agentsh.conductors.mind import Mind
from agentsh.conductors.verification import last_verification
from agentsh.core.ids import BOSS, ActionName, MessageId, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.options.base import OptionsReader
from agentsh.core.options.dialogue import DialogueOptions
from agentsh.engine.state import Conduct, State
from agentsh.engine.turns import Ended, Heard, Told, Turn

MOST_OF_THE_BOSS = 8

Part = Literal["specify", "plan", "instruct", "answer", "judge", "report", "over"]
Said = Literal["instruct", "answer"]


class Proposal(Frozen):
    """One of the words that may be said next."""

    id: MessageId
    ends: bool


class Memory(Frozen):
    """How far the dialogue is: as large as its window, however long it gets."""

    boss: tuple[MessageId, ...] = ()
    task: tuple[MessageId, ...] = ()
    """What made it definite."""
    next: Part = "over"
    of: Said = "instruct"
    """Whose turn it is to say something: proposals and the critic are for it."""
    proposals: tuple[Proposal, ...] = ()
    talk: tuple[MessageId, ...] = ()
    turns: int = 0
    round: int = 0


class Dialogue:
    """Conducts a dialogue."""

    def __init__(self) -> None:
        self._options = OptionsReader(DialogueOptions)
        self._mind = Mind(Memory)

    def turns(self, state: State) -> list[Turn]:
        """Return the one turn that comes next; none while it is under way; in the end a verification, if owed."""
        memory = self._mind.recall(state.conduct)
        if state.open or state.facts is None or not memory.boss:
            return []
        if memory.next == "over":
            return last_verification(state)
        options = self._options.of(state.facts.team.team)
        role, action = _duty(options, memory.next)
        if role is None or role not in state.roles or state.roles[role].fired:
            return []
        proposed = [proposal.id for proposal in memory.proposals] if memory.next == "judge" else []
        said = (*memory.boss, *state.roles[role].due, *memory.task, *memory.talk, *proposed)
        return [
            Turn(
                role=role,
                observed=tuple(dict.fromkeys(said)),
                round=memory.round + 1,
                action=action,
                brief=_brief(options, memory),
            )
        ]

    def hear(self, heard: Heard, state: State) -> Conduct:
        """Take in what was said; a Boss who speaks after the end begins another dialogue."""
        memory = self._mind.recall(state.conduct)
        if state.facts is None:
            return state.conduct
        options = self._options.of(state.facts.team.team)
        match heard:
            case Told(message=message) if message.sent_from == BOSS:
                memory = _with_boss(options, memory, message)
            case Ended(opened=opened) if "part" in opened.brief:
                memory = memory.model_copy(update={"round": opened.round})
                memory = _after(options, memory, opened.said) if opened.said is not None else memory
            case _:
                return state.conduct
        return self._mind.keep(memory, _progress(options, memory))


def _duty(options: DialogueOptions, part: Part) -> tuple[RoleName | None, ActionName]:
    match part:
        case "specify":
            return options.specifier, options.specify
        case "plan":
            return options.planner, options.plan
        case "judge":
            return options.critic, options.judge
        case "report":
            return options.reporter, options.report
        case "instruct":
            return options.instructor, options.instruct
        case _:
            return options.assistant, options.answer


def _brief(options: DialogueOptions, memory: Memory) -> JsonObject:
    speaks_to = options.assistant if memory.next == "instruct" else options.instructor
    brief: JsonObject = {
        "part": memory.next,
        "turn": memory.turns + (0 if memory.of == "answer" else 1),
        "turns": options.turns,
        "assistant": options.assistant,
        "instructor": options.instructor,
        "partner": speaks_to,
        "speaker": options.instructor if memory.of == "instruct" else options.assistant,
        "proposal": len(memory.proposals) + 1,
    }
    if memory.next == "judge":
        brief["choices"] = [str(number + 1) for number in range(len(memory.proposals))]
    return brief


def _with_boss(options: DialogueOptions, memory: Memory, message: Message) -> Memory:
    boss = (*memory.boss, message.id)[-MOST_OF_THE_BOSS:]
    if memory.next != "over":
        return memory.model_copy(update={"boss": boss})
    return Memory(boss=boss, next=_first(options), round=memory.round)


def _first(options: DialogueOptions) -> Part:
    if options.specifier is not None:
        return "specify"
    return "plan" if options.planner is not None else "instruct"


def _after(options: DialogueOptions, memory: Memory, said: Message) -> Memory:
    """Return how far it is once `said` was said."""
    data = said.data or {}
    match memory.next:
        case "specify":
            follows: Part = "plan" if options.planner is not None else "instruct"
            return memory.model_copy(update={"task": (*memory.task, said.id), "next": follows})
        case "plan":
            return memory.model_copy(update={"task": (*memory.task, said.id), "next": "instruct"})
        case "report":
            return memory.model_copy(update={"next": "over"})
        case "judge":
            return _goes_on(options, memory, memory.proposals[int(str(data.get("choice", 1))) - 1])
        case _:
            # Before anything was answered nothing can be done, whatever a weak instructor says.
            ends = memory.of == "instruct" and memory.turns > 0 and data.get(options.until) is True
            return _proposed(options, memory, Proposal(id=said.id, ends=ends))


def _proposed(options: DialogueOptions, memory: Memory, proposal: Proposal) -> Memory:
    proposals = (*memory.proposals, proposal)
    if options.proposals == 1 or options.critic is None:
        return _goes_on(options, memory, proposal)
    follows = "judge" if len(proposals) >= options.proposals else memory.next
    return memory.model_copy(update={"proposals": proposals, "next": follows})


def _goes_on(options: DialogueOptions, memory: Memory, said: Proposal) -> Memory:
    """Return how far it is once this was really said."""
    talk = (*memory.talk, said.id)[-options.window :]
    turns = memory.turns + (memory.of == "instruct")
    over = said.ends or (memory.of == "answer" and turns >= options.turns)
    speaks: Said = "answer" if memory.of == "instruct" else "instruct"
    end: Part = "over" if options.reporter is None else "report"
    changed = {"talk": talk, "turns": turns, "proposals": (), "of": speaks, "next": end if over else speaks}
    return memory.model_copy(update=changed)


def _progress(options: DialogueOptions, memory: Memory) -> str:
    if memory.next in ("specify", "plan", "report"):
        return memory.next
    return f"turn {max(memory.turns, 1)}/{options.turns}"
