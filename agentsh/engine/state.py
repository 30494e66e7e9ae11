"""What a session is right now: small, mutable, and changed only by the fold over its events."""

from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from agentsh.core.cards import BudgetCard
from agentsh.core.chat import Usage
from agentsh.core.controls import PartialUse
from agentsh.core.events import RoleHired, SessionStarted, Status, StepKind
from agentsh.core.ids import ActionName, MessageId, QuestionId, ReactionId, RoleName
from agentsh.core.messages import Message
from agentsh.core.model import DumpedObject, JsonObject
from agentsh.core.plans import Tasks
from agentsh.core.verdict import Verdict


class Mutable(BaseModel):
    """A part of the state; only `engine.fold` changes it."""

    model_config = ConfigDict(extra="forbid", defer_build=True)

    if not TYPE_CHECKING:
        # The fold sets what it knows to be valid, dozens of times a step: pydantic's own way takes ten times as long.
        __setattr__ = object.__setattr__


class OpenReaction(Mutable):
    """A reaction that has begun and not finished."""

    reaction: ReactionId
    role: RoleName
    observed: tuple[MessageId, ...]
    round: int
    started_seq: int
    action: ActionName | None = None
    brief: DumpedObject = Field(default_factory=dict)
    """What the conductor told the role for it."""
    news: tuple[MessageId, ...] = ()
    """What came while it was under way and was taken notice of."""
    said: Message | None = None
    """The newest that it has published."""
    failed: str | None = None
    """The error that stopped it. It goes on from its recorded steps when it is tried again."""
    hint: str = ""
    """What can be done about that error."""
    exit_code: int = 0
    resumable: bool = True


class RoleState(Mutable):
    """What one role is up to."""

    name: RoleName
    due: dict[MessageId, int] = {}
    """Messages that it has not yet reacted to, oldest first, each with its round."""
    reactions: int = 0
    current: ReactionId | None = None
    """Its open reaction, under way or failed."""
    doing: ActionName | None = None
    step: StepKind | None = None
    """The step that is under way."""
    since: str = ""
    """When its state changed last; for people."""
    fired: bool = False
    """It has left the team; what it used still counts."""
    prompt_tokens: int = 0
    """Of its newest model call, as the server counted them."""
    memory_from: int = 0
    """Number of the reaction with the first cell that its interpreter remembers; 0: it remembers nothing."""
    paused: bool = False
    human: bool = False
    usage: Usage = Usage()
    summary: tuple[MessageId, str] | None = None
    plan: Tasks = ()
    """The newest plan that it follows, or followed."""
    last_said: str = ""
    said_again: int = 0
    """How often in a row it has said the same."""


class StoppedGeneration(Mutable):
    """A generation that a person interrupted: it waits for what becomes of its text."""

    question: QuestionId
    role: RoleName
    text: str
    how: PartialUse | None = None
    """What was decided; None: nothing yet."""
    usage: Usage = Usage()
    """Of all its interrupted tries."""
    tries: int = 1


class FileState(Mutable):
    """The newest known change of one file."""

    role: RoleName
    """Whose it was; the Boss's when it was made by hand."""
    digest: str = ""
    change: str = ""
    added_lines: int = 0
    removed_lines: int = 0


class Grant(Mutable):
    """What was allowed for the rest of the session."""

    what: str
    glob: str
    """What a detail has to fit."""
    allowed: bool = True
    """Or refused."""


class Question(Mutable):
    """Something that awaits a person."""

    question: QuestionId
    role: RoleName
    prompt: str
    approval: bool = False
    to_boss: bool = False
    what: str = ""
    """For an approval: its kind."""
    detail: str = ""
    editable: bool = False
    why: str = ""
    suggested: tuple[str, ...] = ()
    shown: str = ""
    prose: bool = False
    choices: tuple[str, ...] = ()
    schema_: JsonObject | None = None


class WorldState(Mutable):
    """How far the session's world is. What is in it is the world's own; its ticks are in the journal."""

    tick: int = 0
    last_tick: int | None = None
    """After it the world ends; None: it goes on."""
    arrived: dict[MessageId, RoleName] = {}
    """What was sent to the world and has not been taken in by a tick yet, with who sent it; oldest first."""
    snapshots: dict[int, int] = {}
    """Tick → seq of its newest snapshot."""
    paused: bool = False


class GoingBack(Mutable):
    """What the workspace has yet to become again."""

    seq: int
    commit: str | None = None
    paths: tuple[str, ...] = ()


class Conduct(Mutable):
    """What the team's conductor keeps in mind: its own to read, and folded from what it hears."""

    memory: DumpedObject = Field(default_factory=dict)
    """Small, whatever the length of the session."""
    progress: str = ""
    """How far it is, in a word or two for people: `phase 3/5`."""
    tasks: Tasks = ()
    """What the team works off, where it does so; the Boss may edit it."""


class State(Mutable):
    """A session, folded."""

    facts: SessionStarted | None = None
    roles: dict[RoleName, RoleState] = {}
    open: dict[ReactionId, OpenReaction] = {}
    questions: dict[QuestionId, Question] = {}
    answers: dict[QuestionId, JsonValue] = {}
    """Answers, and settled approvals, whose step has not finished yet."""
    granted: list[str] = []
    """What was approved for the rest of the session."""
    grants: list[Grant] = []
    """The same, as far as it was limited by a glob."""
    counted: dict[str, int] = {}
    """How many more of a kind may happen unasked."""
    stopped: dict[QuestionId, StoppedGeneration] = {}
    breakpoints: tuple[str, ...] = ()
    models: dict[RoleName, str] = {}
    """Models of single roles that were changed since they were hired."""
    hired: list[RoleHired] = []
    left: list[RoleName] = []
    """Roles of the team's file that were let go."""
    files: dict[str, FileState] = {}
    paused: bool = False
    status: Status = "running"
    budget: BudgetCard = BudgetCard()
    usage: Usage = Usage()
    messages: int = 0
    boss_messages: int = 0
    steps: int = 0
    rounds: int = 0
    """Longest causal chain so far."""
    seconds: float = 0.0
    """Time spent in finished steps."""
    changed_seq: int = 0
    """Seq of the newest change of the workspace."""
    verified_seq: int = 0
    """Seq at which the newest verification finished."""
    verdict: Verdict | None = None
    published: dict[ActionName, int] = {}
    """How many messages each action has caused."""
    world: WorldState | None = None
    conduct: Conduct = Conduct()
    going_back: GoingBack | None = None
    """The session was rewound, and its files not yet."""
    seq: int = 0
    """Newest event that is folded in."""


def model_of(state: State, role: RoleName) -> str:
    """Return the model that a role asks now: what it was changed to, its own, or the session's."""
    facts = state.facts
    if facts is None:
        return ""
    card = facts.team.roles.get(role)
    return state.models.get(role) or (card.model if card is not None else None) or facts.model
