"""Running model code: approved first, then in the sandbox; verifying is the same on a larger scale."""

from agentsh.core.code import Command, RunResult
from agentsh.core.ids import ReactionId, RoleName, question_id
from agentsh.core.verdict import GateResult, Verdict, VerifyPlan
from agentsh.engine.desk import Desk
from agentsh.engine.people import Permission
from agentsh.engine.steps import Effect, Outcome

REFUSED = 126
"""Exit code of a run that was not allowed, as a shell has it for what cannot be executed."""
RUN_CODE = "run code"


def run_effect(desk: Desk, role: RoleName, reaction: ReactionId, command: Command) -> Effect[RunResult]:
    """Return the step that runs a command; the sandbox keeps a second run from doing harm."""

    async def perform(ordinal: int) -> Outcome[RunResult]:
        permission = await _permission(desk, role, reaction, ordinal, " ".join(command.argv))
        if permission.allowed:
            result = await desk.sandbox.run(command)
        else:
            result = RunResult(exit_code=REFUSED, stderr=f"not run: {permission.why or 'refused'}")
        return Outcome(result, result.model_dump(mode="json"))

    return Effect("run", command.model_dump(mode="json"), perform, RunResult.model_validate)


def verify_effect(desk: Desk, role: RoleName, reaction: ReactionId, plan: VerifyPlan) -> Effect[Verdict]:
    """Return the step that finds out whether the program runs."""

    async def perform(ordinal: int) -> Outcome[Verdict]:
        permission = await _permission(desk, role, reaction, ordinal, "the program and its tests")
        if permission.allowed:
            verdict = await desk.verifier.verify(plan)
        else:
            evidence = f"not run: {permission.why or 'refused'}"
            verdict = Verdict(passed=False, gates=(GateResult(gate="entry", passed=False, evidence=evidence),))
        return Outcome(verdict, verdict.model_dump(mode="json"))

    return Effect("verify", plan.model_dump(mode="json"), perform, Verdict.model_validate)


async def _permission(desk: Desk, role: RoleName, reaction: ReactionId, ordinal: int, detail: str) -> Permission:
    return await desk.people.permit(
        question_id(reaction, ordinal), role, RUN_CODE, detail, confined=desk.sandbox.status.confines
    )
