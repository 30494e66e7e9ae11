"""Rust by cargo: check, run, test, from what is on this machine only."""

import re
from collections.abc import Sequence

from agentsh.core.verdict import VerifyPlan
from agentsh.verify.program import Program
from agentsh.verify.toolchains.toolchain import Check, Problem, with_suffix

_CARGO = ("cargo", "--offline", "--quiet")


class Rust:
    """Rust."""

    name = "Rust"
    runner = "cargo"
    hint = "Install Rust where the sandbox sees it (apt install cargo)."
    places = re.compile(r"(?:--> |panicked at )(?P<path>[\w./-]+\.rs):(?P<line>\d+)")

    def files(self, program: Program) -> tuple[str, ...]:
        """Return its sources."""
        return with_suffix(program, ".rs")

    def checks(self, program: Program, plan: VerifyPlan, *, main: bool) -> Sequence[Check | Problem]:
        """Return: it compiles, it starts, its tests pass."""
        if "Cargo.toml" not in program.files:
            return [Problem("files", "there is no Cargo.toml; write one: cargo init", self.files(program)[0])]
        found: list[Check | Problem] = [Check("compiles", (*_CARGO, "check"), "cargo check finds nothing")]
        if main and "src/main.rs" in program.files:
            found.append(Check("entry", (*_CARGO, "run", "--", *plan.entry_args), "it starts", starts=True))
        if main:
            found.append(Check("tests", (*_CARGO, "test"), "its tests pass"))
        return found
