"""What the gates need to know of a language: its files, what has to be installed, and which commands check them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from agentsh.core.verdict import GateName, VerifyPlan
from agentsh.verify.program import Program

EACH = 'for file; do {command} "$file" || exit 1; done'
"""A shell's loop, for checkers that take one file."""


@dataclass(frozen=True)
class Check:
    """One command that has to end with 0.

    Attributes:
        gate: which gate it stands for.
        argv: the command.
        says: what holds when it passes.
        named: the command as people would type it; empty: as it is.
        starts: whether it is the program itself, that may also serve or draw.
        path: the file that is at fault where the tools name none.
    """

    gate: GateName
    argv: tuple[str, ...]
    says: str
    named: str = ""
    starts: bool = False
    path: str | None = None


@dataclass(frozen=True)
class Problem:
    """Something that is wrong before anything is run."""

    gate: GateName
    evidence: str
    path: str | None = None


class Toolchain(Protocol):
    """One language by its own runner."""

    @property
    def name(self) -> str:
        """What people call it: Node."""

    @property
    def runner(self) -> str:
        """Program that has to be installed: node."""

    @property
    def hint(self) -> str:
        """How to get it."""

    def files(self, program: Program) -> tuple[str, ...]:
        """Return the files of the workspace that are its own; none: it is not used here."""

    def checks(self, program: Program, plan: VerifyPlan, /, *, main: bool) -> Sequence[Check | Problem]:
        """Return what is to be tried, gate by gate; `main`: whether the program is written in it."""

    @property
    def places(self) -> re.Pattern[str]:
        """Finds `path` and `line` in what its tools say; the first that names a file of the workspace counts."""


def each(gate: GateName, command: str, files: Sequence[str], what: str) -> Check:
    """Return the check that runs `command` on one file after the other, up to the first that it objects to."""
    argv = ("sh", "-c", EACH.format(command=command), "sh", *files)
    count = f"{len(files)} file" if len(files) == 1 else f"{len(files)} files"
    return Check(gate, argv, f"{what}, {count}", named=f"{command} {' '.join(files)}")


def with_suffix(program: Program, *suffixes: str) -> tuple[str, ...]:
    """Return the files that end so."""
    return tuple(path for path in program.files if path.endswith(suffixes))


def top(files: Sequence[str], *preferred: str) -> str | None:
    """Return the one that is started: the first of `preferred` that is there, else the only one that is at the top."""
    for name in preferred:
        if name in files:
            return name
    tops = [path for path in files if "/" not in path]
    return tops[0] if len(tops) == 1 else None


def entry_of(plan: VerifyPlan, files: Sequence[str], *preferred: str) -> str | None:
    """Return what is started: what the plan says, if it is one of `files`, else `top`."""
    wanted = plan.entry.removeprefix("./") if plan.entry is not None else None
    return wanted if wanted in files else top(files, *preferred)
