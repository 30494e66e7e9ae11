"""What a person or a script may ask of a session. Every shell and flag speaks in these."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from agentsh.core.cards import BudgetCard
from agentsh.core.ids import QuestionId, RoleName
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
    scope: Literal["once", "session", "always"] = "once"
    why: str = ""


class BreakAt(Frozen):
    """Pause before a step that fits.

    Forms: `role:NAME`, `action:NAME`, `before:KIND`, `tool:NAME`, `message:REGEX`, `tokens>N`.
    """

    kind: Literal["break"] = "break"
    when: str = Field(min_length=1)


class Retry(Frozen):
    """Make the messages of failed reactions due again."""

    kind: Literal["retry"] = "retry"
    role: RoleName | None = None


class SetBudget(Frozen):
    """New limits from now on."""

    kind: Literal["budget"] = "budget"
    budget: BudgetCard


Control = Annotated[
    Say | Pause | Go | Step | Stop | Be | Release | AnswerQuestion | Settle | BreakAt | Retry | SetBudget,
    Field(discriminator="kind"),
]
