"""Tells what happens: messages in full, everything else in a line."""

from functools import singledispatch

from agentsh.core import events as e
from agentsh.core.ids import BOSS
from agentsh.core.messages import Message
from agentsh.repl.lines import Line, block, line, markdown
from agentsh.session.narration import tell

MARGIN = "  "
_STYLES: dict[type, str] = {
    e.ReactionFailed: "bad",
    e.StepFailed: "bad",
    e.ErrorSeen: "bad",
    e.BudgetWasSpent: "bad",
    e.SessionPaused: "warn",
    e.Noticed: "warn",
    e.ModelRetried: "warn",
    e.ModelTruncated: "warn",
    e.ReactionDiverged: "warn",
    e.FileConflict: "warn",
}
_ASKS = (e.HumanAsked, e.ApprovalAsked, e.GenerationStopped)
"""What the inbox shows itself."""


def tell_lines(event: e.Event) -> list[Line]:
    """Return the lines of an event; none for what only the engine needs, and for what the inbox shows."""
    return [] if isinstance(event, _ASKS) else _lines(event)


def message_lines(said: Message) -> list[Line]:
    """Return a message in full, an empty line before it."""
    head = [("boss", "you")] if said.sent_from == BOSS else [("role", said.sent_from), ("dim", f" · {said.cause_by}")]
    to = [("dim", f" → {', '.join(said.send_to)}")] if said.send_to else []
    return [Line(), line(*head, *to), *markdown(said.content, MARGIN)]


@singledispatch
def _lines(event: object) -> list[Line]:
    told = tell(event)
    return [line((_STYLES.get(type(event), "dim"), told))] if told else []


@_lines.register
def _(event: e.MessagePublished) -> list[Line]:
    return message_lines(event.message)


@_lines.register
def _(event: e.SessionFinished) -> list[Line]:
    style = "good" if event.exit_code == 0 else "warn" if event.status in ("waiting", "interrupted") else "bad"
    if event.status == "interrupted":  # the person left: nothing that has to be told
        return []
    return [Line(), line((style, f"{event.status}: "), ("", event.summary))]


@_lines.register
def _(event: e.StepFinished) -> list[Line]:
    told = tell(event)
    passed = isinstance(event.result, dict) and event.result.get("passed") is True
    return [line(("good" if passed else "warn" if event.step == "verify" else "dim", told))] if told else []


@_lines.register
def _(event: e.ReactionFailed) -> list[Line]:
    hint = event.hint if "/retry" in event.hint else "; then ".join(filter(None, (event.hint, "/retry")))
    return [line(("bad", tell(event))), line(("dim", f"{MARGIN}{hint}"))]


@_lines.register
def _(event: e.ErrorSeen) -> list[Line]:
    hint = event.hint if "/retry" in event.hint else "; then ".join(filter(None, (event.hint, "/retry")))
    return [line(("bad", tell(event))), line(("dim", f"{MARGIN}{hint}"))]


@_lines.register
def _(event: e.ShellRan) -> list[Line]:
    style = "good" if event.result.ok else "warn"
    printed = "\n".join(text.rstrip("\n") for text in (event.result.stdout, event.result.stderr) if text.strip())
    return [line((style, tell(event))), *(block(printed, margin=MARGIN) if printed else [])]
