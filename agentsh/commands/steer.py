"""Steering the team: pause, go on, one step at a time, interrupt, try again, and where to stop by itself."""

from typing import Annotated, Literal

from pydantic import Field

from agentsh.commands.arguments import Arguments, From, Rest, Shown
from agentsh.commands.context import Context
from agentsh.commands.registry import command
from agentsh.commands.reply import EditText, Nothing, Reply, Table, Text
from agentsh.core.controls import BreakAt, Go, Pause, Retry, Step, Stop, Unbreak, UsePartial
from agentsh.core.errors import UsageError
from agentsh.core.ids import RoleName
from agentsh.session.view import StoppedView


class OneOrAll(Arguments):
    """A role, or everybody."""

    role: Annotated[RoleName | None, From("roles")] = None


class Steps(Arguments):
    """How many steps of whom."""

    role: Annotated[RoleName | None, From("roles")] = None
    n: int = Field(default=1, ge=1, le=10_000)


class Stopping(Arguments):
    """Whose generation, and what becomes of what it had said."""

    role: Annotated[RoleName | None, From("roles")] = None
    then: Literal["keep", "edit", "continue", "drop"] | None = None


class When(Arguments):
    """A breakpoint."""

    when: Annotated[str, From("breakpoints"), Rest()] = Field(min_length=1)


class Which(Arguments):
    """What becomes of the breakpoints that are set."""

    clear: Annotated[Literal["clear"] | None, Shown("clear")] = None
    when: Annotated[str | None, From("set_breakpoints"), Rest()] = None


async def _pause(context: Context, which: OneOrAll) -> Reply:
    await context.session.send(Pause(role=which.role))
    return Nothing()


async def _go(context: Context, which: OneOrAll) -> Reply:
    await context.session.send(Go(role=which.role))
    return Nothing()


async def _step(context: Context, steps: Steps) -> Reply:
    await context.session.send(Step(role=steps.role, times=steps.n))
    return Nothing()


async def _stop(context: Context, stopping: Stopping) -> Reply:
    if stopping.then is not None:
        return await _use(context, _stopped(context, stopping.role), stopping)
    running = [role for role in context.session.generating() if stopping.role in (None, role)]
    if running:
        await context.session.send(Stop(role=stopping.role))
        return Text(f"Stopped {', '.join(running)}. Then: /stop keep, edit, continue or drop.")
    waiting = [stopped for stopped in context.session.view().stopped if stopping.role in (None, stopped.role)]
    if waiting:
        names = ", ".join(stopped.role for stopped in waiting)
        return Text(f"{names} waits: /stop keep, edit, continue or drop what it had said.")
    who = stopping.role or "nobody"
    raise UsageError(f"{who} is generating nothing just now" if stopping.role else "nobody is generating anything")


def _stopped(context: Context, role: RoleName | None) -> StoppedView:
    waiting = context.session.view().stopped
    found = [stopped for stopped in waiting if role in (None, stopped.role)]
    if not found:
        raise UsageError("no stopped generation waits", hint="Type: /stop while a role is generating")
    if len(found) > 1:
        names = ", ".join(stopped.role for stopped in found)
        raise UsageError(f"several roles were stopped: {names}", hint=f"Type: /stop {found[0].role} keep")
    return found[0]


async def _use(context: Context, stopped: StoppedView, stopping: Stopping) -> Reply:
    session = context.session
    if stopping.then != "edit":
        await session.send(UsePartial(role=stopped.role, how=stopping.then or "keep"))
        return Nothing()

    async def use(text: str) -> Reply:
        if not text.strip():
            return Text("Nothing is changed; it still waits.")
        await session.send(UsePartial(role=stopped.role, how="edit", text=text))
        return Nothing()

    return EditText(stopped.text, title=f"what {stopped.role} had said", done=use)


async def _retry(context: Context, which: OneOrAll) -> Reply:
    view = context.session.view()
    failed = [role.name for role in view.roles if role.failed is not None and which.role in (None, role.name)]
    if not failed:
        raise UsageError(
            f"{which.role or 'nobody'} has failed" if which.role is None else f"{which.role} has not failed"
        )
    await context.session.send(Retry(role=which.role))
    return Text(f"{', '.join(failed)} goes on.")


async def _break(context: Context, at: When) -> Reply:
    await context.session.send(BreakAt(when=at.when))
    return Text(f"It pauses at {at.when.strip()}. To take it away: /breaks clear {at.when.strip()}")


async def _breaks(context: Context, which: Which) -> Reply:
    if which.clear is not None:
        await context.session.send(Unbreak(when=which.when))
        return Text(f"Breakpoint {which.when} is gone." if which.when else "All breakpoints are gone.")
    rows = tuple((text,) for text in context.session.view().breakpoints)
    return Table(("BREAKPOINT",), rows, title="Breakpoints", empty="no breakpoints; set one: /break role:NAME")


_STOP = """
The model server hears of it at once, and the text so far is kept. The role waits while you decide:

- `/stop keep`: what it had said is its answer.
- `/stop edit`: you edit it in $EDITOR; the edited text is its answer.
- `/stop continue`: the model goes on from its own words. (An answer to a schema goes on without the server's help, and
  is checked against the schema all the same.)
- `/stop drop`: it is asked again, with another seed.
"""
_BREAK = """
The session pauses before the step that fits, before anything of it happens:

- `role:NAME`: any step of this role
- `action:NAME`: any step of this action, such as `action:write_design`
- `before:KIND`: model, run (a verification too), read, write, verify, tool, person, publish
- `tool:NAME`: this tool
- `message:REGEX`: a message that is about to be published and fits
- `tokens>N`: once the session has used more than N tokens
- `component:Health.hp<10`: in a world, after the tick in which it becomes true
"""

COMMANDS = (
    command(
        "pause",
        "Start no new step: of one role, or of anybody.",
        OneOrAll,
        _pause,
        "Steer",
        details="What is under way ends; /stop interrupts a generation.",
        examples=("/pause", "/pause engineer"),
    ),
    command("go", "Go on after a pause.", OneOrAll, _go, "Steer", examples=("/go", "/go engineer")),
    command(
        "step",
        "Let exactly one step through, or N: of one role, or of whoever is next.",
        Steps,
        _step,
        "Steer",
        details="What is not paused yet is paused first.",
        examples=("/step", "/step engineer 3"),
    ),
    command(
        "stop",
        "Interrupt a generation; then keep, edit, continue or drop what it had said.",
        Stopping,
        _stop,
        "Steer",
        details=_STOP.strip(),
        examples=("/stop", "/stop engineer", "/stop continue"),
    ),
    command(
        "retry",
        "Let what has failed go on from where it failed.",
        OneOrAll,
        _retry,
        "Steer",
        details="Finished steps are not done again; after an invalid answer the role begins afresh with another seed.",
        examples=("/retry",),
    ),
    command(
        "break",
        "Pause before a step that fits.",
        When,
        _break,
        "Steer",
        details=_BREAK.strip(),
        examples=("/break role:engineer", "/break before:run", "/break message:(?i)todo", "/break tokens>50000"),
    ),
    command(
        "breaks",
        "Show the breakpoints, or take one or all away.",
        Which,
        _breaks,
        "Steer",
        examples=("/breaks", "/breaks clear role:engineer", "/breaks clear"),
    ),
)
