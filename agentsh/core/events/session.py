"""How a session begins, rests, goes on and ends, and within what limits."""

from typing import Literal

from agentsh.core.cards import BudgetCard, ReviewMode, TeamFile
from agentsh.core.code import SandboxStatus
from agentsh.core.ids import RoleName, SessionName
from agentsh.core.model import Frozen
from agentsh.core.worlds import WorldCard

JOURNAL_VERSION = 1
"""Version of the events' shapes; a session says which one it began with."""


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
    reviews: dict[str, ReviewMode] = {}
    """What of a role's documents the Boss sees first, in place of what its file says; `*` is every role."""
    workspace: str
    own_workspace: bool = True
    """Whether agentsh made the folder, or it is the user's."""
    branch: str = ""
    """What is committed to where the workspace is a repository of the user's; empty: nothing is committed there."""
    variables: dict[str, str] = {}
    temperature: float | None = None
    num_ctx: int = 8192
    native_tools: tuple[str, ...] = ()
    """Models that call tools natively; others are asked for a call as constrained JSON."""
    json_tools: tuple[str, ...] = ()
    """Of the others, those that give a call as one object; the rest is asked for one piece after the other."""
    led_tools: tuple[str, ...] = ()
    """The weakest: they pick one of the calls that make sense now."""
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


class SessionRenamed(Frozen):
    """The session has another name; its file gets it when the session is closed."""

    kind: Literal["session.renamed"] = "session.renamed"
    name: SessionName


class SessionForked(Frozen):
    """The session was another one up to here, and goes its own way from here on."""

    kind: Literal["session.forked"] = "session.forked"
    session: SessionName
    parent: SessionName
    seq: int
    """The event of the parent's after which it goes its own way."""
    workspace: str
    own_workspace: bool = True
    mark: str = ""
    lost: tuple[str, ...] = ()
    """Files that were there then, and that nothing holds as they were."""


class SessionRewound(Frozen):
    """The session went back: what came later is in another session, and in this one no more."""

    kind: Literal["session.rewound"] = "session.rewound"
    seq: int
    """The event that it went back to."""
    kept: SessionName
    """The session that has gone on from there."""
    session: SessionName
    workspace: str
    own_workspace: bool = True
    mark: str = ""
    parent: SessionName | None = None
    """The session's own name, place and parent are what they are now: it may have gone back to before it got them."""
    parent_seq: int = 0
    commit: str | None = None
    """What the workspace was at then; None: nothing had been written."""
    paths: tuple[str, ...] = ()
    """What changed after it, and is to be as it was."""


class WorkspaceRestored(Frozen):
    """The files are as they were when the session stood where it went back to."""

    kind: Literal["workspace.restored"] = "workspace.restored"
    paths: tuple[str, ...] = ()
    commit: str | None = None
    left: tuple[str, ...] = ()
    """Files that stay as they are, because no commit holds them as they were."""


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
