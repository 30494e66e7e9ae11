"""A hierarchy: the manager's tasks are done as soon as nothing holds them up, then the manager combines what came."""

from typing import Literal

from agentsh.conductors.talk import Talk, is_gone, is_there, with_replies
from agentsh.conductors.verification import last_verification
from agentsh.core.ids import BOSS, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.options.base import OptionsReader
from agentsh.core.options.hierarchical import HierarchicalOptions
from agentsh.core.plans import SETTLED, Task, Tasks, ready, with_status
from agentsh.engine.plan_fold import has_failed, plan_in
from agentsh.engine.state import Conduct, State
from agentsh.engine.turns import Ended, Heard, Told, Turn


class Memory(Talk):
    """How far the work is."""

    part: Literal["give", "work", "combine", "over"] = "over"
    rounds: int = 0
    """How often tasks were given."""
    missing: str = ""
    """What the manager found missing."""


class Hierarchical:
    """Conducts a hierarchy."""

    def __init__(self) -> None:
        self._options = OptionsReader(HierarchicalOptions)

    def turns(self, state: State) -> list[Turn]:
        """Return the turns of workers whose tasks are held up by nothing, or the manager's."""
        memory = Memory.model_validate(state.conduct.memory)
        if state.facts is None or not memory.boss:
            return []
        options = self._options.of(state.facts.team.team)
        if ready(state.conduct.tasks) and memory.part != "give":
            turns = _tasks(options, memory, state)
        else:
            turns = [] if state.open or memory.part == "over" else _managed(options, memory, state)
        found = with_replies(state, turns, (options.manager, *options.workers), options.speak)
        return found if found or state.open or memory.part != "over" else last_verification(state)

    def hear(self, heard: Heard, state: State) -> Conduct:
        """Take in what was said; a Boss who speaks after the end gives another task."""
        if state.facts is None:
            return state.conduct
        options = self._options.of(state.facts.team.team)
        memory, tasks = Memory.model_validate(state.conduct.memory), state.conduct.tasks
        match heard:
            case Told(message=message) if message.sent_from == BOSS and not message.send_to:
                if memory.part == "over":
                    memory = Memory(boss=(message.id,), part=_first(options), round=memory.round)
                    tasks = _for_all(options) if options.how == "broadcast" else ()
                else:
                    memory = memory.with_boss(message.id)
            case Ended(opened=opened) if opened.said is not None and "part" in opened.brief:
                memory = memory.with_said(opened.said.id, opened.round, options.window)
                memory, tasks = _after(options, memory, tasks, opened.said, opened.brief)
            case _:
                return state.conduct
        done = sum(task.status in SETTLED for task in tasks)
        progress = f"tasks {done}/{len(tasks)}" if tasks else ""
        return Conduct(memory=memory.model_dump(mode="json"), progress=progress, tasks=tasks)


def _first(options: HierarchicalOptions) -> Literal["give", "work"]:
    return "work" if options.how == "broadcast" else "give"


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


def _after(
    options: HierarchicalOptions, memory: Memory, tasks: Tasks, said: Message, brief: JsonObject
) -> tuple[Memory, Tasks]:
    data = said.data or {}
    match brief["part"]:
        case "give":
            given = tuple(task.model_copy(update={"status": "open"}) for task in plan_in(said))
            return memory.model_copy(update={"part": "work", "rounds": memory.rounds + 1}), given
        case "route":
            task = Task(id="1", text="The Boss's request, which is yours", by=str(data.get("choice")))
            return memory.model_copy(update={"part": "work", "rounds": memory.rounds + 1}), (task,)
        case "work":
            task_ = brief.get("job")
            id_ = str(task_.get("id")) if isinstance(task_, dict) else ""
            tasks = with_status(tasks, id_, "failed" if has_failed(said) else "done")
            over = all(task.status in SETTLED for task in tasks)
            after = "over" if options.how == "route" else "combine"
            return memory.model_copy(update={"part": after if over else "work"}), tasks
        case "combine":
            missing = str(data.get("missing") or "")
            again = options.how == "coordinate" and data.get("complete") is False and memory.rounds < options.rounds
            why = f"Something is missing: {missing}" if again else ""
            return memory.model_copy(update={"part": "give" if again else "over", "missing": why}), tasks
        case _:
            return memory, tasks
