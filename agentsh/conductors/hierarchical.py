"""A hierarchy: the manager's tasks are done as soon as nothing holds them up, then the manager combines what came."""

from typing import Literal

from agentsh.conductors.chair import Chair, Kept
from agentsh.conductors.talk import Talk, is_gone, is_there
from agentsh.core.ids import RoleName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.options.hierarchical import HierarchicalOptions
from agentsh.core.plans import SETTLED, Task, Tasks, ready, with_status
from agentsh.engine.plan_fold import has_failed, plan_in
from agentsh.engine.state import OpenReaction, State
from agentsh.engine.turns import Turn


class Memory(Talk):
    """How far the work is."""

    part: Literal["give", "work", "combine", "over"] = "over"
    rounds: int = 0
    """How often tasks were given."""
    missing: str = ""
    """What the manager found missing."""


class Hierarchical(Chair[HierarchicalOptions, Memory]):
    """Conducts a hierarchy."""

    def __init__(self) -> None:
        super().__init__(HierarchicalOptions, Memory)

    def members(self, options: HierarchicalOptions) -> tuple[RoleName, ...]:
        """Return the manager and the workers."""
        return (options.manager, *options.workers)

    def goes_on(self, options: HierarchicalOptions, kept: Kept[Memory]) -> bool:
        """Return whether the manager has not ended it."""
        del options
        return kept.memory.part != "over"

    def next(self, options: HierarchicalOptions, kept: Kept[Memory], state: State) -> list[Turn]:
        """Return the turns of workers whose tasks are held up by nothing, or the manager's."""
        memory, tasks = kept
        if ready(tasks) and memory.part != "give":
            return _tasks(options, memory, state)
        return [] if state.open or memory.part == "over" else _managed(options, memory, state)

    def begun(self, options: HierarchicalOptions, before: Memory, message: Message, state: State) -> Kept[Memory]:
        """Return it with the Boss's request, which all work at, or the manager divides first."""
        del state
        to_all = options.how == "broadcast"
        memory = Memory(boss=(message.id,), part="work" if to_all else "give", round=before.round)
        return Kept(memory, _for_all(options) if to_all else ())

    def spoken(
        self, options: HierarchicalOptions, kept: Kept[Memory], said: Message, opened: OpenReaction, state: State
    ) -> Kept[Memory] | None:
        """Return how far the work is with this."""
        del state
        memory = kept.memory.with_said(said.id, opened.round, options.window)
        return _after(options, Kept(memory, kept.tasks), said, opened.brief)

    def progress(self, options: HierarchicalOptions, kept: Kept[Memory]) -> str:
        """Return how many tasks are settled."""
        del options
        done = sum(task.status in SETTLED for task in kept.tasks)
        return f"tasks {done}/{len(kept.tasks)}" if kept.tasks else ""


def _for_all(options: HierarchicalOptions) -> Tasks:
    return tuple(Task(id=name, text="Your answer to the Boss", by=name) for name in options.workers)


def _tasks(options: HierarchicalOptions, memory: Memory, state: State) -> list[Turn]:
    """Return a turn for each worker with a task that nothing holds up: the first of its own."""
    found: dict[RoleName, Turn] = {}
    for task in ready(state.conduct.tasks):
        name = next((name for name in (RoleName(task.by), *options.workers) if not is_gone(state, name)), None)
        if name is not None and name not in found and is_there(state, name):
            brief: JsonObject = {"part": "work", "job": {"id": task.id, "text": task.text}}
            found[name] = memory.turn(name, options.acts.get(name, options.work), state, brief)
    return list(found.values())


def _managed(options: HierarchicalOptions, memory: Memory, state: State) -> list[Turn]:
    if not is_there(state, options.manager):
        return []
    if memory.part != "give":
        brief: JsonObject = {"part": "combine", "rounds": memory.rounds, "most": options.rounds}
        return [memory.turn(options.manager, options.combine, state, brief)]
    workers = [name for name in options.workers if name in state.roles and not state.roles[name].fired]
    if options.how == "route":
        return [memory.turn(options.manager, options.route, state, {"part": "route", "choices": [*workers]})]
    brief = {"part": "give", "doers": [*workers], "most": options.steps, "why": memory.missing}
    return [memory.turn(options.manager, options.delegate, state, brief)]


def _after(options: HierarchicalOptions, kept: Kept[Memory], said: Message, brief: JsonObject) -> Kept[Memory]:
    memory, tasks = kept
    data = said.data or {}
    match brief["part"]:
        case "give":
            given = tuple(task.model_copy(update={"status": "open"}) for task in plan_in(said))
            return Kept(memory.model_copy(update={"part": "work", "rounds": memory.rounds + 1}), given)
        case "route":
            task = Task(id="1", text="The Boss's request, which is yours", by=str(data.get("choice")))
            return Kept(memory.model_copy(update={"part": "work", "rounds": memory.rounds + 1}), (task,))
        case "work":
            task_ = brief.get("job")
            id_ = str(task_.get("id")) if isinstance(task_, dict) else ""
            tasks = with_status(tasks, id_, "failed" if has_failed(said) else "done")
            over = all(task.status in SETTLED for task in tasks)
            after = "over" if options.how == "route" else "combine"
            return Kept(memory.model_copy(update={"part": after if over else "work"}), tasks)
        case "combine":
            missing = str(data.get("missing") or "")
            again = options.how == "coordinate" and data.get("complete") is False and memory.rounds < options.rounds
            why = f"Something is missing: {missing}" if again else ""
            return Kept(memory.model_copy(update={"part": "give" if again else "over", "missing": why}), tasks)
        case _:
            return kept
