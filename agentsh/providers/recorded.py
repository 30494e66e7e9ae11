"""A model that says again what was recorded: a session is watched once more, and no model is needed."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence

from agentsh.core.canonical import request_hash
from agentsh.core.chat import (
    Answer,
    ChatEvent,
    ChatRequest,
    Done,
    ModelInfo,
    PullProgress,
    RunningModel,
    ServerProbe,
    TextDelta,
    ThinkingDelta,
    ToolCalled,
    Used,
)
from agentsh.providers.faults import Fault, shortened
from agentsh.providers.script import cut

HOST = "recording"
MODEL = "recorded"
CHUNK_CHARS = 24


class RecordedProvider:
    """Answers from recorded answers.

    Args:
        answers: by the hash of the request's canonical JSON, as steps are keyed.
        speed: how many times faster than the model it streams; None: at once.
    """

    def __init__(self, answers: Mapping[str, Answer], *, speed: float | None = None) -> None:
        self._answers = answers
        self._speed = speed

    @property
    def name(self) -> str:
        """Which kind it is."""
        return "recorded"

    @property
    def host(self) -> str:
        """What is shown instead of an address."""
        return HOST

    async def probe(self) -> ServerProbe:
        """Return what is always there."""
        return ServerProbe(host=HOST, version=f"{len(self._answers)} answers", models=(MODEL,))

    async def list_models(self) -> list[ModelInfo]:
        """Return the one stand-in for all models of the recording."""
        return [ModelInfo(name=MODEL)]

    async def describe(self, model: str) -> ModelInfo:
        """Return any model: the recording does not tell what it could do."""
        return ModelInfo(name=model)

    async def running(self) -> list[RunningModel]:
        """Return the stand-in."""
        return [RunningModel(name=MODEL)]

    async def preload(self, model: str, num_ctx: int) -> None:
        """Do nothing."""

    async def unload(self, model: str) -> None:
        """Do nothing."""

    def pull(self, model: str) -> AsyncGenerator[PullProgress, None]:
        """Raise ProviderError: there is nothing to download."""
        raise Fault("rejected", f"a recording cannot download {model!r}").error()

    async def embed(self, model: str, texts: Sequence[str]) -> list[list[float]]:
        """Raise ProviderError: vectors are not recorded."""
        raise Fault("rejected", f"a recording cannot embed {len(texts)} texts for {model!r}").error()

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Stream the recorded answer; a request that was never made is Failed."""
        answer = self._answers.get(request_hash(request.model_dump(mode="json", by_alias=True)))
        if answer is None:
            asked = shortened(request.messages[-1].content if request.messages else "")
            hint = "The request differs from the recorded one; use a live provider to go on"
            yield Fault("rejected", f"there is no recorded answer to {asked}", hint=hint).failed()
            return
        deltas = list(_deltas(answer))
        pause_s = answer.usage.model_seconds / self._speed / max(1, len(deltas)) if self._speed else 0.0
        for delta in deltas:
            await asyncio.sleep(pause_s)
            yield delta
        yield Used(usage=answer.usage)
        yield Done(reason="length" if answer.reason == "interrupted" else answer.reason)

    async def aclose(self) -> None:
        """Do nothing."""


def _deltas(answer: Answer) -> list[ChatEvent]:
    thinking = [ThinkingDelta(text=part) for part in cut(answer.thinking, _pieces(answer.thinking))]
    text = [TextDelta(text=part) for part in cut(answer.text, _pieces(answer.text))]
    return [*thinking, *text, *(ToolCalled(call=call) for call in answer.tool_calls)]


def _pieces(text: str) -> int:
    return max(1, -(-len(text) // CHUNK_CHARS))
