"""Shell scripts: each parses in its own shell; the only one, or main.sh, is started."""

import re
from collections.abc import Sequence

from agentsh.core.verdict import VerifyPlan
from agentsh.verify.program import Program
from agentsh.verify.toolchains.toolchain import Check, Problem, each, entry_of, with_suffix

_PARSE = (
    'for file; do case "$(head -n 1 "$file")" in *bash*) shell=bash;; *) shell=sh;; esac; '
    '"$shell" -n "$file" || exit 1; done'
)
_START = 'case "$(head -n 1 "$0")" in *bash*) exec bash "$0" "$@";; *) exec sh "$0" "$@";; esac'
_TEST = re.compile(r"(^|/)tests?/|(^|/)test[_-][^/]*\.sh$|[_-]test\.sh$")


class Shell:
    """POSIX shell, and bash where a script asks for it."""

    name = "Shell"
    runner = "sh"
    hint = "Install a POSIX shell."
    places = re.compile(r"^(?P<path>[\w./-]+\.(?:ba)?sh): (?:line )?(?P<line>\d+):", re.MULTILINE)

    def files(self, program: Program) -> tuple[str, ...]:
        """Return its scripts."""
        return with_suffix(program, ".sh", ".bash")

    def checks(self, program: Program, plan: VerifyPlan, *, main: bool) -> Sequence[Check | Problem]:
        """Return: each script parses, the program starts, each test script passes."""
        files = self.files(program)
        named = f"sh -n {' '.join(files)}"
        parse = Check("compiles", ("sh", "-c", _PARSE, "sh", *files), "they parse", named=named)
        found: list[Check | Problem] = [parse]
        scripts, tests = [f for f in files if not _TEST.search(f)], [f for f in files if _TEST.search(f)]
        if main and (entry := entry_of(plan, scripts, "main.sh", "run.sh")) is not None:
            argv, named = ("sh", "-c", _START, entry, *plan.entry_args), " ".join(("sh", entry, *plan.entry_args))
            found.append(Check("entry", argv, "it starts", named=named, starts=True))
        if tests:
            found.append(each("tests", "sh", tests, "they pass"))
        return found
