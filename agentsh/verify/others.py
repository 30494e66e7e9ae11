"""The gates of a program that is not written in Python, or not only: each language's own tools, run and judged."""

from collections.abc import AsyncGenerator, Collection, Sequence
from dataclasses import dataclass

from agentsh.core.code import Command
from agentsh.core.model import Frozen
from agentsh.core.verdict import GateResult, VerifyPlan
from agentsh.ports import Sandbox
from agentsh.verify.asking import ask, limits, patience, words
from agentsh.verify.evidence import Place, excerpt, how_it_ended, shown
from agentsh.verify.program import Program, listed
from agentsh.verify.reading import failed
from agentsh.verify.starting import begun
from agentsh.verify.toolchains import TOOLCHAINS, Toolchain
from agentsh.verify.toolchains.toolchain import Check, Problem

_ENVIRONMENT = {"CI": "1", "NO_COLOR": "1", "GOFLAGS": "-mod=mod", "GOPROXY": "off", "CARGO_NET_OFFLINE": "true"}
_SHOWN_COMMAND = 120
"""Characters of a command that evidence shows."""


class _Around(Frozen):
    """What `look_around` answers."""

    there: tuple[str, ...]


@dataclass(frozen=True)
class Others:
    """The languages besides Python that a workspace holds.

    Attributes:
        used: in the order in which one is taken for what the program is written in.
        main: what the program is written in; None: Python.
    """

    used: tuple[Toolchain, ...]
    main: Toolchain | None

    @classmethod
    def of(cls, program: Program) -> "Others":
        """Return what is in a workspace."""
        used = tuple(toolchain for toolchain in TOOLCHAINS if toolchain.files(program))
        return cls(used, used[0] if used and not program.sources else None)


async def other_gates(
    sandbox: Sandbox, program: Program, others: Others, plan: VerifyPlan
) -> AsyncGenerator[GateResult, None]:
    """Try each language's gates; of one whose runner is not there, that is told.

    A program that is written in such a one does not pass: nothing of it has run.
    """
    if not others.used:
        return
    names = [toolchain.runner for toolchain in others.used]
    answer, _ = await ask(sandbox, "look_around", {"names": list(names)}, _Around, patience(plan))
    there = frozenset(answer.there if answer is not None else ())
    for toolchain in others.used:
        is_main = toolchain is others.main
        checks = toolchain.checks(program, plan, main=is_main)
        if not checks:
            continue
        if toolchain.runner not in there:
            yield _not_installed(toolchain, program, is_main=is_main)
            continue
        if is_main:
            yield GateResult(
                gate="files", passed=True, evidence=f"{len(program.files)} files; a {toolchain.name} program"
            )
        for check in checks:
            yield await _tried(sandbox, program, toolchain, check, plan)
        if is_main and plan.tests and (untested := _untested(toolchain, program, checks)) is not None:
            yield untested


def _not_installed(toolchain: Toolchain, program: Program, *, is_main: bool) -> GateResult:
    files = listed(toolchain.files(program), 4)
    said = f"{toolchain.runner} is not installed, or the sandbox does not see it"
    if not is_main:
        return GateResult(
            gate="compiles", passed=True, evidence=f"{files} not tried: {said}", untried=f"{files}: {said}"
        )
    found = failed("entry", f"nothing of this {toolchain.name} program was run ({files}): {said}. {toolchain.hint}")
    return found.model_copy(update={"mendable": False})


def _untested(toolchain: Toolchain, program: Program, checks: Sequence[Check | Problem]) -> GateResult | None:
    if any(check.gate == "tests" for check in checks):
        return None
    return failed("tests", f"there are no tests of this {toolchain.name} program: {listed(program.files)}")


async def _tried(
    sandbox: Sandbox, program: Program, toolchain: Toolchain, check: Check | Problem, plan: VerifyPlan
) -> GateResult:
    if isinstance(check, Problem):
        return failed(check.gate, check.evidence, check.path)
    if check.starts:
        found = await begun(sandbox, check.argv, program, plan, named=check.named)
        return found if found.passed else _placed(found, toolchain, program.files)
    result = await sandbox.run(Command(argv=check.argv, env=_ENVIRONMENT, limits=limits(plan.wall_s)))
    named = _clipped(check.named or shown(words(check.argv)))
    if result.ok:
        return GateResult(gate=check.gate, passed=True, evidence=f"{toolchain.name}: {check.says}")
    ended = "" if result.ended_by == "itself" else f"{how_it_ended(result, plan.wall_s)}:\n"
    said = excerpt("\n".join(part for part in (result.stdout.strip(), result.stderr.strip()) if part))
    found = failed(check.gate, f"$ {named}\n{ended}{said or how_it_ended(result, plan.wall_s)}", check.path)
    return _placed(found, toolchain, program.files)


def _placed(found: GateResult, toolchain: Toolchain, files: Collection[str]) -> GateResult:
    """Return a failure with the first place in the workspace that the tools named."""
    if found.line is not None:
        return found
    for match in toolchain.places.finditer(found.evidence):
        place = Place(match["path"].removeprefix("./"), int(match["line"]))
        if place.path in files:
            return found.model_copy(update={"path": place.path, "line": place.line})
    return found


def _clipped(text: str) -> str:
    return text if len(text) <= _SHOWN_COMMAND else f"{text[:_SHOWN_COMMAND]} …"
