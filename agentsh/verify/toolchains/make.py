"""Whatever a Makefile builds: `make`, `make run`, `make test`. Only for a program that nothing else here can run."""

import re
from collections.abc import Sequence

from agentsh.core.verdict import VerifyPlan
from agentsh.verify.program import Program
from agentsh.verify.toolchains.toolchain import Check, Problem

_NAMES = ("GNUmakefile", "makefile", "Makefile")
_TARGET = re.compile(r"^(?P<name>[A-Za-z0-9_.-]+)\s*:(?!=)", re.MULTILINE)


class Make:
    """A Makefile."""

    name = "Make"
    runner = "make"
    hint = "Install make (apt install make)."
    places = re.compile(
        r"^(?:\S+: (?:\*\*\* \[)?)?(?P<path>[\w./+-]+\.\w+|[Mm]akefile):(?P<line>\d+)[:.\]]", re.MULTILINE
    )

    def files(self, program: Program) -> tuple[str, ...]:
        """Return the Makefile."""
        return tuple(name for name in _NAMES if name in program.files)[:1]

    def checks(self, program: Program, _plan: VerifyPlan, *, main: bool) -> Sequence[Check | Problem]:
        """Return: it builds, its target `run` starts, its tests pass."""
        if not main:
            return []
        targets = _TARGET.findall(program.texts.get(self.files(program)[0], ""))
        found: list[Check | Problem] = [Check("compiles", ("make",), "it builds")]
        if (run := next((name for name in ("run", "demo") if name in targets), None)) is not None:
            found.append(Check("entry", ("make", "-s", run), "it starts", starts=True))
        if (test := next((name for name in ("test", "check") if name in targets), None)) is not None:
            found.append(Check("tests", ("make", "-s", test), f"make {test} passes"))
        return found
