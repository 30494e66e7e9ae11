"""Running code that a model wrote: what to run, within what limits, and what came of it."""

from typing import Literal

from pydantic import Field

from agentsh.core.model import Frozen

EndedBy = Literal["itself", "deadline", "output", "memory", "signal", "disk", "processes"]
"""What ended a run: the program, or the limit that it ran into."""


class Limits(Frozen):
    """What a run may use. Whatever it asks for beyond that ends it."""

    wall_s: float = Field(default=30.0, gt=0)
    cpu_s: int = Field(default=30, ge=1)
    memory_bytes: int = Field(default=1 << 30, ge=1 << 24)
    file_bytes: int = Field(default=64 << 20, ge=0)
    """Largest file it may write."""
    open_files: int = 256
    processes: int = 64
    disk_bytes: int = Field(default=512 << 20, ge=0)
    """Most that its files may take in all."""
    files: int = Field(default=20_000, ge=0)
    """Most files and folders that it may make."""
    output_bytes: int = Field(default=64_000, ge=1)
    """Of stdout and of stderr each; the rest is not read, and that is told."""


class Command(Frozen):
    """One program run inside the workspace."""

    argv: tuple[str, ...] = Field(min_length=1)
    cwd: str = "."
    """Relative to the workspace."""
    stdin: str = ""
    env: dict[str, str] = {}
    """Added to a clean environment; nothing of the user's own is inherited."""
    limits: Limits = Limits()
    network: bool = False
    read_only: bool = False
    """Whether it may only read the workspace, and write nothing but temporary files."""
    shown: str = ""
    """What whoever approves it reads first, where `argv` holds a script that nobody can read; no part of the run."""


class RunResult(Frozen):
    """What a run printed and how it ended."""

    exit_code: int | None
    """None when it was ended from outside."""
    stdout: str = ""
    stderr: str = ""
    ended_by: EndedBy = "itself"
    signal: int | None = None
    seconds: float = 0.0
    stdout_cut: bool = False
    stderr_cut: bool = False

    @property
    def ok(self) -> bool:
        """Whether it ended by itself with 0."""
        return self.exit_code == 0 and self.ended_by == "itself"


class Cell(Frozen):
    """A piece of Python for an interpreter that keeps what earlier pieces have defined."""

    code: str
    wall_s: float = Field(default=30.0, gt=0)
    output_bytes: int = Field(default=64_000, ge=1)
    """Of stdout and of stderr each."""


class CellResult(Frozen):
    """What a cell printed and gave, and what has become of the interpreter's memory."""

    stdout: str = ""
    stderr: str = ""
    value: str = ""
    """How the last expression reads; empty: there was none, or it was None."""
    error: str = ""
    """The traceback, from the cell's own lines on."""
    ended_by: EndedBy | Literal["interrupt"] = "itself"
    seconds: float = 0.0
    stdout_cut: bool = False
    stderr_cut: bool = False
    ran: bool = True
    """Not, when it was refused; then `error` says why."""
    wrote: bool = True
    """Whether files of the workspace may have changed meanwhile."""
    forgot: bool = False
    """Whether what earlier cells had defined was gone before this one ran."""
    lost: bool = False
    """Whether all is gone after it: the interpreter had to be ended, or ended itself."""

    @property
    def ok(self) -> bool:
        """Whether it ran to its end without an error."""
        return self.ran and not self.error and self.ended_by == "itself" and not self.lost

    @property
    def told(self) -> str:
        """What whoever wrote the cell reads of it."""
        cut = "[the rest was not kept]"
        parts = [
            "[what earlier cells had defined is gone]" if self.forgot else "",
            self.stdout.rstrip("\n") + (f"\n{cut}" if self.stdout_cut else ""),
            self.stderr.rstrip("\n") + (f"\n{cut}" if self.stderr_cut else ""),
            self.value,
            self.error,
            f"[it was stopped: {self.ended_by}]" if self.ended_by != "itself" and not self.lost else "",
            "[all that was defined is gone]" if self.lost else "",
        ]
        return "\n".join(part for part in parts if part)


class SandboxStatus(Frozen):
    """What the sandbox of this machine was measured to hold."""

    tier: Literal["bubblewrap", "landlock", "none"]
    line: str
    """For the status line: `bubblewrap+seccomp · files workspace only · net off · processes limited`."""
    holds: tuple[str, ...] = ()
    """Names of the attacks that were run at start and stopped."""
    leaks: tuple[str, ...] = ()
    """Names of the attacks that got through, or that this tier does not cover."""
    hint: str = ""
    """How to get a stronger tier."""

    @property
    def confines(self) -> bool:
        """Whether model code may run without asking each time."""
        return self.tier != "none"
