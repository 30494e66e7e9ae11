"""Tells each event in one line, for the bus."""

from functools import singledispatch

from agentsh.core import events as e
from agentsh.core.terminal import one_line
from agentsh.session.narration import file_words, tell
from agentsh.tui.lines import Line, Tone
from agentsh.tui.shown import amount, clock

LONGEST = 400
"""Characters of one line."""
_MARKUP = " #*`>-"
_Told = tuple[str, Tone]


def line_of(recorded: e.Recorded) -> Line | None:
    """Return the line of one event; None when the bus does not show it."""
    told = _told(recorded.event)
    if told is None:
        return None
    text, tone = told
    who = one_line(str(e.role_of(recorded.event) or "session"), 40)
    return Line(clock(recorded.at), who, one_line(text, LONGEST), tone, recorded.seq)


def whole(event: e.Event) -> tuple[str, str]:
    """Return all of an event, and its language: a message as what it says, anything else as it is stored."""
    if isinstance(event, e.MessagePublished):
        return event.message.content, "markdown"
    return event.model_dump_json(indent=2), "json"


@singledispatch
def _told(event: object) -> _Told | None:
    """Tell what has no words of its own here as the other shells do, or by its kind."""
    return tell(event) or str(getattr(event, "kind", "event")), "dim"


@_told.register
def _(event: e.MessagePublished) -> _Told:
    said = event.message
    to = f" → {', '.join(said.send_to)}" if said.send_to else ""
    return f"{said.cause_by}{to}: {_first(said.content)}", "plain"


@_told.register
def _(event: e.SessionStarted) -> _Told:
    return f"session {event.session} begins: team {event.team.team.name}, {event.model} at {event.host}", "accent"


@_told.register
def _(event: e.SandboxProbed) -> _Told:
    return f"sandbox: {event.status.line}", "dim" if event.status.tier == "bubblewrap" else "warn"


@_told.register
def _(event: e.SessionResumed) -> _Told | None:
    if event.reason == "more":
        return None
    return ("opened again" if event.reason == "reopened" else _of("goes on", event.role)), "accent"


@_told.register
def _(event: e.SessionPaused) -> _Told:
    return _of("paused", event.role) + (f": {event.why}" if event.why else ""), "warn"


@_told.register
def _(event: e.SessionFinished) -> _Told:
    tone: Tone = "good" if event.exit_code == 0 else "bad" if event.status == "failed" else "warn"
    return f"{event.status}: {event.summary}", tone


@_told.register
def _(_event: e.TeamChanged) -> _Told:
    return "the team's files were edited; the new ones hold from now on", "accent"


@_told.register
def _(event: e.ReactionStarted) -> _Told:
    what = f" to {event.action}" if event.action else ""
    return f"begins{what}, having observed {', '.join(event.observed)}", "dim"


@_told.register
def _(event: e.ReactionFinished) -> _Told:
    return f"is done with {event.reaction}", "dim"


@_told.register
def _(event: e.ReactionFailed) -> _Told:
    return f"failed: {event.error}" + (f" ({event.hint})" if event.hint else ""), "bad"


@_told.register
def _(_event: e.ReactionRetried) -> _Told:
    return "tries again", "accent"


@_told.register
def _(event: e.ReactionDiverged) -> _Told:
    return f"step {event.ordinal} asks for something else than was recorded; live from here", "warn"


@_told.register
def _(event: e.StepStarted) -> _Told:
    what = f" for {event.action}" if event.action else ""
    return f"{_STEPS.get(event.step, event.step)}{what}", "dim"


@_told.register
def _(event: e.StepFinished) -> _Told | None:
    if event.step == "verify":
        return _verdict(event), "good" if isinstance(event.result, dict) and event.result.get("passed") else "bad"
    if event.step in ("tool", "run") and (told := tell(event)):
        return told.removeprefix(f"{event.role} · "), "dim"
    used = (
        f", {amount(event.usage.prompt_tokens)} + {amount(event.usage.completion_tokens)} tokens" if event.usage else ""
    )
    return f"{event.step} done in {event.seconds:.1f} s{used}", "dim"


@_told.register
def _(event: e.StepFailed) -> _Told | None:
    if event.failure == e.WITHDRAWN:
        return None
    return f"{event.step} failed: {event.error}", "bad"


@_told.register
def _(event: e.ModelLoading) -> _Told:
    return f"{event.host} loads {event.model}", "dim"


@_told.register
def _(event: e.ModelTruncated) -> _Told:
    seen, sent = amount(event.seen_tokens), amount(event.estimated_tokens)
    return f"the server saw {seen} of about {sent} tokens: it has probably cut the prompt", "warn"


@_told.register
def _(event: e.ModelRetried) -> _Told:
    return f"asks the model again ({event.attempt}): {event.reason}", "warn"


@_told.register
def _(event: e.MemorySummarised) -> _Told:
    return f"remembers up to {event.upto} as a summary", "dim"


@_told.register
def _(event: e.HumanAsked) -> _Told:
    return f"asks: {_first(event.prompt)}", "warn"


@_told.register
def _(_event: e.HumanAnswered) -> _Told:
    return "was answered", "good"


@_told.register
def _(event: e.ApprovalAsked) -> _Told:
    return f"wants to {event.what}: {_first(event.told)}", "warn"


@_told.register
def _(event: e.ApprovalSettled) -> _Told:
    if event.allowed:
        return f"may {event.what} ({event.scope})", "good"
    return f"may not {event.what}" + (f": {event.why}" if event.why else ""), "bad"


@_told.register
def _(event: e.FileChanged) -> _Told:
    return file_words(event.file), "accent"


@_told.register
def _(event: e.BudgetWasSpent) -> _Told:
    return f"the budget {event.budget} is spent: {event.spent:g} of {event.limit:g}", "bad"


@_told.register
def _(_event: e.BudgetChanged) -> _Told:
    return "the budget was changed", "accent"


@_told.register
def _(_event: e.RoleTaken) -> _Told:
    return "is played by a person now", "accent"


@_told.register
def _(_event: e.InterpreterReset) -> _Told:
    return "has a Python that begins with nothing", "accent"


@_told.register
def _(_event: e.RoleReleased) -> _Told:
    return "is played by its model again", "accent"


@_told.register
def _(event: e.GenerationStopped) -> _Told:
    return f"was interrupted after {amount(len(event.partial))} characters", "warn"


@_told.register
def _(event: e.GenerationSettled) -> _Told:
    return f"its interrupted text: {event.how}", "accent"


@_told.register
def _(_event: e.HumanWithdrawn) -> _Told:
    return "the question was taken back", "dim"


@_told.register
def _(event: e.FileConflict) -> _Told:
    return f"{event.path} had changed by hand since it was read; kept: the version of the {event.kept}", "warn"


@_told.register
def _(event: e.BreakpointsChanged) -> _Told:
    return f"breakpoints: {', '.join(event.breakpoints) or 'none'}", "accent"


@_told.register
def _(event: e.ModelChanged) -> _Told:
    return f"{event.model} answers from the next step on", "accent"


@_told.register
def _(_event: e.RoleHired) -> _Told:
    return "joins the team", "accent"


@_told.register
def _(_event: e.RoleFired) -> _Told:
    return "leaves the team", "warn"


@_told.register
def _(event: e.Interviewed) -> _Told:
    return f"was asked: {_first(event.question)}", "accent"


@_told.register
def _(event: e.ShellRan) -> _Told:
    return f"$ {event.command} → {event.result.exit_code}", "good" if event.result.ok else "bad"


@_told.register
def _(event: e.SessionRenamed) -> _Told:
    return f"the session is called {event.name} now", "accent"


@_told.register
def _(event: e.SessionForked) -> _Told:
    return f"forked from {event.parent} at event {event.seq}", "accent"


@_told.register
def _(event: e.SessionRewound) -> _Told:
    return f"back at event {event.seq}; what came later is kept as {event.kept}", "accent"


@_told.register
def _(event: e.TickFinished) -> _Told:
    return f"tick {event.tick}", "dim"


@_told.register
def _(event: e.Noticed) -> _Told:
    return event.message + (f" ({event.hint})" if event.hint else ""), "warn"


@_told.register
def _(event: e.ErrorSeen) -> _Told:
    return event.message + (f" ({event.hint})" if event.hint else ""), "bad"


_STEPS: dict[str, str] = {
    "model": "asks the model",
    "run": "runs code",
    "read": "reads files",
    "write": "writes files",
    "verify": "tries the program",
    "tool": "uses a tool",
    "person": "asks a person",
    "publish": "speaks",
    "news": "looks for news",
}


def _verdict(event: e.StepFinished) -> str:
    result = event.result
    if not isinstance(result, dict):
        return "verified"
    gates = result.get("gates")
    failed = (
        [gate for gate in gates if isinstance(gate, dict) and not gate.get("passed")] if isinstance(gates, list) else []
    )
    if failed:
        return f"the program does not pass: {failed[0].get('gate')}: {_first(str(failed[0].get('evidence')))}"
    if not result.get("passed"):
        return "the program did not pass"
    whole = not isinstance(gates, list) or not any(isinstance(gate, dict) and gate.get("untried") for gate in gates)
    return "the program was run and passed" if whole else "the program passed, but it was not tried whole"


def _of(what: str, role: str | None) -> str:
    return what if role is None else f"{role} {what}"


def _first(text: str) -> str:
    """Return the first line with something in it, and the next when that one only announces it."""
    lines = [line for line in text[:4_000].splitlines() if line.strip(_MARKUP)][:2]
    bare = [line.strip(_MARKUP) for line in lines]
    if len(bare) == 2 and bare[0].endswith(":"):
        return " ".join(bare)
    return " · ".join(bare if lines and lines[0].lstrip().startswith("#") else bare[:1])
