"""Running a cell in a role's interpreter: approved like any other code, and recorded with what it gave."""

from agentsh.core.code import Cell, CellResult
from agentsh.core.events import FileChanged
from agentsh.core.ids import ReactionId, RoleName, question_id
from agentsh.core.rules import Wish
from agentsh.engine.approvals import RUN_CODE, Proposal
from agentsh.engine.desk import Desk
from agentsh.engine.effects.traces import code_of
from agentsh.engine.steps import Effect, Outcome


def cell_effect(desk: Desk, role: RoleName, reaction: ReactionId, cell: Cell) -> Effect[CellResult]:
    """Return the step that runs a cell; after a crash in between it is run again, in a memory made anew."""

    async def perform(ordinal: int) -> Outcome[CellResult]:
        permission = await desk.people.permit(
            question_id(reaction, ordinal),
            role,
            RUN_CODE,
            cell.code,
            confined=desk.sandbox.status.confines,
            wishes=(_wish(cell),),
        )
        traces: list[FileChanged] = []
        if permission.allowed:
            async with code_of(desk, role, reaction) as traces:
                result = await desk.interpreters.run(role, cell, desk.log, lambda earlier: _may_run(desk, earlier))
        else:
            result = CellResult(ran=False, wrote=False, error=f"not run: {permission.why or 'refused'}")
        return Outcome(result, result.model_dump(mode="json"), events=tuple(traces))

    return Effect("run", {"cell": cell.model_dump(mode="json")}, perform, CellResult.model_validate)


def _wish(cell: Cell) -> Wish:
    return Wish(kind="run", argv=("python", "-c", cell.code))


def _may_run(desk: Desk, cell: Cell) -> bool:
    """Whether a cell may run without anybody being asked."""
    confined = desk.sandbox.status.confines
    proposal = Proposal(what=RUN_CODE, detail=cell.code, wishes=(_wish(cell),), confined=confined)
    return desk.people.approvals.decide(proposal, desk.log.state).decision == "allow"
