"""A goal becomes tasks; each is analysed and done, and may bring new ones. The Boss edits them meanwhile.

Sources: AutoGPT, AgentGPT, BabyAGI.
"""

from collections.abc import Sequence

from pydantic import JsonValue

from agentsh.conductors.chair import Chair, Kept
from agentsh.conductors.talk import Talk, is_there
from agentsh.core.ids import ActionName, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.options.goal import GoalOptions
from agentsh.core.plans import SETTLED, Task, Tasks, ready, with_status
from agentsh.engine.plan_fold import has_failed
from agentsh.engine.state import OpenReaction, State
from agentsh.engine.turns import Turn


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


class Goal(Chair[GoalOptions, Memory]):
    """Conducts the work at a goal."""

    def __init__(self) -> None:
        super().__init__(GoalOptions, Memory)

    def members(self, options: GoalOptions) -> tuple[RoleName, ...]:
        """Return who works, and who plans."""
        return (options.worker, options.planner or options.worker)

    def goes_on(self, options: GoalOptions, kept: Kept[Memory]) -> bool:
        """Return whether anything is left to do."""
        return _next(options, kept) is not None

    def next(self, options: GoalOptions, kept: Kept[Memory], state: State) -> list[Turn]:
        """Return the one turn that comes next."""
        found = _next(options, kept)
        if found is None or state.open or not is_there(state, found[0]):
            return []
        role, action, brief = found
        return [kept.memory.turn(role, action, state, brief)]

    def begun(self, options: GoalOptions, before: Memory, message: Message, state: State) -> Kept[Memory]:
        """Return it with a goal that is still to become tasks, or is the first of them."""
        del state
        plans = options.plan is not None
        memory = Memory(boss=(message.id,), planning=plans, summing=True, round=before.round)
        return Kept(memory, () if plans else (Task(id="t1", text=_line(message.content)),))

    def spoken(
        self, options: GoalOptions, kept: Kept[Memory], said: Message, opened: OpenReaction, state: State
    ) -> Kept[Memory] | None:
        """Return how far it is with this."""
        del state
        memory = kept.memory.with_said(said.id, opened.round, options.window)
        return _after(options, Kept(memory, kept.tasks), said, opened.brief)

    def progress(self, options: GoalOptions, kept: Kept[Memory]) -> str:
        """Return how many tasks are settled."""
        del options
        return f"task {sum(task.status in SETTLED for task in kept.tasks)}/{len(kept.tasks)}"


def _next(options: GoalOptions, kept: Kept[Memory]) -> tuple[RoleName, ActionName, JsonObject] | None:
    """Return who does what next; None: nothing is left to do."""
    memory, tasks = kept
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


def _after(options: GoalOptions, kept: Kept[Memory], said: Message, brief: JsonObject) -> Kept[Memory]:
    """Return how far it is once `said` was said."""
    memory, tasks = kept
    data, task = said.data or {}, brief.get("job")
    id_ = str(task.get("id")) if isinstance(task, dict) else ""
    match brief["part"]:
        case "plan":
            return _added(options, memory.model_copy(update={"planning": False}), tasks, data.get("tasks"))
        case "analyse":
            return Kept(memory.model_copy(update={"analysed": id_}), tasks)
        case "execute":
            tasks = with_status(tasks, id_, "failed" if has_failed(said) else "done")
            return _executed(options, memory, tasks, data)
        case "extend":
            return _added(options, memory.model_copy(update={"extending": False}), tasks, data.get("new_tasks"))
        case "finish":
            return Kept(memory.model_copy(update={"summing": False}), tasks)
        case _:
            return kept


def _executed(options: GoalOptions, memory: Memory, tasks: Tasks, data: JsonObject) -> Kept[Memory]:
    """Return how far it is once a task was done: when the goal is reached, what is still open is skipped."""
    if data.get("done") is True:
        tasks = tuple(
            task.model_copy(update={"status": "skipped"}) if task.status == "open" else task for task in tasks
        )
        return Kept(memory.model_copy(update={"extending": False, "analysed": "", "summing": True}), tasks)
    extending = options.extend is not None and memory.made < options.most
    memory = memory.model_copy(update={"extending": extending, "analysed": "", "summing": True})
    return _added(options, memory, tasks, data.get("new_tasks"))


def _added(options: GoalOptions, memory: Memory, tasks: Tasks, new: JsonValue) -> Kept[Memory]:
    """Return the tasks with new ones, as far as there may be so many, and none that is there already."""
    known = {task.text.lower() for task in tasks}
    made: list[Task] = []
    for text in _texts(new):
        if text.lower() not in known and memory.made + len(made) < options.most:
            known.add(text.lower())
            made.append(Task(id=f"t{memory.made + len(made) + 1}", text=text))
    return Kept(memory.model_copy(update={"made": memory.made + len(made)}), (*tasks, *made))


def _texts(new: JsonValue) -> Sequence[str]:
    listed = new if isinstance(new, list) else []
    return [_line(text) for text in listed if isinstance(text, str) and text.strip()]


def _line(text: str) -> str:
    return " ".join(text.split())[:300]
