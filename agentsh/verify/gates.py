"""The gates that a program has to pass before it is called done, tried in order up to the first that fails.

files → compiles → imports → requirements → entry → tests, or the team's own command in their place; then those of the
languages besides Python that are there. Model code is run, and even parsed, only in the sandbox, and there in a copy
of the workspace.
"""

import shlex
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

from agentsh.core.errors import UsageError
from agentsh.core.files import FileDraft
from agentsh.core.verdict import GateResult, Verdict, VerifyPlan
from agentsh.ports import Sandbox, Workspace
from agentsh.verify.bench import Bench
from agentsh.verify.others import Others, other_gates
from agentsh.verify.program import Program, files_with, is_test, listed, look
from agentsh.verify.reading import Names, failed, names_resolve, python_files_there, read_all, resolve
from agentsh.verify.record import recorded
from agentsh.verify.requirements import requirements_met
from agentsh.verify.starting import command_passed, started
from agentsh.verify.testing import tests_pass


class GateVerifier:
    """Verifies the program in a workspace."""

    def __init__(self, workspace: Workspace, sandbox: Sandbox, *, keeps_record: bool = False) -> None:
        """Take where the program is, where to try it, and whether its README is to say what was checked."""
        self._workspace = workspace
        self._sandbox = sandbox
        self._keeps_record = keeps_record

    async def verify(self, plan: VerifyPlan, drafts: Sequence[FileDraft] = ()) -> Verdict:
        """Try the gates in order up to the first that fails; the workspace stays as it is.

        Args:
            plan: what to try.
            drafts: files as they would be, laid over the workspace for this time.

        Raises:
            UsageError: `plan.command` cannot be read as a command line.
            SandboxUnavailable: nothing may run model code.
        """
        if plan.asked:
            plan = plan.as_asked(await files_with(self._workspace, drafts))
        program = await look(self._workspace, plan, drafts)
        results: list[GateResult] = []
        async with aclosing(self._gates(Bench(self._sandbox, drafts), program, plan)) as gates:
            async for result in gates:
                results.append(result)
                if not result.passed:
                    break
        verdict = Verdict(passed=all(result.passed for result in results), gates=tuple(results))
        return verdict.model_copy(update={"record": recorded(program, verdict)}) if self._keeps_record else verdict

    async def _gates(self, bench: Bench, program: Program, plan: VerifyPlan) -> AsyncGenerator[GateResult, None]:
        if plan.command is not None:
            yield await command_passed(bench, _argv(plan.command), program, plan)
            return
        others = Others.of(program)
        if program.sources:
            async with aclosing(_python_gates(bench, program, plan)) as gates:
                async for result in gates:
                    yield result
        elif not others.used:
            yield failed("files", f"there is no program; there are: {listed(program.files)}")
        async with aclosing(other_gates(bench, program, others, plan)) as gates:
            async for result in gates:
                yield result


async def _python_gates(bench: Bench, program: Program, plan: VerifyPlan) -> AsyncGenerator[GateResult, None]:
    yield python_files_there(program, plan)
    compiled, sources = await read_all(bench, program, plan)
    yield compiled
    names = await resolve(bench, program, sources, plan)
    yield names_resolve(program, names)
    yield requirements_met(program, names, plan)
    yield await started(bench, program, plan, _modules(names))
    if plan.tests and program.own is not None and not program.tests:
        yield GateResult(gate="tests", passed=True, evidence="no test imports what changed: none was run")
    elif plan.tests:
        yield await tests_pass(bench, program, names.sources, plan, pytest=names.pytest)


def _modules(names: Names) -> frozenset[str]:
    """Return the top-level modules that the program itself imports."""
    sources = ((path, source) for path, source in names.sources.items() if not is_test(path))
    return frozenset(found.module.partition(".")[0] for _, source in sources for found in source.imports)


def _argv(line: str) -> tuple[str, ...]:
    try:
        argv = tuple(shlex.split(line))
    except ValueError as error:
        raise UsageError(
            f"the verify command {line!r} cannot be read: {error}", hint="Quote it as a shell does."
        ) from error
    if not argv:
        raise UsageError(f"the verify command {line!r} is empty", hint="Name a program: python main.py --check")
    return argv
