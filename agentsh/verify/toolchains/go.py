"""Go by its own tool: vet, run, test."""

import re
from collections.abc import Sequence

from agentsh.core.verdict import VerifyPlan
from agentsh.verify.program import Program
from agentsh.verify.toolchains.toolchain import Check, Problem, with_suffix


class Go:
    """Go."""

    name = "Go"
    runner = "go"
    hint = "Install Go (apt install golang-go)."
    places = re.compile(r"^\s*(?:vet: |\./)?(?P<path>[\w./-]+\.go):(?P<line>\d+)", re.MULTILINE)

    def files(self, program: Program) -> tuple[str, ...]:
        """Return its sources."""
        return with_suffix(program, ".go")

    def checks(self, program: Program, plan: VerifyPlan, *, main: bool) -> Sequence[Check | Problem]:
        """Return: it compiles and vets, it starts, its tests pass."""
        if "go.mod" not in program.files:
            return [Problem("files", "there is no go.mod; write one: go mod init NAME", self.files(program)[0])]
        found: list[Check | Problem] = [Check("compiles", ("go", "vet", "./..."), "go vet finds nothing")]
        if main and "main.go" in program.files:
            found.append(Check("entry", ("go", "run", ".", *plan.entry_args), "it starts", starts=True))
        if with_suffix(program, "_test.go"):
            found.append(Check("tests", ("go", "test", "./..."), "its tests pass"))
        return found
