"""Plans and task lists: what a role or the team is going to do, how far it is, and the Boss's hand on it."""

from typing import Annotated, Literal

from agentsh.commands.arguments import Arguments, From, Rest, Shown
from agentsh.commands.context import Context
from agentsh.commands.registry import command
from agentsh.commands.reply import Reply, Table
from agentsh.core.controls import EditTasks
from agentsh.core.errors import UsageError
from agentsh.core.ids import RoleName
from agentsh.core.plans import Tasks

How = Literal["add", "edit", "skip", "move", "reopen"]
_MARKS = {"open": "☐", "doing": "▶", "done": "☑", "failed": "✗", "skipped": "-"}


class Whose(Arguments):
    """Whose plan; None: everybody's."""

    role: Annotated[RoleName | None, From("roles")] = None


class Change(Arguments):
    """What is to change in the task list; nothing: show it."""

    how: Annotated[How | None, Shown("add|edit|skip|move|reopen")] = None
    what: Annotated[str, Rest(), Shown("[ID] [TEXT|PLACE]")] = ""


async def _plan(context: Context, whose: Whose) -> Reply:
    view = context.session.view()
    if whose.role is not None:
        context.role(whose.role)
    plans = [(role.name, role.plan) for role in view.roles if role.plan and whose.role in (None, role.name)]
    if view.tasks and whose.role is None:
        plans.insert(0, (RoleName(view.team), view.tasks))
    rows = tuple(row for name, tasks in plans for row in checklist_rows(tasks, name if len(plans) > 1 else ""))
    title = f"Plan of {plans[0][0]}" if len(plans) == 1 else "Plans"
    return Table(("", "STEP", "BY", "WHAT", "AFTER"), rows, title=title, empty="nobody has a plan")


def checklist_rows(tasks: Tasks, whose: str = "") -> list[tuple[str, ...]]:
    """Return a plan as rows of a checklist, under a row of whose it is when that is given."""
    head: list[tuple[str, ...]] = [("", whose, "", "", "")] if whose else []
    return head + [(_MARKS[task.status], task.id, task.by, task.text, ", ".join(task.after)) for task in tasks]


async def _tasks(context: Context, change: Change) -> Reply:
    session = context.session
    if change.how is not None:
        await session.send(_meant(change.how, change.what.strip()))
    rows = tuple(checklist_rows(session.view().tasks))
    return Table(("", "TASK", "BY", "WHAT", "AFTER"), rows, title="Tasks", empty="this team works off no task list")


def _meant(how: How, what: str) -> EditTasks:
    if how == "add":
        return EditTasks(how=how, text=what)
    id_, _, rest = what.partition(" ")
    if not id_:
        raise UsageError(f"which task is to {how}?", hint=f"Type: /tasks {how} ID; /tasks shows them")
    if how != "move":
        return EditTasks(how=how, id=id_, text=rest.strip())
    if not rest.strip().isdecimal() or int(rest) < 1:
        raise UsageError(f"{rest.strip()!r} is no place in the list", hint="Type: /tasks move ID 1")
    return EditTasks(how=how, id=id_, to=int(rest))


COMMANDS = (
    command(
        "plan",
        "Show the newest plan of a role, or all plans, as a checklist.",
        Whose,
        _plan,
        "Look",
        details="A role that reacts by plan_and_act plans before it acts. A team's task list stands above.",
        examples=("/plan", "/plan engineer"),
    ),
    command(
        "tasks",
        "Show the team's task list, or change it while it is worked off.",
        Change,
        _tasks,
        "Steer",
        details="What is under way is not changed. PLACE counts from 1.",
        examples=(
            "/tasks",
            "/tasks add Compare the prices",
            "/tasks edit t3 Compare prices and quality",
            "/tasks move t3 1",
            "/tasks skip t2",
            "/tasks reopen t1",
        ),
    ),
)
