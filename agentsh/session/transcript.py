"""A session as a Markdown page: what was said, which files changed, what was tried, how it ended."""

from collections.abc import Iterable, Iterator
from functools import singledispatch

from agentsh.core import events as e
from agentsh.core.chat import Usage
from agentsh.core.ids import BOSS
from agentsh.session.narration import duration, file_words, model_words, tell


def transcript(events: Iterable[e.Recorded]) -> Iterator[str]:
    """Yield the page's lines, one or more an event that means something; text from outside is as it was said."""
    usage = Usage()
    for recorded in events:
        if isinstance(recorded.event, e.StepFinished) and recorded.event.usage is not None:
            usage = usage + recorded.event.usage
        yield from _lines(recorded.event, recorded.at)
    yield ""
    yield (
        f"{usage.calls} model calls, {usage.prompt_tokens:,} + {usage.completion_tokens:,} tokens, "
        f"{duration(usage.model_seconds)} of model time."
    )


@singledispatch
def _lines(event: object, _at: str) -> list[str]:
    told = tell(event)
    return ["", f"> {told}"] if told else []


@_lines.register
def _(event: e.SessionStarted, at: str) -> list[str]:
    return [
        f"# {event.session}",
        "",
        f"- team: {event.team.team.name} ({', '.join(event.team.roles)})",
        f"- model: {model_words(event)}",
        f"- seed: {event.seed}",
        f"- workspace: {event.workspace}",
        f"- began: {at}",
    ]


@_lines.register
def _(event: e.MessagePublished, at: str) -> list[str]:
    message = event.message
    to = f" to {', '.join(message.send_to)}" if message.send_to else ""
    who = "Boss" if message.sent_from == BOSS else f"{message.sent_from} · {message.cause_by}"
    return ["", f"## {who}{to}", "", f"*{message.id}, {at}*", "", message.content.rstrip()]


@_lines.register
def _(event: e.FileChanged, _at: str) -> list[str]:
    return ["", f"- {event.role}: {file_words(event.file)}"]


@_lines.register
def _(event: e.SessionFinished, at: str) -> list[str]:
    return ["", f"**{event.status}** at {at} (exit code {event.exit_code}): {event.summary}"]
