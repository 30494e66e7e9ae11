"""Installing packages for the team's program: allowed first, then where only that program looks."""

from collections.abc import Sequence

from agentsh.core.ids import QuestionId, ReactionId, RoleName, question_id
from agentsh.core.packages import Installed
from agentsh.core.rules import Wish
from agentsh.engine.approvals import INSTALL, Proposal
from agentsh.engine.desk import Desk
from agentsh.engine.people import Permission
from agentsh.engine.steps import Effect, Outcome

TOOL = "install"
"""What a breakpoint on installing names: `tool:install`."""


def install_effect(desk: Desk, role: RoleName, reaction: ReactionId, requirements: Sequence[str]) -> Effect[Installed]:
    """Return the step that installs packages. It makes the environment anew, so a crash in between is mended.

    Where nobody is there to allow it, that is an answer too: the program may do without.
    """

    async def perform(ordinal: int) -> Outcome[Installed]:
        permission = await _permission(desk, role, question_id(reaction, ordinal), requirements)
        if not permission.allowed:
            installed = Installed(ok=False, allowed=False, said=permission.why or "refused")
        elif desk.installer is None:
            installed = Installed(ok=False, said="nothing in this session can install packages")
        else:
            installed = await desk.installer.install(requirements)
        return Outcome(installed, installed.model_dump(mode="json"))

    return Effect("tool", {TOOL: list(requirements)}, perform, Installed.model_validate, tool=TOOL)


async def _permission(desk: Desk, role: RoleName, question: QuestionId, requirements: Sequence[str]) -> Permission:
    detail = ", ".join(requirements)
    wishes = (Wish(kind="install", subjects=tuple(requirements)),)
    proposal = Proposal(what=INSTALL, detail=detail, wishes=wishes, confined=False)
    state = desk.log.state
    is_open = question in state.answers or question in state.questions
    if not (desk.people.present or is_open) and desk.people.approvals.decide(proposal, state).decision == "ask":
        return Permission(allowed=False, why="nobody is there to allow it")
    return await desk.people.permit(question, role, INSTALL, detail, confined=False, wishes=wishes)
