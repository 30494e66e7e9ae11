"""Does the program run? Each gate with its evidence."""

from collections.abc import Collection
from typing import Literal

from agentsh.core.files import FileDraft
from agentsh.core.model import Frozen
from agentsh.core.packages import Installed

GateName = Literal["files", "compiles", "imports", "requirements", "entry", "examples", "tests"]

RECORD = "README.md"
"""Where a program keeps what was checked of it. A change of it is no change of the program."""


class Example(Frozen):
    """A call and what it has to give, as Python literals: `("level",)` and `True`."""

    args: str
    """Source of the arguments, as between the brackets of a call: `'level'` or `1, 2`."""
    result: str
    """Source of the expected result: `True`."""


class Start(Frozen):
    """How somebody says that the program is started."""

    entry: str
    """Path of the file that is run; of a package, its `__main__.py`."""
    args: tuple[str, ...] = ()
    stdin: str = ""
    needs: tuple[str, ...] = ()
    """Arguments that name files: without them it cannot be tried like this."""


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
    install: Installed | None = None
    """What came of installing the packages that were missing, when that was tried."""
    asked: tuple[Start, ...] = ()
    """How the Boss says that it is started, for a plan that names neither arguments nor input."""
    own: tuple[str, ...] | None = None
    """In a project that was there before: the files that the team has changed, and is held to. None: to all of them."""

    def as_asked(self, files: Collection[str]) -> "VerifyPlan":
        """Return the plan with the arguments that the Boss named, if these files can be started so."""
        if self.entry_args or self.entry_stdin or self.command is not None:
            return self
        fitting = (
            start
            for start in self.asked
            if {start.entry, *start.needs}.issubset(files) and self.entry in (None, start.entry)
        )
        if (start := next(fitting, None)) is None:
            return self
        return self.model_copy(update={"entry": start.entry, "entry_args": start.args, "entry_stdin": start.stdin})


class Mend(Frozen):
    """A file as it would be with what is merely missing put in. Nobody has to think for it."""

    draft: FileDraft
    what: str
    """In words: `main.py: added import sys`."""


class GateResult(Frozen):
    """One gate's outcome."""

    gate: GateName
    passed: bool
    evidence: str
    """The shortest faithful excerpt: what was run, what it said."""
    path: str | None = None
    line: int | None = None
    findings: int = 0
    """How many things are wrong, as far as that was counted."""
    mends: tuple[Mend, ...] = ()
    """Changes that would get past this gate, or further into it."""
    packages: tuple[str, ...] = ()
    """All packages that have to be installed to get past this gate, as requirements: `PyYAML>=6`."""
    for_tests: tuple[str, ...] = ()
    """Of those packages, the normalised names of what only tests import."""
    blamed: tuple[str, ...] = ()
    """Files that need those packages, where that is all that is wrong."""
    mendable: bool = True
    """Whether other files could mend it. Not, when this machine lacks what the program runs on."""
    untried: str = ""
    """What of it could not be tried here, and why: `it needs a screen for its window, and Xvfb is not installed`."""


class Verdict(Frozen):
    """All gates that were tried, in order. It stops at the first that fails."""

    passed: bool
    gates: tuple[GateResult, ...]
    record: FileDraft | None = None
    """The README with this verdict in it, to be kept beside the program; None: it is there already, or not wanted."""

    @property
    def failure(self) -> GateResult | None:
        """The gate that failed, if one did."""
        return next((gate for gate in self.gates if not gate.passed), None)

    @property
    def untried(self) -> str:
        """What could not be tried here, and why; empty: all was."""
        return "; ".join(gate.untried for gate in self.gates if gate.untried)

    @property
    def rank(self) -> tuple[bool, int, int]:
        """By what the better of two is told: a pass, then more gates passed, then less that is wrong."""
        failure = self.failure
        return self.passed, sum(gate.passed for gate in self.gates), -(failure.findings if failure else 0)
