"""Asks agentsh's own small programs inside the sandbox, and reads what they answer."""

import json
import math
import secrets
from collections.abc import Sequence
from typing import Literal, TypeVar

from pydantic import ValidationError

from agentsh.core.code import Command, Limits, RunResult
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.verdict import VerifyPlan
from agentsh.ports import Sandbox
from agentsh.verify.scripts import Script, script_text

MAX_ANSWER_BYTES = 4_000_000
OWN_S = 30.0
"""What agentsh's own look at a program may take at least, however little its runs may: a busy machine is no flaw."""


class Resolved(Frozen):
    """What `resolve` answers."""

    missing: tuple[Literal["", "module", "name"], ...]
    """For each import that was asked for: what of it is not there."""
    standard: frozenset[str]
    """Names of the standard library's modules."""
    adding: tuple[tuple[str, ...], ...] = ()
    """For each undefined name that was asked for: which imports would define it; empty when that is not plain."""
    installed: dict[str, tuple[str, str]] = {}
    """Module → name and version of the distribution that brings it."""


class FailedTest(Frozen):
    """One test that failed."""

    test: str
    text: str
    """Its traceback; "" when there were too many before it."""


class Tested(Frozen):
    """What `run_tests` answers."""

    ran: int
    skipped: int
    failures: tuple[FailedTest, ...]


T = TypeVar("T", bound=Frozen)


async def ask(
    sandbox: Sandbox,
    script: Script,
    request: JsonObject,
    answer: type[T],
    wall_s: float,
    *,
    isolated: bool = True,
    output_bytes: int = MAX_ANSWER_BYTES,
) -> tuple[T | None, RunResult]:
    """Run a script inside the sandbox; return its answer, None when it gave none, with how the run ended.

    The answer is no part of the output that is returned.

    Args:
        sandbox: where to run it.
        script: which one.
        request: what it is asked.
        answer: what it has to answer.
        wall_s: deadline.
        isolated: without the workspace on the path. Otherwise its modules can be imported.
        output_bytes: most that may be printed, the answer included.
    """
    token = secrets.token_hex(16)
    argv = ("python3", *(["-I"] if isolated else []), "-W", "ignore", "-c", script_text(script))
    stdin = json.dumps({**request, "token": token})
    result = await sandbox.run(Command(argv=argv, stdin=stdin, limits=limits(wall_s, output_bytes)))
    before, found, rest = result.stdout.rpartition(token)
    if not found:
        return None, result
    said, _, after = rest.partition("\n")
    return _read(said, answer), result.model_copy(update={"stdout": before + after})


def patience(plan: VerifyPlan) -> float:
    """Return the deadline of what runs nothing of the program, seconds."""
    return max(plan.wall_s, OWN_S)


def limits(wall_s: float, output_bytes: int = 64_000) -> Limits:
    """Return limits with this deadline; processor time lasts a little longer, so that the deadline is what ends it."""
    return Limits(wall_s=wall_s, cpu_s=math.ceil(wall_s) + 2, output_bytes=output_bytes)


def words(argv: Sequence[str]) -> tuple[str, ...]:
    """Return `argv` as a person would type it: `python` for the interpreter."""
    return ("python", *argv[1:]) if argv and argv[0] == "python3" else tuple(argv)


def _read(text: str, answer: type[T]) -> T | None:
    try:
        # A lone surrogate, such as a test's message may hold, is JSON, but no text that can be stored.
        plain = json.dumps(json.loads(text), ensure_ascii=False).encode("utf-8", "replace")
        return answer.model_validate_json(plain)
    except (ValueError, ValidationError, RecursionError):
        return None
