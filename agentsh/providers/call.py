"""One chat call, the same for every provider: pieces from a server in, chat events out.

Deadlines, retries, thinking kept apart, loops cut, unfinished answers told: written once, here. An answer that is
empty, because the model only thought, is a whole one: who asked can ask again with a word about it.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

from agentsh.core.chat import (
    ChatEvent,
    ChatRequest,
    Done,
    Retried,
    TextDelta,
    ThinkingDelta,
    ToolCalled,
    ToolCallRequest,
    Usage,
    Used,
)
from agentsh.core.settings import ModelSettings
from agentsh.core.tokens import estimate_prompt, estimate_tokens
from agentsh.providers.deadlines import Deadlines, loop_time
from agentsh.providers.faults import Fault
from agentsh.providers.repeats import RepeatDetector
from agentsh.providers.retry import Retries, RetryPolicy
from agentsh.providers.think_tags import Part, ThinkSplitter

Finish = Literal["stop", "length"]


@dataclass(frozen=True, slots=True)
class Piece:
    """What a server said at once. An answer is whole when a piece says how it finished."""

    text: str = ""
    thinking: str = ""
    tool_calls: tuple[ToolCallRequest, ...] = ()
    usage: Usage | None = None
    finish: Finish | None = None


Ask = Callable[[], AsyncGenerator[Piece, None]]
"""Asks the server once. Whatever goes wrong is raised as a Fault."""


async def answer(
    request: ChatRequest, ask: Ask, *, settings: ModelSettings, host: str, retry: RetryPolicy
) -> AsyncGenerator[ChatEvent, None]:
    """Yield the events of one call; the last one is a Done or a Failed.

    A passing fault is tried again only while nothing of the answer was given out, so that no text can come twice.
    """
    deadlines = Deadlines(settings, host)
    retries = Retries(retry)
    while True:
        listener = Listener(request)
        try:
            async with aclosing(_listen(listener, ask, deadlines)) as events:
                async for event in events:
                    yield event
            return
        except Fault as caught:
            fault = caught
        delay_s = None if listener.gave else retries.next_delay_s(fault)
        if delay_s is None or delay_s >= deadlines.left_s:
            yield fault.failed()
            return
        yield Retried(attempt=retries.made, reason=str(fault), delay_s=round(delay_s, 3))
        await asyncio.sleep(delay_s)


async def _listen(listener: "Listener", ask: Ask, deadlines: Deadlines) -> AsyncGenerator[ChatEvent, None]:
    try:
        async with aclosing(deadlines.keep(ask())) as pieces:
            async for piece in pieces:
                for event in listener.hear(piece):
                    yield event
                if listener.looped:
                    break
    except Fault:
        if not listener.whole:
            raise
    for event in listener.finish():
        yield event


class Listener:
    """Turns the pieces of one attempt into events, and judges at the end whether they make an answer."""

    def __init__(self, request: ChatRequest) -> None:
        self.gave = False
        """Whether any of the answer or of the thinking went out."""
        self.looped = False
        """Whether the model only repeats itself, so that listening on is a waste."""
        self._request = request
        self._began = loop_time()
        self._splitter = ThinkSplitter()
        self._text_repeats = RepeatDetector()
        self._thinking_repeats = RepeatDetector()
        self._usage: Usage | None = None
        self._finish: Finish | None = None
        self._estimated_tokens = 0

    @property
    def whole(self) -> bool:
        """Whether the server said that this was all; what happens to the connection after that does not matter."""
        return self._finish is not None

    def hear(self, piece: Piece) -> Iterator[ChatEvent]:
        """Yield the events of one piece."""
        if piece.thinking:
            yield from self._part(("thinking", piece.thinking))
            self.looped |= self._thinking_repeats.feed(piece.thinking)
        if piece.text:
            for part in self._splitter.feed(piece.text):
                yield from self._part(part)
            self.looped |= self._text_repeats.feed(piece.text)
        for call in piece.tool_calls:
            self.gave = True
            yield ToolCalled(call=call)
        self._usage = piece.usage or self._usage
        self._finish = piece.finish or self._finish

    def finish(self) -> Iterator[ChatEvent]:
        """Yield the last events.

        Raises:
            Fault: the answer stopped short.
        """
        for part in self._splitter.close():
            yield from self._part(part)
        if not self.whole and not self.looped:
            raise Fault("incomplete", "the answer ended before it was whole", hint="Ask again, or resume later")
        yield Used(usage=self._usage or self._estimated_usage())
        yield Done(reason="repeat" if self.looped else self._finish or "stop")

    def _part(self, part: Part) -> Iterator[ChatEvent]:
        kind, text = part
        self.gave = True
        self._estimated_tokens += estimate_tokens(text)
        yield ThinkingDelta(text=text) if kind == "thinking" else TextDelta(text=text)

    def _estimated_usage(self) -> Usage:
        return Usage(
            prompt_tokens=estimate_prompt(self._request.messages),
            completion_tokens=self._estimated_tokens,
            model_seconds=loop_time() - self._began,
            calls=1,
        )
