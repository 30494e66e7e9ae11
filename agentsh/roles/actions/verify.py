"""The gates, and what comes of them: a failure goes back to be mended, until that helps no more. No model is asked.

What needs no thought is mended on the spot: an import that is merely missing, a package that may be installed.
"""

import re
from collections.abc import Sequence
from textwrap import indent

from pydantic import JsonValue

from agentsh.core.canonical import digest
from agentsh.core.fenced import block_of
from agentsh.core.files import FileDraft
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.packages import Installed, name_of, pinned
from agentsh.core.verdict import GateResult, Verdict, VerifyPlan
from agentsh.roles.actions.plan import plan_of
from agentsh.roles.work import Work

_PASSING = re.compile(
    r"\d+(?:\.\d+)?\s*m?s\b|0x[0-9a-fA-F]+"
    r"|\b(?:port|pid|process)[ =:]{1,2}\d+|(?:127\.0\.0\.1|localhost|0\.0\.0\.0|::1\]?)'?(?::|, ?)\d+"
    r"|/tmp/[\w./-]+|\d{4}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?",
    re.IGNORECASE,
)
"""Seconds, addresses, ports, processes, temporary files, moments: they differ from run to run of the same failure."""
_REQUIREMENTS = "requirements.txt"
_MOST_MENDS = 6
"""How often one verification may mend something and begin again."""


async def verify(work: Work) -> Message:
    """Try whether the program runs and publish the verdict: a failing one to who mends it, any other to who watches."""
    earlier = await _attempts(work)
    verdict, mended = await _verified(work, await plan_of(work, work.action))
    if verdict.record is not None:
        await work.reaction.write([verdict.record], f"{work.action.name}: {verdict.record.path}")
    attempt = len(earlier) + 1
    failure = _failure(verdict)
    gave_up = not verdict.passed and (
        attempt > work.action.rounds or _is_same(failure, earlier) or not _is_mendable(verdict)
    )
    data = _data(verdict) | {"attempt": attempt, "gave_up": gave_up, "failure": failure, "mended": [*mended]}
    goes_back = not verdict.passed and not gave_up
    return await work.publish(_told(verdict, attempt, gave_up, mended), data, work.action.on_fail if goes_back else ())


async def _verified(work: Work, plan: VerifyPlan) -> tuple[Verdict, list[str]]:
    """Return the verdict, and what was done on the way to it."""
    mended: list[str] = []
    verdict = await work.reaction.verify(plan)
    for _ in range(_MOST_MENDS):
        failure = verdict.failure
        if failure is None or not (failure.mends or failure.packages):
            break
        if failure.mends:
            said = [mend.what for mend in failure.mends if mend.what not in mended]
            if not said:
                break  # it was put in before, and somebody took it out again
            await work.reaction.write([mend.draft for mend in failure.mends], f"{work.action.name}: {'; '.join(said)}")
            mended += said
        else:
            installed = await _installed(work, failure, mended)
            if not installed.allowed:
                break
            plan = plan.model_copy(update={"install": installed})
        verdict = await work.reaction.verify(plan)
    return verdict, mended


async def _installed(work: Work, failure: GateResult, mended: list[str]) -> Installed:
    """Install what is missing, if that is allowed, and pin what the program needs of it."""
    installed = await work.reaction.install(failure.packages)
    if not installed.allowed:
        mended.append(f"not installed: {', '.join(failure.packages)} ({installed.said})")
    elif installed.ok and installed.pins:
        pins = [pin for pin in installed.pins if name_of(pin) not in failure.for_tests]
        there = await work.reaction.read([_REQUIREMENTS])
        text = pinned(there.get(_REQUIREMENTS, ""), pins)
        if pins and text != there.get(_REQUIREMENTS):
            draft = FileDraft(path=_REQUIREMENTS, text=text)
            await work.reaction.write([draft], f"{work.action.name}: pinned {', '.join(pins)}")
        where = f", and pinned {', '.join(pins)} in {_REQUIREMENTS}" if pins else ""
        mended.append(f"installed {', '.join(installed.pins)} into .venv{where}")
    return installed


async def _attempts(work: Work) -> list[JsonObject]:
    """Return the verdicts since the last one that settled something, oldest first."""
    said = await work.reaction.history(causes=[work.action.name])
    mine = [message.data or {} for message in said if message.sent_from == work.role.name]
    settled = [index for index, data in enumerate(mine) if data.get("passed") or data.get("gave_up")]
    return mine[settled[-1] + 1 :] if settled else mine


def _failure(verdict: Verdict) -> str:
    """Return by what two failures are told apart."""
    gate = verdict.failure
    if gate is None:
        return ""
    return digest(f"{gate.gate}\n{gate.path}\n{gate.line}\n{_PASSING.sub('', gate.evidence)}")


def _is_same(failure: str, earlier: Sequence[JsonObject]) -> bool:
    return bool(earlier) and earlier[-1].get("failure") == failure


def _is_mendable(verdict: Verdict) -> bool:
    return verdict.failure is None or verdict.failure.mendable


def _data(verdict: Verdict) -> JsonObject:
    """Return the verdict as others read it: without whole files."""
    gates: list[JsonValue] = [
        gate.model_dump(mode="json", include={"gate", "passed", "evidence", "path", "line"}) for gate in verdict.gates
    ]
    return {"passed": verdict.passed, "gates": gates}


def _told(verdict: Verdict, attempt: int, gave_up: bool, mended: Sequence[str]) -> str:
    runs = "The program passes, as far as it could be tried." if verdict.untried else "The program runs and passes."
    head = runs if verdict.passed else f"The program fails, attempt {attempt}."
    by_rule = "".join(["\n\nOn the way:\n", *(f"\n- {what}" for what in mended)]) if mended else ""
    end = "\n\nMending does not help any more: this is how far it got." if gave_up else ""
    return f"{head}{by_rule}\n\n" + "\n".join(_gate(gate) for gate in verdict.gates) + end


def _gate(gate: GateResult) -> str:
    if gate.passed:
        return f"- {gate.gate}: passed" + (f"; not tried: {gate.untried}" if gate.untried else "")
    where = "" if gate.path is None else f" at `{gate.path}`" + ("" if gate.line is None else f" line {gate.line}")
    return f"- {gate.gate}: failed{where}\n\n{indent(block_of(gate.evidence), '  ')}"
