"""Does the program run? Each gate with its evidence."""

from typing import Literal

from agentsh.core.model import Frozen

GateName = Literal["files", "compiles", "imports", "requirements", "entry", "examples", "tests"]


class Example(Frozen):
    """A call and what it has to give, as Python literals: `("level",)` and `True`."""

    args: str
    """Source of the arguments, as between the brackets of a call: `'level'` or `1, 2`."""
    result: str
    """Source of the expected result: `True`."""


class VerifyPlan(Frozen):
    """What is to be verified in a workspace."""

    entry: str | None = None
    """Path of the program to start; None: main.py, else the only script, else none."""
    entry_args: tuple[str, ...] = ()
    entry_stdin: str = ""
    tests: bool = True
    """Whether there have to be tests, and they have to pass."""
    command: str | None = None
    """The team's own command instead of the gates, as an argv line: `python main.py --check`."""
    wall_s: float = 60.0
    """Deadline of each single run, seconds."""


class GateResult(Frozen):
    """One gate's outcome."""

    gate: GateName
    passed: bool
    evidence: str
    """The shortest faithful excerpt: what was run, what it said."""
    path: str | None = None
    line: int | None = None


class Verdict(Frozen):
    """All gates that were tried, in order. It stops at the first that fails."""

    passed: bool
    gates: tuple[GateResult, ...]

    @property
    def failure(self) -> GateResult | None:
        """The gate that failed, if one did."""
        return next((gate for gate in self.gates if not gate.passed), None)
