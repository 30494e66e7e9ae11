"""Where to pause: conditions on the step that is about to happen."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from agentsh.core.cards import TeamFile
from agentsh.core.errors import UsageError
from agentsh.core.events import StepKind
from agentsh.core.ids import ActionName, ReactionId, RoleName
from agentsh.core.worlds import WORLD
from agentsh.engine.conditions import Condition, parse_condition

FORMS = "role:NAME, action:NAME, before:KIND, tool:NAME, message:REGEX, tokens>N or component:KIND.FIELD<N"
KINDS = ("model", "run", "read", "write", "verify", "tool", "person", "publish", "tick", "news")


class Passage(NamedTuple):
    """A step that is about to happen."""

    role: RoleName
    reaction: ReactionId
    step: StepKind
    round: int = 0
    action: ActionName | None = None
    tool: str = ""
    message: str = ""
    """Text that is about to be published."""
    tokens: int = 0
    """What the session has used so far."""


@dataclass(frozen=True, slots=True)
class Breakpoint:
    """One condition, as the user wrote it in `text`."""

    text: str
    subject: str
    value: str
    pattern: re.Pattern[str] | None = None
    condition: Condition | None = None
    """On the components of a world: looked at after each tick, not before a step."""

    def hits(self, at: Passage) -> bool:
        """Return whether the session has to pause before this step. A verification runs the program: it is a run."""
        match self.subject:
            case "role":
                return at.role == self.value
            case "action":
                return at.action == self.value
            case "before":
                return at.step == self.value or (self.value == "run" and at.step == "verify")
            case "tool":
                return at.tool == self.value
            case "tokens":
                return at.tokens > int(self.value)
            case _:
                return self.pattern is not None and at.step == "publish" and bool(self.pattern.search(at.message))


def check_breakpoint(point: Breakpoint, team: TeamFile, *, has_world: bool) -> None:
    """Raise UsageError when a breakpoint names what is not there, so that it would never be hit."""
    if point.subject == "component" and not has_world:
        raise UsageError(f"{point.text!r} looks at a world, and this session has none", hint=f"write {FORMS}")
    roles = [*team.roles, *([WORLD] if has_world else [])]
    known = {"role": [str(role) for role in roles], "action": [str(action) for action in team.actions]}
    names = known.get(point.subject)
    if names is not None and point.value not in names:
        hint = f"there are: {', '.join(names) or 'none'}"
        raise UsageError(f"{point.text!r} names no {point.subject} of the team", hint=hint)


def parse_breakpoint(text: str) -> Breakpoint:
    """Read what a user wrote; raises UsageError that shows the forms."""
    if found := re.fullmatch(r"\s*tokens\s*>\s*(\d{1,15})\s*", text):
        return Breakpoint(text.strip(), "tokens", found[1])
    if text.strip().startswith("component:"):
        return Breakpoint(text.strip(), "component", text.strip(), condition=parse_condition(text))
    subject, colon, value = text.strip().partition(":")
    if not colon or not value or subject not in ("role", "action", "before", "tool", "message"):
        raise UsageError(f"{text!r} is not a breakpoint", hint=f"write {FORMS}")
    if subject == "before" and value not in KINDS:
        raise UsageError(f"{value!r} is not a kind of step", hint=f"before: takes one of {', '.join(KINDS)}")
    if subject != "message":
        return Breakpoint(text.strip(), subject, value)
    try:
        return Breakpoint(text.strip(), subject, value, re.compile(value))
    except re.error as error:
        raise UsageError(f"{value!r} is not a regular expression: {error}", hint=f"write {FORMS}") from error
