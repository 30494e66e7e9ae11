"""A chain of phases: each a talk of two roles, one who instructs and one who answers. Source: ChatDev.

Phases follow each other, run side by side where they do not wait for each other, and go through cycles.
"""

from collections.abc import Iterator, Sequence

from agentsh.conductors.course import Course, Courses, begun, gone_on
from agentsh.conductors.mind import Mind
from agentsh.conductors.verification import last_verification
from agentsh.core.ids import BOSS, MessageId
from agentsh.core.messages import Message
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.options.base import OptionsReader
from agentsh.core.options.chain import ChainOptions, Duty, Talk
from agentsh.engine.state import Conduct, State
from agentsh.engine.turns import Ended, Heard, Told, Turn

MOST_OF_THE_BOSS = 8
"""So many of the Boss's newest messages are shown in each phase."""


class Memory(Frozen):
    """What a chain keeps in mind: as large as it has phases, however much is said in them."""

    boss: tuple[MessageId, ...] = ()
    courses: Courses = {}


class Chain:
    """Conducts a chain."""

    def __init__(self) -> None:
        self._options = OptionsReader(ChainOptions)
        self._mind = Mind(Memory)

    def turns(self, state: State) -> list[Turn]:
        """Return the next turn of each phase that can go on; after the last one a verification, if it is owed."""
        memory = self._mind.recall(state.conduct)
        if not memory.boss or (options := self._read(state)) is None:
            return []
        talks = list(_current(options.talks, memory, state))
        if talks or state.open:
            found = (_turn(talk, options, memory, state) for talk in talks)
            return [turn for turn in found if turn is not None]
        return last_verification(state)

    def hear(self, heard: Heard, state: State) -> Conduct:
        """Go on with the phase whose turn has ended; a Boss who speaks after the last phase begins anew."""
        memory = self._mind.recall(state.conduct)
        if (options := self._read(state)) is None:
            return state.conduct
        match heard:
            case Told(message=message) if message.sent_from == BOSS:
                memory = _with_boss(message, options, memory, state)
            case Ended(opened=opened) if "phase" in opened.brief:
                memory = memory.model_copy(update={"courses": gone_on(options, memory.courses, opened)})
            case _:
                return state.conduct
        return self._mind.keep(memory, _progress(options, memory, state))

    def _read(self, state: State) -> ChainOptions | None:
        return None if state.facts is None else self._options.of(state.facts.team.team)


def _with_boss(message: Message, options: ChainOptions, memory: Memory, state: State) -> Memory:
    anew = not state.open and not any(_current(options.talks, memory, state))
    boss = (*memory.boss, message.id)[-MOST_OF_THE_BOSS:]
    return Memory(boss=boss, courses={} if anew else memory.courses)


def _progress(options: ChainOptions, memory: Memory, state: State) -> str:
    left = [talk for talk in options.talks if not _is_over(talk, memory, state)]
    number = len(options.talks) - max(len(left) - 1, 0)
    return f"phase {number}/{len(options.talks)}" + (f" {left[0].phase.name}" if left else "")


def _is_over(talk: Talk, memory: Memory, state: State) -> bool:
    """Return whether a phase is over, or can never be: somebody in it has left."""
    course = memory.courses.get(talk.path)
    if course is not None and course.next == "over":
        return True
    if talk.inner:
        return all(_is_over(inner, memory, state) for inner in talk.inner)
    for duty in talk.duties.values():
        role = None if duty.role is None else state.roles.get(duty.role)
        if role is None or role.fired:
            return True
    return False


def _current(talks: Sequence[Talk], memory: Memory, state: State) -> Iterator[Talk]:
    """Yield the phases that can go on, or do."""
    over = {talk.path for talk in talks if _is_over(talk, memory, state)}
    for talk in talks:
        if talk.path in over or not over.issuperset(talk.waits_for):
            continue
        yield from _current(talk.inner, memory, state) if talk.inner else (talk,)


def _turn(talk: Talk, options: ChainOptions, memory: Memory, state: State) -> Turn | None:
    """Return the next turn of a phase; None: it has one, or the role is busy elsewhere."""
    course = memory.courses.get(talk.path) or begun(talk)
    duty = talk.duties[course.next] if course.next != "over" else None
    busy = any(opened.brief.get("phase") == talk.path for opened in state.open.values())
    if duty is None or duty.role is None or busy or state.roles[duty.role].current is not None:
        return None
    known = [memory.courses[path] for path in options.known[talk.path] if path in memory.courses]
    said = (*memory.boss, *_results(talk, options, memory), *course.talk, *state.roles[duty.role].due)
    return Turn(
        role=duty.role,
        observed=tuple(dict.fromkeys(said)),
        round=1 + max((earlier.round for earlier in known), default=0),
        action=duty.action,
        brief=_brief(talk, duty, course, options, memory),
    )


def _results(talk: Talk, options: ChainOptions, memory: Memory) -> Iterator[MessageId]:
    """Yield what earlier phases came to, in the order of the file."""
    wanted = talk.phase.context
    for path in options.known[talk.path]:
        course = memory.courses.get(path)
        if course is None or course.result is None or (path == talk.path and course.talk):
            continue
        if wanted is None or options.by_path[path].phase.name in wanted:
            yield course.result


def _brief(talk: Talk, duty: Duty, course: Course, options: ChainOptions, memory: Memory) -> JsonObject:
    above = next(iter(options.above[talk.path]), None)
    around = Course() if above is None else memory.courses.get(above.path) or Course()
    return {
        "phase": talk.path,
        "part": course.next,
        "task": talk.phase.task,
        "assistant": talk.habits.assistant,
        "user": talk.habits.user,
        "partner": talk.habits.user if duty.speaks == "assistant" else talk.habits.assistant,
        "turn": course.answers + 1,
        "turns": talk.habits.turns,
        "cycle": around.cycle,
        "cycles": 1 if above is None else above.phase.repeat,
    }
