"""The gates that a program has to pass before it is called done, tried in order up to the first that fails.

files → compiles → imports → requirements → entry → tests, or the team's own command in their place. Model code is
run, and even parsed, only in the sandbox.
"""

import shlex
from collections.abc import AsyncGenerator
from contextlib import aclosing

from agentsh.core.errors import UsageError
from agentsh.core.verdict import GateResult, Verdict, VerifyPlan
from agentsh.ports import Sandbox, Workspace
from agentsh.verify.program import Program, look
from agentsh.verify.reading import files_there, names_resolve, read_all, requirements_met, resolve
from agentsh.verify.starting import command_passed, started
from agentsh.verify.testing import tests_pass


class GateVerifier:
    """Verifies the Python program in a workspace."""

    def __init__(self, workspace: Workspace, sandbox: Sandbox) -> None:
        self._workspace = workspace
        self._sandbox = sandbox

    async def verify(self, plan: VerifyPlan) -> Verdict:
        """Try the gates in order up to the first that fails.

        Raises:
            UsageError: `plan.command` cannot be read as a command line.
            SandboxUnavailable: nothing may run model code.
        """
        program = await look(self._workspace, plan)
        results: list[GateResult] = []
        async with aclosing(self._gates(program, plan)) as gates:
            async for result in gates:
                results.append(result)
                if not result.passed:
                    break
        return Verdict(passed=all(result.passed for result in results), gates=tuple(results))

    async def _gates(self, program: Program, plan: VerifyPlan) -> AsyncGenerator[GateResult, None]:
        if plan.command is not None:
            yield await command_passed(self._sandbox, _argv(plan.command), program, plan)
            return
        yield files_there(program, plan)
        compiled, sources = await read_all(self._sandbox, program, plan)
        yield compiled
        names = await resolve(self._sandbox, program, sources, plan)
        yield names_resolve(names)
        yield requirements_met(program, names)
        yield await started(self._sandbox, program, plan)
        if plan.tests:
            yield await tests_pass(self._sandbox, program, names.sources, plan, pytest=names.pytest)


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
