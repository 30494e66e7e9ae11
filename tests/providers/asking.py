"""Requests, and what comes of them."""

from collections.abc import Sequence
from contextlib import aclosing

from agentsh.core import chat as c
from agentsh.core.model import JsonObject
from agentsh.core.settings import ModelSettings
from agentsh.ports import Provider
from agentsh.providers.retry import RetryPolicy

MODEL = "tiny:latest"
AT_ONCE = RetryPolicy(base_s=0.001, seed=1)
"""Retries that a test need not wait for."""
SCHEMA: JsonObject = {
    "type": "object",
    "properties": {"answer": {"type": "string", "maxLength": 40}},
    "required": ["answer"],
    "additionalProperties": False,
}
RUN_TOOL: JsonObject = {
    "type": "function",
    "function": {
        "name": "run",
        "description": "Run a command.",
        "parameters": {
            "type": "object",
            "properties": {"argv": {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}},
            "required": ["argv"],
        },
    },
}


def asking(
    *said: str,
    model: str = MODEL,
    system: str = "You are helpful.",
    schema: JsonObject | None = None,
    tools: Sequence[JsonObject] = (),
    think: bool | None = None,
    options: c.ChatOptions | None = None,
) -> c.ChatRequest:
    """Return a request: a system message, then what was `said` by the user and the assistant in turn."""
    turns = [c.ChatMessage(role="assistant" if n % 2 else "user", content=text) for n, text in enumerate(said)]
    return c.ChatRequest(
        model=model,
        messages=(c.ChatMessage(role="system", content=system), *turns),
        schema=schema,
        tools=tuple(tools),
        think=think,
        options=options or c.ChatOptions(num_ctx=4096, num_predict=200, seed=7),
    )


async def events_of(provider: Provider, request: c.ChatRequest) -> list[c.ChatEvent]:
    """Return all events of one call."""
    async with aclosing(provider.chat(request)) as stream:
        return [event async for event in stream]


def text_of(events: Sequence[c.ChatEvent]) -> str:
    """Return the answer."""
    return "".join(event.text for event in events if isinstance(event, c.TextDelta))


def thinking_of(events: Sequence[c.ChatEvent]) -> str:
    """Return the thinking."""
    return "".join(event.text for event in events if isinstance(event, c.ThinkingDelta))


def calls_of(events: Sequence[c.ChatEvent]) -> list[c.ToolCallRequest]:
    """Return the tool calls."""
    return [event.call for event in events if isinstance(event, c.ToolCalled)]


def retries_of(events: Sequence[c.ChatEvent]) -> int:
    """Return how often the call was made again."""
    return sum(isinstance(event, c.Retried) for event in events)


def failure_of(events: Sequence[c.ChatEvent]) -> c.Failed:
    """Return how the call failed."""
    last = events[-1]
    assert isinstance(last, c.Failed), last
    return last


def hurried(**times_s: float) -> ModelSettings:
    """Return settings whose timeouts a test can wait for; `times_s` are some of them."""
    return ModelSettings.model_validate({"connect_s": 30.0, "first_token_s": 60.0, "between_tokens_s": 60.0} | times_s)
