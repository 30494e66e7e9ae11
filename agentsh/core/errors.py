"""Every error that agentsh raises on purpose.

AgentshError                     what happened, and `hint`: what to do next
├── UsageError                   2  a flag, a setting, a name that is not there
│   ├── FileError                2  a file of the user's: path:line
│   └── WorldError               2  a world's entity, component or system is not what it has to be
├── BudgetSpent                  3  a budget ended it; resumable
├── PersonNeeded                 4  a question, and no terminal to ask it on; resumable
├── QuestionWithdrawn            4  a question to a person was taken back; the model is asked instead
├── ProviderError                5  no model server, or it failed
│   └── ModelMissing             5  the server is there, the model is not
├── OutputInvalid                6  a model's structured output stayed invalid
├── PlanFailed                   6  a role could not follow its plan, nor any that it made instead
├── LoopDetected                 6  a role says the same again and again
├── StepUncertain                4  a step had started before a crash and is not safe to repeat
├── SandboxUnavailable           2  nothing on this machine can hold model code
├── UnsafePath                   6  a path from outside that leaves the workspace
└── StoreError                   7  the session file
    ├── SessionLocked            7  another process has it open
    ├── SessionDamaged           7  bytes changed; says what could be read
    └── StoreFull                7  the disk is full
"""

from enum import IntEnum


class ExitCode(IntEnum):
    """What the process ends with. Scripts depend on it."""

    DONE = 0
    BUG = 1
    USAGE = 2
    BUDGET = 3
    PERSON = 4
    NO_MODEL = 5
    NOT_RUNNING = 6
    STORE = 7
    INTERRUPTED = 130


class AgentshError(Exception):
    """The root. `str(error)` is the fact, `hint` the next step, `exit_code` how the process ends."""

    exit_code: ExitCode = ExitCode.BUG
    resumable = True
    """Whether the reaction that met it can go on from its recorded steps, or has to begin afresh."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


class UsageError(AgentshError):
    """A flag, a setting or a name that the user gave is wrong."""

    exit_code = ExitCode.USAGE


class FileError(UsageError):
    """A file that a user wrote is wrong; the message begins with `path:line`."""

    def __init__(self, path: str, line: int | None, message: str, *, hint: str = "") -> None:
        where = path if line is None else f"{path}:{line}"
        super().__init__(f"{where}: {message}", hint=hint)
        self.path = path
        self.line = line


class WorldError(UsageError):
    """An entity, a component, a relation or a system of a world is not there, or not what it has to be."""


class BudgetSpent(AgentshError):
    """A budget is used up. `budget` is its name in the settings, `limit` what was allowed."""

    exit_code = ExitCode.BUDGET

    def __init__(self, budget: str, limit: float, spent: float) -> None:
        raised = f"--{budget.replace('_', '-')}", f"/budget {budget.removeprefix('max_')} N"
        super().__init__(
            f"the budget {budget} is spent: {spent:g} of {limit:g}",
            hint=f"resume with a larger {raised[0]}; in a shell: {raised[1]}",
        )
        self.budget = budget
        self.limit = limit
        self.spent = spent


class PersonNeeded(AgentshError):
    """A question waits for a person and there is nobody to ask."""

    exit_code = ExitCode.PERSON


class QuestionWithdrawn(AgentshError):
    """A question was taken back: another plays the role now, the model again or a person."""

    exit_code = ExitCode.PERSON


class StepUncertain(PersonNeeded):
    """A step was under way when the process died, and doing it twice might do harm."""


class ProviderError(AgentshError):
    """A model server could not be reached, or failed in a way that retrying did not mend."""

    exit_code = ExitCode.NO_MODEL

    def __init__(self, message: str, *, hint: str = "", kind: str = "failed") -> None:
        super().__init__(message, hint=hint)
        self.kind = kind


class ModelMissing(ProviderError):
    """The server answers, but does not have the model."""

    def __init__(self, model: str, host: str) -> None:
        super().__init__(f"model {model!r} is not on {host}", hint=f"Type: agentsh models pull {model}", kind="missing")
        self.model = model
        self.host = host


class GenerationStopped(ProviderError):
    """A person interrupted a generation; `partial` is what it had said so far."""

    def __init__(self, role: str, partial: str) -> None:
        super().__init__(f"the generation of {role} was stopped", hint="/retry asks again", kind="stopped")
        self.partial = partial


class OutputInvalid(AgentshError):
    """A structured output did not validate after its repairs; `raw` is what the model said last."""

    exit_code = ExitCode.NOT_RUNNING
    resumable = False

    def __init__(self, message: str, *, raw: str, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.raw = raw


class PlanFailed(AgentshError):
    """A step of a plan failed, or the plan was refused, once more than it may be made anew."""

    exit_code = ExitCode.NOT_RUNNING
    resumable = False


class LoopDetected(AgentshError):
    """A role publishes the same message again and again."""

    exit_code = ExitCode.NOT_RUNNING
    resumable = False


class SandboxUnavailable(AgentshError):
    """Nothing on this machine can confine model code."""

    exit_code = ExitCode.USAGE


class UnsafePath(AgentshError):
    """A path that came from outside would leave the workspace."""

    exit_code = ExitCode.NOT_RUNNING
    resumable = False


class StoreError(AgentshError):
    """The session file cannot be read or written."""

    exit_code = ExitCode.STORE


class SessionLocked(StoreError):
    """Another process has the session open."""


class SessionDamaged(StoreError):
    """An event's checksum does not fit; everything up to `last_good_seq` was read."""

    def __init__(self, message: str, *, last_good_seq: int, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.last_good_seq = last_good_seq


class StoreFull(StoreError):
    """The disk is full; what was acknowledged is safe."""
