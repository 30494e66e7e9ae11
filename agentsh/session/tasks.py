"""The Boss's hand on the team's task list: add, edit, skip, move, reopen. What is under way stays as it is."""

from agentsh.core.controls import EditTasks
from agentsh.core.errors import UsageError
from agentsh.core.events import TasksEdited
from agentsh.core.plans import Task, Tasks
from agentsh.engine.state import State


def tasks_now(state: State) -> Tasks:
    """Return the team's task list, what somebody is working on marked so: that follows from the open turns."""
    jobs = (opened.brief.get("job") for opened in state.open.values())
    doing = {str(job.get("id")) for job in jobs if isinstance(job, dict)}
    return tuple(
        task.model_copy(update={"status": "doing"}) if task.status == "open" and task.id in doing else task
        for task in state.conduct.tasks
    )


def tasks_edited(state: State, control: EditTasks) -> TasksEdited:
    """Return the event that a change of the task list is. Raises UsageError when it cannot be made."""
    tasks = state.conduct.tasks
    if not tasks:
        raise UsageError("this team works off no task list", hint="teams that do: task-loop, autonomous")
    if control.how == "add":
        added = Task(id=_new_id(tasks), text=_text(control))
        return TasksEdited(tasks=(*tasks, added), what=f"added {added.id}: {added.text}")
    task = _named(tasks_now(state), control.id)
    if task.status == "doing" or (task.status == "done" and control.how != "reopen"):
        how = "under way" if task.status == "doing" else "done"
        raise UsageError(f"task {task.id} is {how}", hint="add another, or reopen it when it is done: /tasks reopen ID")
    match control.how:
        case "edit":
            text = _text(control)
            return TasksEdited(tasks=_with(tasks, task, text=text), what=f"task {task.id} is now: {text}")
        case "skip":
            return TasksEdited(tasks=_with(tasks, task, status="skipped"), what=f"skipped {task.id}: {task.text}")
        case "reopen":
            return TasksEdited(tasks=_with(tasks, task, status="open"), what=f"reopened {task.id}: {task.text}")
        case _:
            rest = [other for other in tasks if other.id != task.id]
            place = min(control.to - 1, len(rest))
            moved = (*rest[:place], task, *rest[place:])
            return TasksEdited(tasks=moved, what=f"moved {task.id} to place {place + 1}: {task.text}")


def _named(tasks: Tasks, id_: str) -> Task:
    found = next((task for task in tasks if task.id == id_), None)
    if found is None:
        raise UsageError(f"there is no task {id_!r}", hint=f"there are: {', '.join(task.id for task in tasks)}")
    return found


def _text(control: EditTasks) -> str:
    if not control.text.strip():
        raise UsageError("a task has to say something", hint="Type: /tasks add TEXT, or /tasks edit ID TEXT")
    return " ".join(control.text.split())


def _new_id(tasks: Tasks) -> str:
    known = {task.id for task in tasks}
    return next(name for number in range(1, len(known) + 2) if (name := f"b{number}") not in known)


def _with(tasks: Tasks, task: Task, **changed: str) -> Tasks:
    return tuple(other.model_copy(update=changed) if other.id == task.id else other for other in tasks)
