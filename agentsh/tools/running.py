"""Tools that run code, always in the sandbox."""

from agentsh.core.code import Cell, Command, Limits, RunResult
from agentsh.core.verdict import VerifyPlan
from agentsh.ports import Hands

LONGEST_S = 120.0


async def run_python(hands: Hands, code: str) -> str:
    """Run Python in the workspace. What earlier calls have defined is still there.

    Args:
        code: the program; print what you want to see. The value of a last expression is shown too.
    """
    result = await hands.run_cell(Cell(code=code, wall_s=LONGEST_S))
    return result.told or "It ran and printed nothing."


async def run_shell(hands: Hands, command: str) -> str:
    """Run a shell command in the workspace, without the network.

    Args:
        command: as it is typed; it gets no input.
    """
    limits = Limits(wall_s=LONGEST_S)
    return _told(await hands.run(Command(argv=("sh", "-c", command), limits=limits)))


async def run_tests(hands: Hands) -> str:
    """Check the program in the workspace: does it compile, resolve its imports, start, and pass its tests."""
    verdict = await hands.verify(VerifyPlan())
    lines = [f"{gate.gate}: {'passed' if gate.passed else 'FAILED'}" for gate in verdict.gates]
    evidence = [] if verdict.failure is None else ["", verdict.failure.evidence]
    return "\n".join([*lines, *evidence]) or "There is nothing to check."


def _told(result: RunResult) -> str:
    """Return what a run printed, and how it ended where that was not well."""
    parts = [
        result.stdout.rstrip("\n"),
        "[more was printed; it was not kept]" if result.stdout_cut else "",
        result.stderr.rstrip("\n"),
        "[more errors were printed; they were not kept]" if result.stderr_cut else "",
        "" if result.ok else f"[{_ending(result)}]",
    ]
    return "\n".join(part for part in parts if part) or "It printed nothing, and ended well."


def _ending(result: RunResult) -> str:
    if result.ended_by != "itself":
        return f"it was stopped: {result.ended_by}"
    return f"exit code {result.exit_code}"
