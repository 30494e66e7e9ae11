"""People in the team: playing a role, allowing and refusing, answering what waits."""

from typing import Annotated, Literal

from pydantic import Field

from agentsh.commands.arguments import Arguments, From, Rest, Shown
from agentsh.commands.context import Context
from agentsh.commands.registry import command
from agentsh.commands.reply import EditText, Nothing, OpenQuestion, Reply, Text
from agentsh.core.controls import AnswerQuestion, Be, Release, Settle
from agentsh.core.errors import UsageError
from agentsh.core.ids import QuestionId, RoleName
from agentsh.session.view import QuestionView


class One(Arguments):
    """A role."""

    role: Annotated[RoleName, From("roles")]


class OneOrMine(Arguments):
    """A role, or the one that a person plays."""

    role: Annotated[RoleName | None, From("roles")] = None


class Allowing(Arguments):
    """How many, for how long, and what."""

    count: Annotated[int | None, Field(ge=1, le=1000), Shown("N")] = None
    scope: Literal["once", "session", "workspace", "always"] = "once"
    rule: Annotated[str | None, Rest()] = None


class Refusing(Arguments):
    """For how long, and why; beyond once, what is refused, and after `--` why."""

    scope: Literal["once", "session", "workspace", "always"] | None = None
    why: Annotated[str | None, Rest(), Shown("RULE -- WHY|WHY")] = None

    @property
    def rule(self) -> str:
        """The glob of what is refused from now on; empty: all of that kind."""
        return self._parts[0]

    @property
    def reason(self) -> str:
        """What the role reads."""
        return self._parts[1]

    @property
    def _parts(self) -> tuple[str, str]:
        if self.scope in (None, "once"):
            return "", self.why or ""
        rule, _, why = f" {self.why or ''} ".partition(" -- ")
        return rule.strip(), why.strip()


class Answering(Arguments):
    """The answer, or nothing: then there is a form."""

    text: Annotated[str | None, Rest()] = None


async def _be(context: Context, one: One) -> Reply:
    role = context.role(one.role)
    await context.session.send(Be(role=role))
    return Text(f"You are {role} from its next step on. /release {role} gives it back.")


async def _release(context: Context, which: OneOrMine) -> Reply:
    role = which.role or _played(context)
    await context.session.send(Release(role=context.role(role)))
    return Text(f"The model plays {role} again.")


def _played(context: Context) -> RoleName:
    played = [role.name for role in context.session.view().roles if role.human]
    if len(played) != 1:
        fact = "you play no role" if not played else f"you play several roles: {', '.join(played)}"
        raise UsageError(fact, hint=f"Type: /release {played[0]}" if played else "Type: /be ROLE")
    return played[0]


async def _approve(context: Context, allowing: Allowing) -> Reply:
    asked = _approval(context)
    if allowing.rule and allowing.scope == "once":
        raise UsageError("a rule needs a scope", hint=f"Type: /approve session {allowing.rule}")
    if allowing.count and (allowing.rule or allowing.scope != "once"):
        raise UsageError("a number is for now, and goes with no scope", hint=f"Type: /approve {allowing.count}")
    rule, times = allowing.rule or "", allowing.count or 1
    await context.session.send(
        Settle(question=asked.question, allowed=True, scope=allowing.scope, rule=rule, times=times)
    )
    return Nothing()


async def _deny(context: Context, refusing: Refusing) -> Reply:
    asked = _approval(context)
    scope = refusing.scope or "once"
    settled = Settle(question=asked.question, allowed=False, scope=scope, rule=refusing.rule, why=refusing.reason)
    await context.session.send(settled)
    return Nothing()


async def _edit(context: Context, _nothing: Arguments) -> Reply:
    asked = _approval(context)
    if not asked.editable:
        raise UsageError(f"{asked.what!r} cannot be edited", hint="Type: /approve, or /deny WHY")
    session = context.session

    async def allow(text: str) -> Reply:
        edited = text.strip()
        if not edited:
            return Text("Nothing is changed; it still waits.")
        await session.send(Settle(question=asked.question, allowed=True, edited=edited))
        return Nothing()

    return EditText(
        asked.detail, title=f"{asked.role} wants to {asked.what}", suffix=".md" if asked.prose else ".sh", done=allow
    )


async def _answer(context: Context, answering: Answering) -> Reply:
    asked = _question(context)
    if answering.text is None:
        return OpenQuestion(asked)
    await context.session.send(AnswerQuestion(question=asked.question, answer=_meant(asked, answering.text)))
    return Nothing()


def _meant(asked: QuestionView, text: str) -> str:
    """Return the answer; a choice may be given by its number."""
    said = text.strip()
    if asked.choices and said.isdecimal() and 1 <= int(said) <= len(asked.choices):
        return asked.choices[int(said) - 1]
    return said


def _approval(context: Context) -> QuestionView:
    waiting = [asked for asked in context.session.view().questions if asked.approval]
    if not waiting:
        raise UsageError("nothing awaits approval")
    return waiting[0]


def _question(context: Context) -> QuestionView:
    waiting = [asked for asked in context.session.view().questions if not asked.approval]
    if not waiting:
        raise UsageError("no question waits for an answer", hint="approvals: /approve or /deny")
    return waiting[0]


def question(context: Context, id: QuestionId) -> QuestionView:
    """Return a question that still waits; raises UsageError when it was settled elsewhere."""
    found = next((asked for asked in context.session.view().questions if asked.question == id), None)
    if found is None:
        raise UsageError(f"{id!r} does not wait any more: it was settled elsewhere")
    return found


_APPROVE = """
The oldest that waits. `once` allows this one; `session` what is like it for the rest of the session; `workspace` and
`always` keep a rule beyond it. With a glob only what fits it is allowed from now on, such as `python *`.
A number allows this one and the next of its kind, so many in all; what is dangerous is asked for all the same.
"""
_DENY = """
The oldest that waits. With `session`, `workspace` or `always` it is refused from now on: what fits the glob, which
has to fit what waits too, or without one all of that kind. The reason then stands after `--`.
"""
_BE = """
From its next step on the role's prompts come to you: answer with `/answer` or in the form. Its structured outputs are
forms, its choices pickers; the rest of the team goes on meanwhile. What is being generated just now is not touched:
`/stop ROLE edit` takes that over too.
"""

COMMANDS = (
    command("be", "Play a role yourself.", One, _be, "People", details=_BE.strip(), examples=("/be architect",)),
    command(
        "release",
        "Let the model play a role again; what waited for you is asked of the model.",
        OneOrMine,
        _release,
        "People",
        examples=("/release", "/release architect"),
    ),
    command(
        "approve",
        "Allow what waits: once, or that kind for the session or always, or by a glob.",
        Allowing,
        _approve,
        "People",
        details=_APPROVE.strip(),
        examples=("/approve", "/approve 3", "/approve session", "/approve session python *"),
    ),
    command(
        "deny",
        "Refuse what waits; the reason reaches the role.",
        Refusing,
        _deny,
        "People",
        details=_DENY.strip(),
        examples=("/deny", "/deny use the standard library only", "/deny session curl * -- there is no network"),
    ),
    command(
        "edit",
        "Edit what awaits approval in $EDITOR, and allow the edited command.",
        Arguments,
        _edit,
        "People",
        details="The role reads in the output what was run instead.",
    ),
    command(
        "answer",
        "Answer the oldest question that waits for you.",
        Answering,
        _answer,
        "People",
        details="Without a text there is a form or a picker. A choice may be given by its number, fields as JSON. "
        "An answer that does not fit is told, and the question stays open; the first that fits wins.",
        examples=("/answer", "/answer 2", "/answer Keep the second design"),
    ),
)
