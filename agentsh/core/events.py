"""Every fact that a journal can hold. Events are append-only: a field may be added with a default, never renamed."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, JsonValue, TypeAdapter

from agentsh.core.cards import ActionCard, BudgetCard, RoleCard, TeamFile
from agentsh.core.chat import Usage
from agentsh.core.code import RunResult, SandboxStatus
from agentsh.core.controls import PartialUse
from agentsh.core.files import FileChange
from agentsh.core.ids import ActionName, MessageId, QuestionId, ReactionId, RoleName, SessionName
from agentsh.core.messages import Message
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.worlds import WorldCard

JOURNAL_VERSION = 1
"""Version of the events' shapes; a session says which one it began with."""

StepKind = Literal["model", "run", "read", "write", "verify", "tool", "person", "publish", "tick"]
SnapshotReason = Literal["start", "period", "event", "stop"]
Status = Literal["running", "paused", "waiting", "finished", "failed", "interrupted"]


class SessionStarted(Frozen):
    """A session begins: all that is needed to go on with it elsewhere."""

    kind: Literal["session.started"] = "session.started"
    session: SessionName
    idea: str
    team: TeamFile
    provider: str
    model: str
    host: str
    seed: int
    budget: BudgetCard = BudgetCard()
    approve: str = "ask"
    humans: tuple[RoleName, ...] = ()
    workspace: str
    own_workspace: bool = True
    """Whether agentsh made the folder, or it is the user's."""
    variables: dict[str, str] = {}
    temperature: float | None = None
    num_ctx: int = 8192
    world: WorldCard | None = None
    """What ticks beside the team, or alone."""
    mark: str = ""
    """That this user's agentsh on this machine began it; without it the session may do nothing that is not asked."""
    version: int = JOURNAL_VERSION


class SessionResumed(Frozen):
    """The session goes on: after a pause (`go`), in a new process (`reopened`), or after it was quiet (`more`)."""

    kind: Literal["session.resumed"] = "session.resumed"
    reason: Literal["go", "reopened", "more"]
    role: RoleName | None = None
    budget: BudgetCard | None = None
    """New limits, when reopened with some."""
    model: str | None = None
    host: str | None = None
    """Another model or host, when reopened with one."""
    ticks: int | None = None
    """The world goes on for so many ticks, when reopened with some."""


class SessionAdopted(Frozen):
    """What the session may do, and where, is from now on what its user says here."""

    kind: Literal["session.adopted"] = "session.adopted"
    session: SessionName
    approve: str
    host: str
    workspace: str
    own_workspace: bool
    mark: str = ""
    foreign: bool = False
    """Whether it had been begun elsewhere: then nothing that was approved there counts."""


class SandboxProbed(Frozen):
    """The sandbox that holds the team's code from now on, and what it was measured to hold."""

    kind: Literal["sandbox.probed"] = "sandbox.probed"
    status: SandboxStatus


class TeamChanged(Frozen):
    """Prompts, roles or the team were edited since; from now on these hold."""

    kind: Literal["team.changed"] = "team.changed"
    team: TeamFile


class SessionPaused(Frozen):
    """No new step starts: of one role, or of anybody."""

    kind: Literal["session.paused"] = "session.paused"
    role: RoleName | None = None
    why: str = ""


class SessionFinished(Frozen):
    """The run ended. `exit_code` is what the process returned for it."""

    kind: Literal["session.finished"] = "session.finished"
    status: Literal["finished", "failed", "interrupted", "waiting"]
    exit_code: int
    summary: str


class MessagePublished(Frozen):
    """A message is on the bus. When a reaction published it, this is also the record of that step."""

    kind: Literal["message.published"] = "message.published"
    message: Message
    ordinal: int | None = None
    request_hash: str | None = None


class ReactionStarted(Frozen):
    """A role takes the messages that are due for it and begins to react."""

    kind: Literal["reaction.started"] = "reaction.started"
    reaction: ReactionId
    role: RoleName
    observed: tuple[MessageId, ...]
    round: int = 0
    action: ActionName | None = None
    """What the conductor wants done; None: the role thinks for itself."""
    brief: JsonObject = {}
    """What the conductor tells the role for it."""


class ReactionFinished(Frozen):
    """The role has done with these messages."""

    kind: Literal["reaction.finished"] = "reaction.finished"
    reaction: ReactionId
    role: RoleName


class ReactionFailed(Frozen):
    """The reaction ended with an error; its messages are due again after a retry."""

    kind: Literal["reaction.failed"] = "reaction.failed"
    reaction: ReactionId
    role: RoleName
    error: str
    hint: str = ""
    exit_code: int = 1
    raw: str = ""
    """What the model said last, when that was the trouble."""
    resumable: bool = True
    """Whether the same reaction can go on later; if not, a retry begins a new one on the same messages."""


class ReactionRetried(Frozen):
    """A failed reaction goes on: what it had finished is not done again."""

    kind: Literal["reaction.retried"] = "reaction.retried"
    reaction: ReactionId
    role: RoleName
    afresh: bool = False
    """Its messages are due again instead: going on would only find the same failure recorded."""


class ReactionDiverged(Frozen):
    """On resume a step asked for something else than what was recorded; it goes on live from there."""

    kind: Literal["reaction.diverged"] = "reaction.diverged"
    reaction: ReactionId
    role: RoleName
    ordinal: int
    recorded_hash: str
    request_hash: str


class StepStarted(Frozen):
    """A side effect is about to happen."""

    kind: Literal["step.started"] = "step.started"
    reaction: ReactionId
    role: RoleName
    ordinal: int
    step: StepKind
    request_hash: str
    request: JsonValue = None
    safe_to_retry: bool = True
    action: ActionName | None = None
    """What the step is for."""


class StepFinished(Frozen):
    """The side effect happened; from now on its result is read from here."""

    kind: Literal["step.finished"] = "step.finished"
    reaction: ReactionId
    role: RoleName
    ordinal: int
    step: StepKind
    request_hash: str
    result: JsonValue
    usage: Usage | None = None
    seconds: float = 0.0


class StepFailed(Frozen):
    """The side effect did not come about."""

    kind: Literal["step.failed"] = "step.failed"
    reaction: ReactionId
    role: RoleName
    ordinal: int
    step: StepKind
    request_hash: str
    error: str
    failure: str = ""
    partial: str = ""
    """Text that a generation had produced when it was cut."""


class GenerationStopped(Frozen):
    """A person interrupted a generation; its step waits for what becomes of the partial text."""

    kind: Literal["generation.stopped"] = "generation.stopped"
    reaction: ReactionId
    role: RoleName
    ordinal: int
    partial: str
    """Everything that was said, what it went on from included."""
    usage: Usage = Usage()
    """Estimated: a server that was interrupted does not say."""


class GenerationSettled(Frozen):
    """What becomes of a stopped generation: `text` is the answer, or what the model goes on from."""

    kind: Literal["generation.settled"] = "generation.settled"
    reaction: ReactionId
    role: RoleName
    ordinal: int
    how: PartialUse
    text: str = ""


class ModelLoading(Frozen):
    """The server loads a model before it can answer."""

    kind: Literal["model.loading"] = "model.loading"
    role: RoleName
    model: str
    host: str


class ModelTruncated(Frozen):
    """The server saw far fewer prompt tokens than were sent: it has probably cut the prompt."""

    kind: Literal["model.truncated"] = "model.truncated"
    reaction: ReactionId
    role: RoleName
    estimated_tokens: int
    seen_tokens: int
    num_ctx: int


class ModelRetried(Frozen):
    """A passing fault of the server; the call is made again."""

    kind: Literal["model.retried"] = "model.retried"
    reaction: ReactionId
    role: RoleName
    attempt: int
    reason: str


class MemorySummarised(Frozen):
    """A role's history up to and with message `upto` is told by `text` from now on."""

    kind: Literal["memory.summarised"] = "memory.summarised"
    role: RoleName
    reaction: ReactionId
    upto: MessageId
    text: str


class HumanAsked(Frozen):
    """A question waits for a person who plays `role`."""

    kind: Literal["human.asked"] = "human.asked"
    question: QuestionId
    role: RoleName
    prompt: str
    schema_: JsonObject | None = Field(default=None, alias="schema")
    choices: tuple[str, ...] = ()
    to_boss: bool = False
    """Whether the role asks the Boss; else whoever plays it is asked to answer for it."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class HumanAnswered(Frozen):
    """A person answered; the first answer wins."""

    kind: Literal["human.answered"] = "human.answered"
    question: QuestionId
    role: RoleName
    answer: JsonValue


class HumanWithdrawn(Frozen):
    """A question is taken back: the model plays the role again."""

    kind: Literal["human.withdrawn"] = "human.withdrawn"
    question: QuestionId
    role: RoleName


class ApprovalAsked(Frozen):
    """Somebody has to allow an effect before it happens."""

    kind: Literal["approval.asked"] = "approval.asked"
    question: QuestionId
    role: RoleName
    what: str
    """Such as `run code`."""
    detail: str
    editable: bool = False
    """Whether it may be allowed in another wording: `detail` is a command line."""
    why: str = ""
    """Why it is asked although such things are approved: it is dangerous, or a rule says so."""
    suggested: tuple[str, ...] = ()
    """Rules that would allow it from now on; none: it is asked each time."""
    shown: str = ""
    """What people read in place of `detail`, where that holds a script that nobody can read."""

    @property
    def told(self) -> str:
        """What people read before they decide."""
        return self.shown or self.detail


class ApprovalSettled(Frozen):
    """The effect is allowed or not."""

    kind: Literal["approval.settled"] = "approval.settled"
    question: QuestionId
    role: RoleName
    what: str
    allowed: bool
    scope: Literal["once", "session", "workspace", "always"] = "once"
    why: str = ""
    rule: str = ""
    """Glob of details that are allowed from now on; empty: all of this kind. Only with a scope beyond once."""
    edited: str | None = None
    """What was allowed instead."""


class FileChanged(Frozen):
    """A file of the workspace changed, and is kept under a commit when a role wrote it.

    The role is the Boss when it changed by hand, or by a program that the team did not run.
    """

    kind: Literal["file.changed"] = "file.changed"
    role: RoleName
    reaction: ReactionId | None = None
    file: FileChange
    commit: str | None = None
    ran: bool = False
    """Whether code that was run did it: then there is nothing new to verify."""
    digest: str = ""
    """Of its text now (`core.canonical.digest`); empty: not known, or no text."""


class FileConflict(Frozen):
    """A role wrote a file that had changed by hand since it last read it; one of the two versions was kept."""

    kind: Literal["file.conflict"] = "file.conflict"
    role: RoleName
    reaction: ReactionId
    path: str
    kept: Literal["hand", "role"]


class BudgetWasSpent(Frozen):
    """A budget is used up; no step starts until there is more."""

    kind: Literal["budget.spent"] = "budget.spent"
    budget: str
    limit: float
    spent: float


class BudgetChanged(Frozen):
    """New limits from now on."""

    kind: Literal["budget.changed"] = "budget.changed"
    budget: BudgetCard


class BreakpointsChanged(Frozen):
    """These are the breakpoints from now on, as they were written."""

    kind: Literal["breakpoints.changed"] = "breakpoints.changed"
    breakpoints: tuple[str, ...]


class ModelChanged(Frozen):
    """Another model answers from the next step on: for one role, or for all that have none of their own."""

    kind: Literal["model.changed"] = "model.changed"
    model: str
    role: RoleName | None = None


class RoleHired(Frozen):
    """A role joins the team, with the actions that it brings."""

    kind: Literal["role.hired"] = "role.hired"
    role: RoleName
    card: RoleCard
    actions: dict[ActionName, ActionCard] = {}


class RoleFired(Frozen):
    """A role leaves the team; what it was doing has ended."""

    kind: Literal["role.fired"] = "role.fired"
    role: RoleName


class Interviewed(Frozen):
    """A role answered a question from its memory; neither is remembered. Source: Generative Agents."""

    kind: Literal["role.interviewed"] = "role.interviewed"
    role: RoleName
    question: str
    answer: str
    model: str
    usage: Usage = Usage()


class ShellRan(Frozen):
    """A shell command of the Boss's was run in the sandbox, or refused."""

    kind: Literal["shell.ran"] = "shell.ran"
    command: str
    result: RunResult


class SessionRenamed(Frozen):
    """The session has another name; its file gets it when the session is closed."""

    kind: Literal["session.renamed"] = "session.renamed"
    name: SessionName


class RoleTaken(Frozen):
    """A person plays the role from now on."""

    kind: Literal["role.taken"] = "role.taken"
    role: RoleName


class RoleReleased(Frozen):
    """The model plays the role again."""

    kind: Literal["role.released"] = "role.released"
    role: RoleName


class TickFinished(Frozen):
    """A world has moved on by one tick: what reached it, and what it changed."""

    kind: Literal["tick.finished"] = "tick.finished"
    tick: int
    landed: tuple[MessageId, ...] = ()
    """What agents thought and people said to the world, in the order in which the tick took it in."""
    missed: dict[RoleName, str] = {}
    """Agents that were asked and will not answer, with why."""
    changes: str = ""
    """JSON of the components, relations and entities that changed and are stored with this tick."""
    digest: str = ""
    """Of everything that changed: a tick that is run again has to come to the same."""


class WorldSnapshot(Frozen):
    """All of a world after a tick, as far as it outlives one. Later ticks need nothing before it."""

    kind: Literal["world.snapshot"] = "world.snapshot"
    tick: int
    why: SnapshotReason
    parts: dict[str, tuple[str, ...]]
    """JSON by section, in pieces: a piece that is as it was in an older snapshot is stored once."""


class WorldEdited(Frozen):
    """A person changed a component between two ticks."""

    kind: Literal["world.edited"] = "world.edited"
    tick: int
    """The last one before it."""
    entity: int
    component: str
    value: JsonValue
    """Its fields; None: it was taken away."""


class Noticed(Frozen):
    """Something that a person should know, and that is no error."""

    kind: Literal["notice"] = "notice"
    message: str
    hint: str = ""


class ErrorSeen(Frozen):
    """Something went wrong that a person should know of."""

    kind: Literal["error"] = "error"
    message: str
    hint: str = ""
    role: RoleName | None = None
    exit_code: int = 1


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
    | RoleTaken
    | RoleReleased
    | TickFinished
    | WorldSnapshot
    | WorldEdited
    | Noticed
    | ErrorSeen,
    Field(discriminator="kind"),
]
EVENTS: TypeAdapter[Event] = TypeAdapter(Event)
"""Reads an event of any kind from JSON."""


class Recorded(Frozen):
    """An event that the journal has acknowledged. `at` is for people: no decision depends on it."""

    seq: int = Field(ge=1)
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
