"""Who is in the team, who plays whom, and which model is asked."""

from typing import Literal

from agentsh.core.cards import ActionCard, RoleCard, TeamFile
from agentsh.core.ids import ActionName, RoleName
from agentsh.core.model import Frozen
from agentsh.core.plans import Tasks


class TeamChanged(Frozen):
    """Prompts, roles or the team were edited since; from now on these hold."""

    kind: Literal["team.changed"] = "team.changed"
    team: TeamFile


class RoleHired(Frozen):
    """A role joins the team, with the actions that it brings."""

    kind: Literal["role.hired"] = "role.hired"
    role: RoleName
    card: RoleCard
    actions: dict[ActionName, ActionCard] = {}


class RoleFired(Frozen):
    """A role leaves the team; what it was doing has ended."""

    kind: Literal["role.fired"] = "role.fired"
    role: RoleName


class TasksEdited(Frozen):
    """The Boss changed the team's task list, which is this from now on."""

    kind: Literal["tasks.edited"] = "tasks.edited"
    tasks: Tasks
    what: str
    """What was changed, in a few words."""


class RoleTaken(Frozen):
    """A person plays the role from now on."""

    kind: Literal["role.taken"] = "role.taken"
    role: RoleName


class RoleReleased(Frozen):
    """The model plays the role again."""

    kind: Literal["role.released"] = "role.released"
    role: RoleName


class InterpreterReset(Frozen):
    """The role's Python begins with nothing from here on."""

    kind: Literal["interpreter.reset"] = "interpreter.reset"
    role: RoleName


class ModelChanged(Frozen):
    """Another model answers from the next step on: for one role, or for all that have none of their own."""

    kind: Literal["model.changed"] = "model.changed"
    model: str
    role: RoleName | None = None
