"""Tells a session in plain lines: one for each event that means something to somebody who watches."""

from datetime import datetime
from functools import singledispatch

from pydantic import ValidationError

from agentsh.core import events as e
from agentsh.core.code import RunResult
from agentsh.core.files import FileChange
from agentsh.core.ids import BOSS
from agentsh.core.settings import DEMO_LABEL
from agentsh.core.terminal import one_line
from agentsh.core.tools import ToolResult
from agentsh.core.verdict import Verdict
from agentsh.core.worlds import WORLD

NOTICE_LIMIT = 600
"""Most characters of words of our own."""
LINE_LIMIT = 120
"""Most characters of somebody's words in one line."""
_PARTIALS = {
    "keep": "what it had said is its answer",
    "edit": "its answer was edited",
    "continue": "goes on from its own words",
    "drop": "is asked again",
}


def line_of(recorded: e.Recorded) -> str | None:
    """Return the line for an event, with the local time of day before it; None when it is not worth one."""
    told = tell(recorded.event)
    return f"{_time_of_day(recorded.at)}  {told}" if told else None


def file_words(file: FileChange) -> str:
    """Return a changed file in a few words: `main.py +42 -3`."""
    if file.change == "deleted":
        return f"{one_line(file.path, LINE_LIMIT)} deleted"
    removed = f" -{file.removed_lines}" if file.removed_lines else ""
    return f"{one_line(file.path, LINE_LIMIT)} +{file.added_lines}{removed}"


def verdict_words(verdict: Verdict) -> str:
    """Return a verdict in a line: the gates that passed, or the one that failed with its evidence."""
    passed = ", ".join(gate.gate for gate in verdict.gates if gate.passed)
    failure = verdict.failure
    if failure is None:
        untried = f"; not tried: {one_line(verdict.untried, LINE_LIMIT)}" if verdict.untried else ""
        return f"passed: {passed or 'nothing to check'}{untried}"
    return f"failed at {failure.gate}: {one_line(failure.evidence, LINE_LIMIT)}"


def model_words(facts: e.SessionStarted) -> str:
    """Return which model works where; a demo model is named as one."""
    if facts.provider == "local":
        return f"{facts.model}, embedded ({DEMO_LABEL})"
    return f"{facts.model} at {facts.host}"


def duration(seconds: float) -> str:
    """Return seconds as people read them: `42s`, `3:07`, `1:02:03`."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole}s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


@singledispatch
def tell(_event: object) -> str:
    """Return an event in plain words; nothing for those that only matter to the engine."""
    return ""


@tell.register
def _(event: e.SessionStarted) -> str:
    return f"session {event.session}: team {event.team.team.name}, {model_words(event)}"


@tell.register
def _(event: e.SessionResumed) -> str:
    if event.reason == "go":
        return f"{event.role or 'the session'} goes on"
    if event.reason == "more":
        return ""
    changed = "".join(f", with {what}" for what in (event.model, event.host) if what)
    return f"the session goes on where it stopped{changed}"


@tell.register
def _(event: e.TeamChanged) -> str:
    return f"the files of team {event.team.team.name} were edited; from now on they hold"


@tell.register
def _(event: e.Noticed) -> str:
    hint = f" ({event.hint})" if event.hint else ""
    return one_line(f"note: {event.message}{hint}", NOTICE_LIMIT)


@tell.register
def _(event: e.SessionPaused) -> str:
    why = f": {one_line(event.why, LINE_LIMIT)}" if event.why else ""
    return f"{event.role or 'session'} paused{why}"


@tell.register
def _(event: e.MessagePublished) -> str:
    message = event.message
    if message.sent_from == WORLD or WORLD in message.send_to:
        # What a world asks and agents answer is told by its ticks: what came of it.
        return ""
    if message.sent_from == BOSS:
        return f"boss: {one_line(message.content, LINE_LIMIT)}"
    return f"{message.sent_from} · {message.cause_by}: {one_line(message.content, LINE_LIMIT)}"


@tell.register
def _(event: e.TasksEdited) -> str:
    return f"boss: {one_line(event.what, LINE_LIMIT)}"


@tell.register
def _(event: e.TickFinished) -> str:
    landed = f": {len(event.landed)} thought{'' if len(event.landed) == 1 else 's'}" if event.landed else ""
    missed = f", none of {', '.join(event.missed)}" if event.missed else ""
    return f"tick {event.tick}{landed}{missed}"


@tell.register
def _(event: e.FileChanged) -> str:
    return f"{event.role} · {file_words(event.file)}"


@tell.register
def _(event: e.StepFinished) -> str:
    try:
        if event.step == "verify":
            return f"{event.role} · {verdict_words(Verdict.model_validate(event.result))}"
        if event.step == "run":
            return f"{event.role} · {_run_words(RunResult.model_validate(event.result))}"
        if event.step == "tool" and isinstance(event.result, dict) and "call" in event.result:
            return f"{event.role} · {_tool_words(ToolResult.model_validate(event.result))}"
    except ValidationError:
        return f"{event.role} · {event.step} done"
    return ""


@tell.register
def _(event: e.StepFailed) -> str:
    if event.failure == e.WITHDRAWN:
        return ""
    return f"{event.role} · {event.step} failed: {one_line(event.error, LINE_LIMIT)}"


@tell.register
def _(event: e.ReactionFailed) -> str:
    return f"{event.role} stopped: {one_line(event.error, LINE_LIMIT)}"


@tell.register
def _(event: e.ReactionRetried) -> str:
    return f"{event.role} tries again"


@tell.register
def _(event: e.ReactionDiverged) -> str:
    return f"{event.role} asks for something else than before the stop; its step {event.ordinal} is done anew"


@tell.register
def _(event: e.ModelLoading) -> str:
    return f"{event.role} · {one_line(event.model, LINE_LIMIT)} is being loaded at {event.host}"


@tell.register
def _(event: e.ModelTruncated) -> str:
    return (
        f"{event.role} · the server has probably cut the prompt: {event.seen_tokens} tokens seen of about "
        f"{event.estimated_tokens} (num_ctx {event.num_ctx})"
    )


@tell.register
def _(event: e.ModelRetried) -> str:
    return f"{event.role} · asked again (attempt {event.attempt}): {one_line(event.reason, LINE_LIMIT)}"


@tell.register
def _(event: e.MemorySummarised) -> str:
    return f"{event.role} · its older history is summarised"


@tell.register
def _(event: e.HumanAsked) -> str:
    return f"{event.role} is asked: {one_line(event.prompt, LINE_LIMIT)}"


@tell.register
def _(event: e.HumanAnswered) -> str:
    return f"{event.role} answered"


@tell.register
def _(event: e.ApprovalAsked) -> str:
    return f"{event.role} wants to {event.what}: {one_line(event.told, LINE_LIMIT)}"


@tell.register
def _(event: e.ApprovalSettled) -> str:
    why = f": {one_line(event.why, LINE_LIMIT)}" if event.why else ""
    return f"{event.role} may {event.what} ({event.scope})" if event.allowed else f"{event.role} may not{why}"


@tell.register
def _(event: e.BudgetWasSpent) -> str:
    return f"the budget {event.budget} is spent: {event.spent:g} of {event.limit:g}"


@tell.register
def _(event: e.RoleTaken) -> str:
    return f"{event.role} is played by a person"


@tell.register
def _(event: e.InterpreterReset) -> str:
    return f"the Python of {event.role} begins with nothing"


@tell.register
def _(event: e.RoleReleased) -> str:
    return f"{event.role} is played by the model"


@tell.register
def _(event: e.GenerationStopped) -> str:
    return f"{event.role} was stopped after {len(event.partial):,} characters"


@tell.register
def _(event: e.GenerationSettled) -> str:
    return f"{event.role} · {_PARTIALS[event.how]}"


@tell.register
def _(event: e.HumanWithdrawn) -> str:
    return f"{event.role}'s question is taken back: the model is asked instead"


@tell.register
def _(event: e.FileConflict) -> str:
    kept = "what was edited by hand is kept" if event.kept == "hand" else f"{event.role}'s version is kept"
    return f"{one_line(event.path, LINE_LIMIT)} was edited by hand and by {event.role}: {kept}"


@tell.register
def _(event: e.BudgetChanged) -> str:
    limits = event.budget.model_dump(exclude_none=True)
    return "budget: " + (", ".join(f"{name} {limit:g}" for name, limit in limits.items()) or "no limits")


@tell.register
def _(event: e.BreakpointsChanged) -> str:
    return one_line(f"breakpoints: {', '.join(event.breakpoints) or 'none'}", NOTICE_LIMIT)


@tell.register
def _(event: e.ModelChanged) -> str:
    return f"{event.role or 'the team'} asks {one_line(event.model, LINE_LIMIT)} from now on"


@tell.register
def _(event: e.RoleHired) -> str:
    return f"{event.role} joins the team"


@tell.register
def _(event: e.RoleFired) -> str:
    return f"{event.role} leaves the team"


@tell.register
def _(event: e.ShellRan) -> str:
    return f"!{one_line(event.command, LINE_LIMIT)}: {_run_words(event.result)}"


@tell.register
def _(event: e.SessionRenamed) -> str:
    return f"the session is called {event.name} now"


@tell.register
def _(event: e.SessionForked) -> str:
    lost = f"; not as they were, for nothing holds them: {', '.join(event.lost)}" if event.lost else ""
    return f"forked from {event.parent} at event {event.seq}{lost}"


@tell.register
def _(event: e.SessionRewound) -> str:
    return f"back at event {event.seq}; what came later is kept as {event.kept}"


@tell.register
def _(event: e.WorkspaceRestored) -> str:
    left = f"; left as they are, for no commit holds them: {', '.join(event.left)}" if event.left else ""
    return f"{len(event.paths)} files are as they were{left}"


@tell.register
def _(event: e.ErrorSeen) -> str:
    return f"error: {one_line(event.message, LINE_LIMIT)}"


def _tool_words(result: ToolResult) -> str:
    """Return which tool was called with what; and what was wrong, or how much it gave."""
    lines = result.text.strip().splitlines() or [""]
    if result.failed:
        return one_line(f"{result.call}: {lines[0]}", LINE_LIMIT)
    gave = lines[0] if len(lines) == 1 else f"{len(lines)} lines"
    return one_line(f"{result.call} → {gave}", LINE_LIMIT)


def _run_words(result: RunResult) -> str:
    how = f"exit {result.exit_code}" if result.ended_by == "itself" else f"ended by {result.ended_by}"
    return f"ran code: {how}, {result.seconds:.1f} s"


def _time_of_day(at: str) -> str:
    return datetime.fromisoformat(at).astimezone().strftime("%H:%M:%S")
