"""Running model code: approved first, then in the sandbox; verifying is the same on a larger scale."""

import shlex
from collections.abc import Sequence

from pydantic import JsonValue

from agentsh.core.canonical import digest
from agentsh.core.code import Command, RunResult
from agentsh.core.events import FileChanged
from agentsh.core.files import FileDraft
from agentsh.core.ids import QuestionId, ReactionId, RoleName, question_id
from agentsh.core.model import JsonObject
from agentsh.core.rules import Wish
from agentsh.core.verdict import GateResult, Verdict, VerifyPlan
from agentsh.engine.approvals import RUN_CODE, RUN_ONLINE
from agentsh.engine.desk import Desk
from agentsh.engine.effects.traces import code_of
from agentsh.engine.people import Permission
from agentsh.engine.state import State
from agentsh.engine.steps import Effect, Outcome

REFUSED = 126
"""Exit code of a run that was not allowed, as a shell has it for what cannot be executed."""
TRIAL = "trial"
"""What a breakpoint on trying a draft names: `tool:trial`."""
VERIFYING = Wish(kind="run", argv=("agentsh", "verify"), pattern="agentsh verify")
"""What a rule on verifying names: `run agentsh verify`."""


def run_effect(desk: Desk, role: RoleName, reaction: ReactionId, command: Command) -> Effect[RunResult]:
    """Return the step that runs a command; the sandbox keeps a second run from doing harm."""

    async def perform(ordinal: int) -> Outcome[RunResult]:
        permission = await _permission_to_run(desk, role, question_id(reaction, ordinal), command)
        traces: list[FileChanged] = []
        if permission.allowed:
            async with code_of(desk, role, reaction) as traces:
                result = await _run(desk, command, permission.edited)
        else:
            result = RunResult(exit_code=REFUSED, stderr=f"not run: {permission.why or 'refused'}")
        return Outcome(result, result.model_dump(mode="json"), events=tuple(traces))

    return Effect("run", command.model_dump(mode="json", exclude={"shown"}), perform, RunResult.model_validate)


def verify_effect(desk: Desk, role: RoleName, reaction: ReactionId, plan: VerifyPlan) -> Effect[Verdict]:
    """Return the step that finds out whether the program runs."""

    async def perform(ordinal: int) -> Outcome[Verdict]:
        permission = await _permission_to_verify(desk, role, question_id(reaction, ordinal))
        traces: list[FileChanged] = []
        if permission.allowed:
            async with code_of(desk, role, reaction) as traces:
                found = await desk.verifier.verify(_of_the_team(plan, desk.log.state))
                verdict = _for_its_owner(found, desk.log.state)
        else:
            verdict = _not_run(permission)
        return Outcome(verdict, verdict.model_dump(mode="json"), events=tuple(traces))

    return Effect("verify", _request(plan), perform, Verdict.model_validate)


def trial_effect(
    desk: Desk, role: RoleName, reaction: ReactionId, plan: VerifyPlan, drafts: Sequence[FileDraft]
) -> Effect[Verdict]:
    """Return the step that finds out whether the program would run with `drafts`; it is no verdict on the program."""

    async def perform(ordinal: int) -> Outcome[Verdict]:
        permission = await _permission_to_verify(desk, role, question_id(reaction, ordinal))
        if permission.allowed:
            verdict = await desk.verifier.verify(_of_the_team(plan, desk.log.state, drafts), drafts)
        else:
            verdict = _not_run(permission)
        return Outcome(verdict, verdict.model_dump(mode="json"))

    request: JsonValue = {
        TRIAL: _request(plan),
        "files": [[draft.path, None if draft.text is None else digest(draft.text)] for draft in drafts],
    }
    return Effect("tool", request, perform, Verdict.model_validate, tool=TRIAL)


def _request(plan: VerifyPlan) -> JsonObject:
    """Return a plan as it is recorded; what earlier versions did not know is there only when it is used."""
    return plan.model_dump(mode="json", exclude={"own"} if plan.asked else {"asked", "own"})


def _of_the_team(plan: VerifyPlan, state: State, drafts: Sequence[FileDraft] = ()) -> VerifyPlan:
    """Return the plan for a project that was there before: what was wrong in it already is nothing to be mended."""
    own = tuple(dict.fromkeys([*state.files, *(draft.path for draft in drafts)]))
    if state.facts is None or state.facts.own_workspace or not own:
        return plan
    return plan.model_copy(update={"own": own})


def _for_its_owner(verdict: Verdict, state: State) -> Verdict:
    """Return the verdict: packages that only the owner's files need are for the owner to allow, not to be mended."""
    failure = verdict.failure
    if failure is None or not failure.blamed or not state.files.keys().isdisjoint(failure.blamed):
        return verdict
    gates = (*verdict.gates[:-1], failure.model_copy(update={"mendable": False}))
    return verdict.model_copy(update={"gates": gates})


def _not_run(permission: Permission) -> Verdict:
    """Return the verdict on what was refused. A person's reason can be acted on; a rule cannot."""
    evidence = f"not run: {permission.why or 'refused'}"
    mendable = permission.by_person and bool(permission.why)
    return Verdict(passed=False, gates=(GateResult(gate="entry", passed=False, evidence=evidence, mendable=mendable),))


async def _run(desk: Desk, command: Command, edited: str | None) -> RunResult:
    """Run a command, or what a person made of it; then the role reads in its output what was run."""
    if edited is None:
        return await desk.sandbox.run(command)
    result = await desk.sandbox.run(command.model_copy(update={"argv": tuple(shlex.split(edited))}))
    return result.model_copy(update={"stderr": f"[the Boss ran this instead: {edited}]\n{result.stderr}"})


async def _permission_to_run(desk: Desk, role: RoleName, question: QuestionId, command: Command) -> Permission:
    """Return whether a command may run; one with the network also has to be allowed to reach it."""
    online = (Wish(kind="net", subjects=("*",)),) if command.network else ()
    return await desk.people.permit(
        question,
        role,
        RUN_ONLINE if command.network else RUN_CODE,
        shlex.join(command.argv),
        confined=desk.sandbox.status.confines,
        editable=True,
        wishes=(Wish(kind="run", argv=command.argv), *online),
        shown=command.shown,
    )


async def _permission_to_verify(desk: Desk, role: RoleName, question: QuestionId) -> Permission:
    confined = desk.sandbox.status.confines
    return await desk.people.permit(
        question, role, RUN_CODE, "the program and its tests", confined=confined, wishes=(VERIFYING,)
    )
