"""A model under examination: a mind that plays nobody, is asked without a session, and is timed."""

import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from agentsh.core.chat import (
    Answer,
    ChatEvent,
    ChatMessage,
    ChatOptions,
    ChatRequest,
    Done,
    Failed,
    Loading,
    TextDelta,
    ThinkingDelta,
    ToolCalled,
    ToolCallRequest,
    Usage,
    Used,
)
from agentsh.core.errors import ProviderError, UsageError
from agentsh.ports import Provider
from agentsh.roles.outline import outline
from agentsh.roles.question import Question

SEED = 7
TEMPERATURE = 0.2


@dataclass(frozen=True)
class Timing:
    """How long one answer took, seconds."""

    first_s: float
    whole_s: float
    usage: Usage
    loaded: bool
    """Whether the model had to be loaded for it."""


@dataclass
class _Heard:
    """One answer while it comes."""

    began: float = field(default_factory=time.monotonic)
    first: float = 0.0
    loaded: bool = False
    text: str = ""
    calls: tuple[ToolCallRequest, ...] = ()
    usage: Usage = field(default_factory=Usage)

    def hear(self, event: ChatEvent) -> None:
        if isinstance(event, TextDelta | ThinkingDelta | ToolCalled) and not self.first:
            self.first = time.monotonic()
        match event:
            case TextDelta(text=piece):
                self.text += piece
            case ToolCalled(call=call):
                self.calls = (*self.calls, call)
            case Used(usage=usage):
                self.usage = usage
            case Loading():
                self.loaded = True
            case _:
                pass


@dataclass
class Examinee:
    """Fulfils `Mind`."""

    provider: Provider
    model: str
    num_ctx: int
    system: str = ""
    timings: list[Timing] = field(default_factory=list)

    async def answer(self, question: Question) -> Answer:
        """Ask once. Raises ProviderError."""
        heard = _Heard()
        async with aclosing(self.provider.chat(self._request(question))) as events:
            reason = await _reason(heard, events)
        if reason is None:
            raise ProviderError(f"{self.provider.host} ended an answer without its end", hint="try again")
        now = time.monotonic()
        self.timings.append(Timing((heard.first or now) - heard.began, now - heard.began, heard.usage, heard.loaded))
        return Answer(text=heard.text, tool_calls=heard.calls, reason=reason.reason, usage=heard.usage)

    async def choose(self, question: Question, choices: Sequence[str]) -> str:
        """Nobody is asked to choose here."""
        raise UsageError(f"{question.action.name} has nothing to choose from", hint=", ".join(choices))

    def _request(self, question: Question) -> ChatRequest:
        schema = question.schema
        shape = "" if schema is None else f"\n\n{question.words.say('shape', outline=outline(schema))}"
        asked = ChatMessage(role="user", content=question.render(None) + shape)
        return ChatRequest(
            model=self.model,
            messages=(ChatMessage(role="system", content=self.system), asked, *question.after),
            schema_=schema,
            tools=tuple(tool.native() for tool in question.tools if schema is None),
            options=ChatOptions(
                num_ctx=self.num_ctx,
                num_predict=min(question.max_tokens, self.num_ctx // 4),
                temperature=TEMPERATURE,
                seed=SEED + question.attempt,
            ),
        )


async def _reason(heard: _Heard, events: AsyncGenerator[ChatEvent, None]) -> Done | None:
    async for event in events:
        heard.hear(event)
        if isinstance(event, Failed):
            raise ProviderError(event.message, hint=event.hint or "Type: agentsh doctor", kind=event.failure)
        if isinstance(event, Done):
            return event
    return None
