"""The bar at the bottom: what the session is up to, who does what, what it has used, what holds its code."""

from datetime import UTC, datetime

from agentsh.core.code import SandboxStatus
from agentsh.core.terminal import one_line
from agentsh.repl.lines import Part
from agentsh.session.narration import duration
from agentsh.session.view import RoleView, SessionView

_SIGNS = {"reacting": ("▶", "good"), "paused": ("‖", "warn"), "waiting": ("?", "asked"), "failed": ("!", "bad")}
_BETWEEN = " · "


def status_word(view: SessionView) -> str:
    """Return what the session is up to, in one word."""
    if view.paused:
        return "PAUSED"
    if view.questions or view.stopped:
        return "WAITING"
    if any(role.activity == "reacting" for role in view.roles):
        return "RUNNING"
    return "IDLE" if view.status == "running" else view.status.upper()


def bar(view: SessionView, sandbox: SandboxStatus, columns: int, now: datetime | None = None) -> list[list[Part]]:
    """Return two lines of at most `columns` characters; what has no room is left out."""
    word = status_word(view)
    style = {"PAUSED": "warn", "WAITING": "asked", "RUNNING": "good", "FAILED": "bad"}.get(word, "head")
    roles = [_role(role, now or datetime.now(UTC)) for role in view.roles]
    facts: list[Part] = [
        ("head", f" {one_line(view.name, 40)}"),
        *([("", one_line(view.progress, 40))] if view.progress else []),
        ("", _tokens(view)),
        ("" if sandbox.confines else "warn", f"sandbox: {sandbox.tier}"),
        ("", _model(view)),
        ("dim", one_line(view.team, 30)),
    ]
    return [_fitted([(style, f" {word}"), *roles], columns), _fitted(facts, columns)]


def _role(role: RoleView, now: datetime) -> Part:
    sign, style = _SIGNS.get(role.activity, ("", "dim"))
    doing = f" {one_line(role.doing, 24)}" if role.doing and role.activity == "reacting" else ""
    since = f" {duration(_since_s(role.since, now))}" if role.activity == "reacting" and role.since else ""
    who = " (you)" if role.human else ""
    queue = f" +{role.due}" if role.due else ""
    return style, f"{sign}{one_line(role.name, 24)}{who}{doing}{since}{queue}"


def _since_s(at: str, now: datetime) -> float:
    try:
        return max(0.0, (now - datetime.fromisoformat(at)).total_seconds())
    except ValueError:
        return 0.0


def _model(view: SessionView) -> str:
    host = view.host.partition("://")[2] or view.host
    return one_line(view.model if host == view.model else f"{view.model}@{host}", 50)


def _tokens(view: SessionView) -> str:
    used = view.usage.prompt_tokens + view.usage.completion_tokens
    limit = view.budget.max_tokens
    return f"{used:,} tokens" if limit is None else f"{used:,} of {limit:,} tokens ({used / limit:.0%})"


def _fitted(parts: list[Part], columns: int) -> list[Part]:
    """Return the parts that there is room for, the first ones first, with dots between them."""
    kept: list[Part] = []
    used = 0
    for style, words in parts:
        more = len(words) + (len(_BETWEEN) if kept else 0)
        if used + more > columns:
            continue
        kept += [*([("dim", _BETWEEN)] if kept else []), (style, words)]
        used += more
    return kept or [(style, words[:columns]) for style, words in parts[:1]]
