"""Asking a model: waits for its turn at a host, streams, and ends in a whole answer or an error."""

from collections.abc import Awaitable
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Literal, assert_never

from agentsh.core import chat as c
from agentsh.core import events as e
from agentsh.core.errors import ModelMissing, ProviderError
from agentsh.core.ids import ReactionId, RoleName
from agentsh.core.tokens import estimate_prompt, was_probably_cut
from agentsh.engine.desk import Desk
from agentsh.engine.effects.stopped import until_whole
from agentsh.engine.steps import Effect, Outcome
from agentsh.ports import Provider

DeltaKind = Literal["text", "thinking", "queued", "loading"]
TRUNCATED_BY_TOKENS = 512
"""Less than that may be the estimate's error."""


@dataclass(slots=True)
class _Listening:
    """One call under way."""

    desk: Desk
    role: RoleName
    reaction: ReactionId
    ordinal: int
    model: str
    text: list[str] = field(default_factory=list)
    thinking: list[str] = field(default_factory=list)
    calls: list[c.ToolCallRequest] = field(default_factory=list)
    usage: c.Usage = field(default_factory=c.Usage)

    async def answer(self, provider: Provider, request: c.ChatRequest) -> c.Answer:
        """Listen to the end. Raises ProviderError, ModelMissing."""
        async with aclosing(provider.chat(request)) as stream:
            async for event in stream:
                if isinstance(event, c.Done):
                    return self._whole(event)
                self._hear(event, provider)
        raise ProviderError("the answer ended without an end", kind="incomplete")

    def _hear(self, event: c.ChatEvent, provider: Provider) -> None:
        match event:
            case c.TextDelta(text=text):
                self.text.append(text)
                self._show("text", text)
            case c.ThinkingDelta(text=text):
                self.thinking.append(text)
                self._show("thinking", text)
            case c.ToolCalled(call=call):
                self.calls.append(call)
            case c.Used(usage=usage):
                self.usage = usage
            case c.Queued(ahead=ahead):
                self._show("queued", ahead=ahead)
            case c.Loading(model=model):
                self.desk.log.submit(e.ModelLoading(role=self.role, model=model, host=provider.host))
            case c.Retried(attempt=attempt, reason=reason):
                self._begin_again(attempt, reason)
            case c.Failed():
                raise self._error(event, provider)
            case c.Done():
                pass
            case _:
                assert_never(event)

    def _begin_again(self, attempt: int, reason: str) -> None:
        self.text.clear()
        self.thinking.clear()
        self.calls.clear()
        self.desk.log.submit(e.ModelRetried(reaction=self.reaction, role=self.role, attempt=attempt, reason=reason))

    def _error(self, event: c.Failed, provider: Provider) -> ProviderError:
        if event.failure == "missing":
            return ModelMissing(self.model, provider.host)
        return ProviderError(event.message, hint=event.hint, kind=event.failure)

    def _whole(self, done: c.Done) -> c.Answer:
        return c.Answer(
            text="".join(self.text),
            thinking="".join(self.thinking),
            tool_calls=tuple(self.calls),
            reason=done.reason,
            usage=self.usage,
        )

    def _show(self, kind: DeltaKind, text: str = "", ahead: int = 0) -> None:
        if not self.desk.log.is_watched:
            return
        self.desk.log.show(
            e.Delta(role=self.role, reaction=self.reaction, ordinal=self.ordinal, kind=kind, text=text, ahead=ahead)
        )

    def queued(self, ahead: int) -> None:
        """Show that others go first."""
        self._show("queued", ahead=ahead)


async def generation(
    desk: Desk, role: RoleName, reaction: ReactionId, ordinal: int, request: c.ChatRequest
) -> c.Answer:
    """Ask a model once, showing what it says as it says it.

    Raises:
        GenerationStopped: a person interrupted it.
        ProviderError: it failed.
    """
    listening = _Listening(desk, role, reaction, ordinal, request.model)
    async with (
        desk.generations.interruptible(role, listening.text),
        desk.models.turn(request.model, role, listening.queued) as provider,
    ):
        return await listening.answer(provider, request)


def model_effect(desk: Desk, role: RoleName, reaction: ReactionId, request: c.ChatRequest) -> Effect[c.Answer]:
    """Return the step that asks a model; a call that a crash cut off is simply made again."""

    async def perform(ordinal: int) -> Outcome[c.Answer]:
        def generate(asked: c.ChatRequest) -> Awaitable[c.Answer]:
            return generation(desk, role, reaction, ordinal, asked)

        answer = await until_whole(desk, role, reaction, ordinal, request, generate)
        return Outcome(
            answer,
            answer.model_dump(mode="json"),
            usage=answer.usage,
            events=_truncation(reaction, role, request, answer.usage),
        )

    return Effect(
        kind="model",
        request=request.model_dump(mode="json", by_alias=True),
        perform=perform,
        revive=c.Answer.model_validate,
    )


def _truncation(
    reaction: ReactionId, role: RoleName, request: c.ChatRequest, usage: c.Usage
) -> tuple[e.ModelTruncated, ...]:
    """Return the alarm when the server saw far fewer prompt tokens than were sent."""
    estimate = estimate_prompt(request.messages)
    seen = usage.prompt_tokens
    if not was_probably_cut(estimate, seen) or estimate - seen < TRUNCATED_BY_TOKENS:
        return ()
    return (
        e.ModelTruncated(
            reaction=reaction,
            role=role,
            estimated_tokens=estimate,
            seen_tokens=seen,
            num_ctx=request.options.num_ctx,
        ),
    )
