"""Any event, as the journal holds it and as screens hear it."""

from typing import Annotated, Literal, NamedTuple

from pydantic import ConfigDict, Field, TypeAdapter

from agentsh.core.events.files import FileChanged, FileConflict
from agentsh.core.events.people import (
    ApprovalAsked,
    ApprovalSettled,
    HumanAnswered,
    HumanAsked,
    HumanWithdrawn,
    Interviewed,
    ShellRan,
)
from agentsh.core.events.reactions import (
    MemorySummarised,
    MessagePublished,
    ReactionDiverged,
    ReactionFailed,
    ReactionFinished,
    ReactionRetried,
    ReactionStarted,
)
from agentsh.core.events.session import (
    BreakpointsChanged,
    BudgetChanged,
    BudgetWasSpent,
    ErrorSeen,
    Noticed,
    SandboxProbed,
    SessionAdopted,
    SessionFinished,
    SessionForked,
    SessionPaused,
    SessionRenamed,
    SessionResumed,
    SessionRewound,
    SessionStarted,
    WorkspaceRestored,
)
from agentsh.core.events.steps import (
    GenerationSettled,
    GenerationStopped,
    ModelLoading,
    ModelRetried,
    ModelTruncated,
    StepFailed,
    StepFinished,
    StepStarted,
)
from agentsh.core.events.team import (
    InterpreterReset,
    ModelChanged,
    RoleFired,
    RoleHired,
    RoleReleased,
    RoleTaken,
    TasksEdited,
    TeamChanged,
)
from agentsh.core.events.worlds import TickFinished, WorldEdited, WorldSnapshot
from agentsh.core.ids import ReactionId, RoleName
from agentsh.core.model import Frozen

Event = Annotated[
    SessionStarted
    | SessionResumed
    | SessionAdopted
    | SandboxProbed
    | TeamChanged
    | SessionPaused
    | SessionFinished
    | MessagePublished
    | ReactionStarted
    | ReactionFinished
    | ReactionFailed
    | ReactionRetried
    | ReactionDiverged
    | StepStarted
    | StepFinished
    | StepFailed
    | GenerationStopped
    | GenerationSettled
    | ModelLoading
    | ModelTruncated
    | ModelRetried
    | MemorySummarised
    | HumanAsked
    | HumanAnswered
    | HumanWithdrawn
    | ApprovalAsked
    | ApprovalSettled
    | FileChanged
    | FileConflict
    | BudgetWasSpent
    | BudgetChanged
    | BreakpointsChanged
    | ModelChanged
    | RoleHired
    | RoleFired
    | Interviewed
    | ShellRan
    | SessionRenamed
    | SessionForked
    | SessionRewound
    | WorkspaceRestored
    | TasksEdited
    | InterpreterReset
    | RoleTaken
    | RoleReleased
    | TickFinished
    | WorldSnapshot
    | WorldEdited
    | Noticed
    | ErrorSeen,
    Field(discriminator="kind"),
]


EVENTS: TypeAdapter[Event] = TypeAdapter(Event, config=ConfigDict(defer_build=True))
"""Reads an event of any kind from JSON."""


class Recorded(NamedTuple):
    """An event that the journal has acknowledged. `at` is for people: no decision depends on it."""

    seq: int
    """From 1."""
    at: str
    """UTC, ISO 8601 with milliseconds and Z."""
    event: Event


class Delta(Frozen):
    """A piece of a generation under way: shown, never stored."""

    role: RoleName
    reaction: ReactionId
    ordinal: int
    kind: Literal["text", "thinking", "queued", "loading"]
    text: str = ""
    ahead: int = 0


def role_of(event: Event) -> RoleName | None:
    """Return the role that an event is about, for filters and `--jsonl`."""
    if isinstance(event, MessagePublished):
        return event.message.sent_from
    return getattr(event, "role", None)
