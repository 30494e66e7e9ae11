"""How far each phase of a chain is, and how it goes on when a turn in it has ended."""

from collections.abc import Mapping
from typing import Literal

from agentsh.core.ids import MessageId
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.options.chain import ChainOptions, Part, Talk
from agentsh.engine.state import OpenReaction


class Course(Frozen):
    """How far one phase is."""

    next: Part | Literal["over"] = "answer"
    talk: tuple[MessageId, ...] = ()
    """What was said in it, in this cycle."""
    answers: int = 0
    asked: int = 0
    """How often the assistant has asked for details."""
    round: int = 0
    cycle: int = 1
    result: MessageId | None = None
    """What it has come to; before its end in this cycle, what it came to in the one before."""


Courses = dict[str, Course]
"""By the phase's path."""


def begun(talk: Talk, before: Course | None = None) -> Course:
    """Return the beginning of a phase; `before`: how it ended in the cycle before."""
    kept = {} if before is None else {"result": before.result, "round": before.round}
    return Course(next="clarify" if talk.habits.ask_back else "answer").model_copy(update=kept)


def gone_on(options: ChainOptions, courses: Courses, opened: OpenReaction) -> Courses:
    """Return how far all phases are once this turn has ended."""
    path = str(opened.brief.get("phase"))
    if (talk := options.by_path.get(path)) is None:
        return courses
    found = courses | {path: _after(talk, courses.get(path) or begun(talk), opened)}
    for above in options.above[path]:
        found = _come_round(above, talk, found, opened)
    return found


def _after(talk: Talk, course: Course, opened: OpenReaction) -> Course:
    data = _data(opened)
    said = () if opened.said is None else (opened.said.id,)
    went = course.model_copy(update={"round": opened.round, "talk": (*course.talk, *said)})
    match course.next:
        case "clarify" if data.get("clear") is False:
            return went.model_copy(update={"next": "explain", "asked": course.asked + 1})
        case "clarify":
            # Nothing was asked, so there is nothing to be shown.
            return course.model_copy(update={"next": "answer", "round": opened.round})
        case "explain":
            more = course.asked < talk.habits.ask_back
            return went.model_copy(update={"next": "clarify" if more else "answer"})
        case "instruct":
            return went.model_copy(update={"next": "answer"})
        case _:
            return _answered(talk, went, data, said[0] if said else course.result)


def _answered(talk: Talk, course: Course, data: JsonObject, result: MessageId | None) -> Course:
    answers = course.answers + 1
    if course.next == "conclude" or any(data.get(flag) is True for flag in talk.phase.until):
        follows: Part | Literal["over"] = "over"
    elif answers < talk.habits.turns:
        follows = "instruct"
    else:
        follows = "conclude" if talk.concludes else "over"
    return course.model_copy(update={"answers": answers, "next": follows, "result": result})


def _come_round(above: Talk, talk: Talk, courses: Courses, opened: OpenReaction) -> Courses:
    """Return the courses once a phase within `above` had a turn: that may be over now, or begin its next cycle."""
    course = courses.get(above.path) or Course()
    ends = _ends(above, talk, courses, _data(opened))
    if not ends and not all(_is_over(inner, courses) for inner in above.inner):
        return courses | {above.path: course}
    if ends or course.cycle >= above.phase.repeat:
        return courses | {above.path: course.model_copy(update={"next": "over"})}
    again = {inner.path: begun(inner, courses.get(inner.path)) for inner in above.all()}
    return courses | again | {above.path: Course(cycle=course.cycle + 1)}


def _ends(above: Talk, talk: Talk, courses: Mapping[str, Course], data: JsonObject) -> bool:
    """Return whether what was said last ends the phases around it at once."""
    if talk not in above.inner or not _is_over(talk, courses):
        return False
    return any(data.get(end.partition(".")[2]) is True for end in above.phase.until if _names(end, talk))


def _names(end: str, talk: Talk) -> bool:
    return end.partition(".")[0] == talk.phase.name


def _is_over(talk: Talk, courses: Mapping[str, Course]) -> bool:
    course = courses.get(talk.path)
    return course is not None and course.next == "over"


def _data(opened: OpenReaction) -> JsonObject:
    return (opened.said.data or {}) if opened.said is not None else {}
