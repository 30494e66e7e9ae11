"""A goal becomes tasks; each is analysed and done, and may bring new ones. The Boss edits them meanwhile.

Sources: AutoGPT, AgentGPT, BabyAGI.
"""

from collections.abc import Sequence

from pydantic import JsonValue

from agentsh.conductors.talk import Talk, is_there, with_replies
from agentsh.conductors.verification import last_verification
from agentsh.core.ids import BOSS, ActionName, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.options.base import OptionsReader
from agentsh.core.options.goal import GoalOptions
from agentsh.core.plans import SETTLED, Task, Tasks, ready, with_status
from agentsh.engine.plan_fold import has_failed
from agentsh.engine.state import Conduct, State
from agentsh.engine.turns import Ended, Heard, Told, Turn


class Memory(Talk):
    """How far it is, beside the tasks themselves."""

    planning: bool = False
    """Whether the goal is still to become tasks."""
    analysed: str = ""
    """The task that was thought about and is to be done."""
    extending: bool = False
    """Whether the planner is to look for new tasks."""
    summing: bool = False
    """Whether it is still to be summed up."""
    made: int = 0
    """How many tasks roles have made."""


class Goal:
    """Conducts the work at a goal."""

    def __init__(self) -> None:
        self._options = OptionsReader(GoalOptions)

    def turns(self, state: State) -> list[Turn]:
        """Return the one turn that comes next; in the end a verification, if owed."""
        memory = Memory.model_validate(state.conduct.memory)
        if state.facts is None or not memory.boss:
            return []
        options = self._options.of(state.facts.team.team)
        found = _next(options, memory, state.conduct.tasks)
        turns: list[Turn] = []
        if found is not None and not state.open and is_there(state, found[0]):
            turns = [memory.turn(found[0], found[1], state, found[2])]
        turns = with_replies(state, turns, (options.worker, options.planner or options.worker), options.speak)
        return turns if turns or state.open or found is not None else last_verification(state)

    def hear(self, heard: Heard, state: State) -> Conduct:
        """Take in what was said; a Boss who speaks after the end sets another goal."""
        if state.facts is None:
            return state.conduct
        options = self._options.of(state.facts.team.team)
        memory, tasks = Memory.model_validate(state.conduct.memory), state.conduct.tasks
        match heard:
            case Told(message=message) if message.sent_from == BOSS and not message.send_to:
                if not memory.boss or _next(options, memory, tasks) is None:
                    memory, tasks = _begun(options, memory, message)
                else:
                    memory = memory.with_boss(message.id)
            case Ended(opened=opened) if opened.said is not None and "part" in opened.brief:
                memory = memory.with_said(opened.said.id, opened.round, options.window)
                memory, tasks = _after(options, memory, tasks, opened.said, opened.brief)
            case _:
                return state.conduct
        done = sum(task.status in SETTLED for task in tasks)
        return Conduct(memory=memory.model_dump(mode="json"), progress=f"task {done}/{len(tasks)}", tasks=tasks)


def _begun(options: GoalOptions, memory: Memory, message: Message) -> tuple[Memory, Tasks]:
    begun = Memory(boss=(message.id,), planning=options.plan is not None, summing=True, round=memory.round)
    return begun, () if options.plan is not None else (Task(id="t1", text=_line(message.content)),)


def _next(options: GoalOptions, memory: Memory, tasks: Tasks) -> tuple[RoleName, ActionName, JsonObject] | None:
    """Return who does what next; None: nothing is left to do."""
    planner = options.planner or options.worker
    listed: JsonObject = {
        "done": [f"{task.id}: {task.text} ({task.status})" for task in tasks if task.status in SETTLED],
        "open": [f"{task.id}: {task.text}" for task in tasks if task.status == "open"],
        "most": max(options.most - memory.made, 0),
    }
    if memory.planning and options.plan is not None:
        return planner, options.plan, {"part": "plan", **listed}
    if memory.extending and options.extend is not None:
        return planner, options.extend, {"part": "extend", **listed}
    if open_ := ready(tasks):
        task: JsonObject = {"job": {"id": open_[0].id, "text": open_[0].text}}
        if options.analyse is not None and memory.analysed != open_[0].id:
            return options.worker, options.analyse, {"part": "analyse", **listed, **task}
        return options.worker, options.execute, {"part": "execute", **listed, **task}
    if memory.summing and options.finish is not None:
        return planner, options.finish, {"part": "finish", **listed}
    return None


def _after(
    options: GoalOptions, memory: Memory, tasks: Tasks, said: Message, brief: JsonObject
) -> tuple[Memory, Tasks]:
    """Return how far it is once `said` was said."""
    data, task = said.data or {}, brief.get("job")
    id_ = str(task.get("id")) if isinstance(task, dict) else ""
    match brief["part"]:
        case "plan":
            return _added(options, memory.model_copy(update={"planning": False}), tasks, data.get("tasks"))
        case "analyse":
            return memory.model_copy(update={"analysed": id_}), tasks
        case "execute":
            tasks = with_status(tasks, id_, "failed" if has_failed(said) else "done")
            return _executed(options, memory, tasks, data)
        case "extend":
            return _added(options, memory.model_copy(update={"extending": False}), tasks, data.get("new_tasks"))
        case "finish":
            return memory.model_copy(update={"summing": False}), tasks
        case _:
            return memory, tasks


def _executed(options: GoalOptions, memory: Memory, tasks: Tasks, data: JsonObject) -> tuple[Memory, Tasks]:
    """Return how far it is once a task was done: when the goal is reached, what is still open is skipped."""
    if data.get("done") is True:
        tasks = tuple(
            task.model_copy(update={"status": "skipped"}) if task.status == "open" else task for task in tasks
        )
        return memory.model_copy(update={"extending": False, "analysed": "", "summing": True}), tasks
    extending = options.extend is not None and memory.made < options.most
    memory = memory.model_copy(update={"extending": extending, "analysed": "", "summing": True})
    return _added(options, memory, tasks, data.get("new_tasks"))


def _added(options: GoalOptions, memory: Memory, tasks: Tasks, new: JsonValue) -> tuple[Memory, Tasks]:
    """Return the tasks with new ones, as far as there may be so many, and none that is there already."""
    known = {task.text.lower() for task in tasks}
    made: list[Task] = []
    for text in _texts(new):
        if text.lower() not in known and memory.made + len(made) < options.most:
            known.add(text.lower())
            made.append(Task(id=f"t{memory.made + len(made) + 1}", text=text))
    return memory.model_copy(update={"made": memory.made + len(made)}), (*tasks, *made)


def _texts(new: JsonValue) -> Sequence[str]:
    listed = new if isinstance(new, list) else []
    return [_line(text) for text in listed if isinstance(text, str) and text.strip()]


def _line(text: str) -> str:
    return " ".join(text.split())[:300]
