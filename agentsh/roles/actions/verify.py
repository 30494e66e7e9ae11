"""The gates, and what comes of them: a failure goes back to be mended, until that helps no more. No model is asked."""

import re
from collections.abc import Sequence

from pydantic import JsonValue

from agentsh.core.canonical import digest
from agentsh.core.messages import Message
from agentsh.core.model import JsonObject
from agentsh.core.verdict import GateResult, Verdict, VerifyPlan
from agentsh.roles.actions.paths import is_plain
from agentsh.roles.memory import about
from agentsh.roles.work import Work

_PASSING = re.compile(r"\d+(?:\.\d+)?\s*m?s\b|0x[0-9a-fA-F]+")
"""Seconds and addresses: they differ from run to run of the same failure."""


async def verify(work: Work) -> Message:
    """Try whether the program runs and publish the verdict: a failing one to who mends it, any other to who watches."""
    earlier = await _attempts(work)
    verdict = await work.reaction.verify(await _plan(work))
    attempt = len(earlier) + 1
    failure = _failure(verdict)
    gave_up = not verdict.passed and (attempt > work.action.rounds or _is_same(failure, earlier))
    data = verdict.model_dump(mode="json") | {"attempt": attempt, "gave_up": gave_up, "failure": failure}
    mended = not verdict.passed and not gave_up
    return await work.publish(_told(verdict, attempt, gave_up), data, work.action.on_fail if mended else ())


async def _attempts(work: Work) -> list[JsonObject]:
    """Return the verdicts since the last one that settled something, oldest first."""
    said = await work.reaction.history(causes=[work.action.name])
    mine = [message.data or {} for message in said if message.sent_from == work.role.name]
    settled = [index for index, data in enumerate(mine) if data.get("passed") or data.get("gave_up")]
    return mine[settled[-1] + 1 :] if settled else mine


async def _plan(work: Work) -> VerifyPlan:
    """Return what to try; how the program is started is taken from what was designed or written."""
    wall_s = work.action.timeout_s
    if work.facts.verify_command is not None:
        return VerifyPlan(command=work.facts.verify_command, wall_s=wall_s)
    for message in reversed(await about(work.reaction, work.action)):
        data = message.data or {}
        entry = data.get("entry")
        if isinstance(entry, str) and entry.endswith(".py") and is_plain(entry) and await work.reaction.read([entry]):
            args = _texts(data.get("entry_args"))
            return VerifyPlan(entry=entry, entry_args=args, entry_stdin=_text(data), wall_s=wall_s)
    return VerifyPlan(wall_s=wall_s)


def _texts(value: JsonValue) -> tuple[str, ...]:
    return tuple(text for text in value if isinstance(text, str)) if isinstance(value, list) else ()


def _text(data: JsonObject) -> str:
    stdin = data.get("entry_stdin")
    return stdin if isinstance(stdin, str) else ""


def _failure(verdict: Verdict) -> str:
    """Return by what two failures are told apart."""
    gate = verdict.failure
    if gate is None:
        return ""
    return digest(f"{gate.gate}\n{gate.path}\n{gate.line}\n{_PASSING.sub('', gate.evidence)}")


def _is_same(failure: str, earlier: Sequence[JsonObject]) -> bool:
    return bool(earlier) and earlier[-1].get("failure") == failure


def _told(verdict: Verdict, attempt: int, gave_up: bool) -> str:
    head = "The program runs and passes." if verdict.passed else f"The program fails, attempt {attempt}."
    end = "\n\nMending does not help any more: this is how far it got." if gave_up else ""
    return f"{head}\n\n" + "\n".join(_gate(gate) for gate in verdict.gates) + end


def _gate(gate: GateResult) -> str:
    if gate.passed:
        return f"- {gate.gate}: passed"
    where = "" if gate.path is None else f" at `{gate.path}`" + ("" if gate.line is None else f" line {gate.line}")
    evidence = "\n".join(f"    {line}" for line in gate.evidence.splitlines())
    return f"- {gate.gate}: failed{where}\n\n{evidence}"
