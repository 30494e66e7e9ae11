"""Languages whose runner can check a script and start it, and of which nothing more is known: Ruby, Perl, PHP."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agentsh.core.verdict import VerifyPlan
from agentsh.verify.program import Program
from agentsh.verify.toolchains.toolchain import Check, Problem, each, entry_of, with_suffix


@dataclass(frozen=True)
class Scripts:
    """One such language."""

    name: str
    runner: str
    suffix: str
    parse: str
    """The command that only parses."""
    hint: str
    places: re.Pattern[str]

    def files(self, program: Program) -> tuple[str, ...]:
        """Return its scripts."""
        return with_suffix(program, self.suffix)

    def checks(self, program: Program, plan: VerifyPlan, *, main: bool) -> Sequence[Check | Problem]:
        """Return: each script parses, the program starts, each test script passes."""
        files = self.files(program)
        found: list[Check | Problem] = [each("compiles", self.parse, files, "they parse")]
        tests = [path for path in files if "test" in path]
        programs = [path for path in files if path not in tests]
        if main and (entry := entry_of(plan, programs, f"main{self.suffix}")) is not None:
            found.append(Check("entry", (self.runner, entry, *plan.entry_args), "it starts", starts=True))
        if tests:
            found.append(each("tests", self.runner, tests, "they pass"))
        return found


RUBY = Scripts(
    name="Ruby",
    runner="ruby",
    suffix=".rb",
    parse="ruby -c",
    hint="Install Ruby (apt install ruby).",
    places=re.compile(r"(?P<path>[\w./-]+\.rb):(?P<line>\d+):"),
)
PERL = Scripts(
    name="Perl",
    runner="perl",
    suffix=".pl",
    parse="perl -c",
    hint="Install Perl (apt install perl).",
    places=re.compile(r" at (?P<path>[\w./-]+\.p[lm]) line (?P<line>\d+)"),
)
PHP = Scripts(
    name="PHP",
    runner="php",
    suffix=".php",
    parse="php -l",
    hint="Install PHP (apt install php-cli).",
    places=re.compile(r" in (?P<path>[\w./-]+\.php)(?: on line |:)(?P<line>\d+)"),
)
