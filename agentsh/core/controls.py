"""What a person or a script may ask of a session. Every shell and flag speaks in these."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from agentsh.core.cards import ActionCard, BudgetCard, RoleCard
from agentsh.core.ids import ActionName, QuestionId, RoleName, SessionName
from agentsh.core.model import Frozen


class Say(Frozen):
    """The Boss says something: to everybody, or to the roles named."""

    kind: Literal["say"] = "say"
    text: str = Field(min_length=1)
    send_to: tuple[RoleName, ...] = ()


class Pause(Frozen):
    """No new step starts: of one role, or of anybody."""

    kind: Literal["pause"] = "pause"
    role: RoleName | None = None
    why: str = ""


class Go(Frozen):
    """Go on after a pause."""

    kind: Literal["go"] = "go"
    role: RoleName | None = None


class Step(Frozen):
    """Let exactly `times` steps through while paused: of one role, or of whoever is next."""

    kind: Literal["step"] = "step"
    role: RoleName | None = None
    times: int = Field(default=1, ge=1)


class Stop(Frozen):
    """Interrupt generations under way; their partial text is kept."""

    kind: Literal["stop"] = "stop"
    role: RoleName | None = None


PartialUse = Literal["keep", "edit", "continue", "drop"]
"""What becomes of a stopped generation: it is the answer as it is, or as edited; the model goes on from it; it goes."""


class UsePartial(Frozen):
    """Decide what becomes of a role's stopped generation; `text` is what it was edited to, before all but a drop."""

    kind: Literal["partial"] = "partial"
    role: RoleName
    how: PartialUse
    text: str | None = None


class Be(Frozen):
    """A person plays the role from now on."""

    kind: Literal["be"] = "be"
    role: RoleName


class Release(Frozen):
    """The model plays the role again."""

    kind: Literal["release"] = "release"
    role: RoleName


class AnswerQuestion(Frozen):
    """Answer a question of the inbox: text, or data that fits its schema."""

    kind: Literal["answer"] = "answer"
    question: QuestionId
    answer: JsonValue


class Settle(Frozen):
    """Allow or refuse what awaits approval."""

    kind: Literal["settle"] = "settle"
    question: QuestionId
    allowed: bool
    scope: Literal["once", "session", "workspace", "always"] = "once"
    """How long it holds: `workspace` and `always` are kept in agentsh.toml."""
    why: str = ""
    rule: str = ""
    """With a scope beyond once: the glob that details have to fit, such as `python *`; empty: all of that kind."""
    edited: str | None = None
    """What is allowed instead: another command line."""
    times: int = Field(default=1, ge=1, le=1000)
    """With the scope once: so many of this kind are allowed, this one first."""


class BreakAt(Frozen):
    """Pause before a step that fits.

    Forms: `role:NAME`, `action:NAME`, `before:KIND`, `tool:NAME`, `message:REGEX`, `tokens>N`; in a world
    `component:Health.hp<10`, which pauses after the tick in which it becomes true.
    """

    kind: Literal["break"] = "break"
    when: str = Field(min_length=1)


class Unbreak(Frozen):
    """Take a breakpoint away, as it was written; None: all of them."""

    kind: Literal["unbreak"] = "unbreak"
    when: str | None = None


class Whisper(Frozen):
    """Put something into a role's memory: nobody else hears it, and it sets nobody off. Source: Generative Agents."""

    kind: Literal["whisper"] = "whisper"
    role: RoleName
    text: str = Field(min_length=1)


class ChangeModel(Frozen):
    """Ask another model from the next step on: for one role, or for all that have none of their own."""

    kind: Literal["model"] = "model"
    name: str = Field(min_length=1)
    role: RoleName | None = None


class Hire(Frozen):
    """Take a role into the team, with the actions that it brings."""

    kind: Literal["hire"] = "hire"
    card: RoleCard
    actions: dict[ActionName, ActionCard] = {}


class Fire(Frozen):
    """Let a role go; what it was doing ends."""

    kind: Literal["fire"] = "fire"
    role: RoleName


class Rename(Frozen):
    """Call the session otherwise; its file follows when the session is closed."""

    kind: Literal["rename"] = "rename"
    name: SessionName


class Retry(Frozen):
    """Make the messages of failed reactions due again."""

    kind: Literal["retry"] = "retry"
    role: RoleName | None = None


class Tick(Frozen):
    """Let the world go on for so many ticks, with the thoughts that they set off; then it is paused."""

    kind: Literal["tick"] = "tick"
    times: int = Field(default=1, ge=1)


class SetSpeed(Frozen):
    """Let the world go at most so fast; None: as fast as it can."""

    kind: Literal["speed"] = "speed"
    ticks_per_second: float | None = Field(default=None, gt=0)


class EditEntity(Frozen):
    """Give an entity of the world a component, or take it away with None; at the next boundary of two ticks."""

    kind: Literal["edit_entity"] = "edit_entity"
    entity: int
    component: str
    value: JsonValue = None
    path: tuple[str, ...] = ()
    """One field of it, and fields within that, the others left as they are; empty: the whole component."""


WorldControl = Tick | SetSpeed | EditEntity


class EditTasks(Frozen):
    """Change the team's task list: the one that it works off, while it does."""

    kind: Literal["tasks"] = "tasks"
    how: Literal["add", "edit", "skip", "move", "reopen"]
    """add: at the end. move: to position `to`, from 1. reopen: it is to be done (again)."""
    id: str = ""
    text: str = ""
    to: int = Field(default=1, ge=1)


class ResetPython(Frozen):
    """Let a role's interpreter begin with nothing; files and messages stay."""

    kind: Literal["reset_python"] = "reset_python"
    role: RoleName


class SetBudget(Frozen):
    """New limits from now on."""

    kind: Literal["budget"] = "budget"
    budget: BudgetCard


Control = Annotated[
    Say
    | Pause
    | Go
    | Step
    | Stop
    | UsePartial
    | Be
    | Release
    | AnswerQuestion
    | Settle
    | BreakAt
    | Unbreak
    | Whisper
    | ChangeModel
    | Hire
    | Fire
    | Rename
    | Retry
    | SetBudget
    | EditTasks
    | ResetPython
    | Tick
    | SetSpeed
    | EditEntity,
    Field(discriminator="kind"),
]
