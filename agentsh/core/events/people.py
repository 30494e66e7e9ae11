"""What people are asked, what they answer, allow and do themselves."""

from typing import Literal

from pydantic import ConfigDict, Field, JsonValue

from agentsh.core.chat import Usage
from agentsh.core.code import RunResult
from agentsh.core.ids import QuestionId, RoleName
from agentsh.core.model import Frozen, JsonObject


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
    prose: bool = False
    """Whether `detail` is a text, such as a plan, and no command line."""
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
    times: int = 1
    """So many of this kind are allowed, this one first."""
    counted: bool = False
    """Whether it is one of those that were allowed by their number."""


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
