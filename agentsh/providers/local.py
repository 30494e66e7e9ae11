"""The embedded demo model: llama.cpp in a child process, asked like any OpenAI-compatible server.

It shows that the engine is real on a machine without a model server; `core.settings.DEMO_LABEL` says what it is not.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from importlib import metadata
from pathlib import Path

from agentsh.core.chat import (
    ChatEvent,
    ChatRequest,
    Failed,
    FailKind,
    Loading,
    ModelInfo,
    PullProgress,
    Retried,
    RunningModel,
    ServerProbe,
    TextDelta,
    ThinkingDelta,
    ToolCalled,
)
from agentsh.core.errors import ModelMissing, ProviderError
from agentsh.core.settings import ModelSettings
from agentsh.providers.local_child import INSTALL_HINT, SLOT_TOKENS, ModelChild
from agentsh.providers.openai import OpenAIProvider
from agentsh.providers.retry import NEVER
from agentsh.providers.weights import DEMO_MODEL, SMOLLM2, ensure_weights, fetch_weights

HOST = "embedded"
CRASH_NOTICED_S = 3.0
"""How long after a broken connection the end of the child is waited for."""
_MAY_BE_A_CRASH: frozenset[FailKind] = frozenset({"refused", "incomplete", "garbled"})


class LocalProvider:
    """Answers with the embedded model. The child starts with the first call, and once more after a crash.

    Args:
        cache: folder of the weights; they are fetched when they are missing.
        settings: timeouts of chat calls.
    """

    def __init__(self, cache: Path, settings: ModelSettings) -> None:
        self._cache = cache
        self._settings = settings
        self._starting = asyncio.Lock()
        self._child: ModelChild | None = None
        self._client: _ChildClient | None = None

    @property
    def name(self) -> str:
        """`local`."""
        return "local"

    @property
    def host(self) -> str:
        """`embedded`: its port is nobody's business."""
        return HOST

    async def probe(self) -> ServerProbe:
        """Return what would answer. Raises ProviderError when the engine is not installed."""
        try:
            version = metadata.version("xllamacpp")
        except metadata.PackageNotFoundError as error:
            raise ProviderError(
                "the embedded model needs the package xllamacpp", hint=INSTALL_HINT, kind="missing"
            ) from error
        return ServerProbe(host=HOST, version=version, models=(DEMO_MODEL,))

    async def list_models(self) -> list[ModelInfo]:
        """Return the one model that it has."""
        return [await self.describe(DEMO_MODEL)]

    async def describe(self, model: str) -> ModelInfo:
        """Return the model with the context length of its slots. Raises ModelMissing."""
        if model != DEMO_MODEL:
            raise ModelMissing(model, "the embedded provider")
        return ModelInfo(
            name=DEMO_MODEL,
            size_bytes=SMOLLM2.size_bytes,
            parameters="135M",
            quantization="Q4_1",
            context_length=SLOT_TOKENS,
            capabilities=("completion",),
        )

    async def running(self) -> list[RunningModel]:
        """Return the model while the child lives."""
        if self._child is None or not self._child.alive:
            return []
        return [RunningModel(name=DEMO_MODEL, context_length=SLOT_TOKENS, size_bytes=SMOLLM2.size_bytes)]

    async def preload(self, model: str, num_ctx: int) -> None:  # noqa: ARG002
        """Start the child. Its context window is fixed: `num_ctx` does not matter. Raises ProviderError."""
        await self.describe(model)
        await self._ready()

    async def unload(self, model: str) -> None:
        """End the child; the next call starts it again."""
        await self.describe(model)
        await self.aclose()

    async def pull(self, model: str) -> AsyncIterator[PullProgress]:
        """Fetch the weights. Raises ProviderError."""
        await self.describe(model)
        async with aclosing(fetch_weights(self._cache)) as steps:
            async for step in steps:
                yield step

    async def embed(self, model: str, texts: Sequence[str]) -> list[list[float]]:  # noqa: ARG002
        """Raise ProviderError: this model makes no vectors worth having."""
        raise ProviderError(
            f"the embedded model {model!r} has no embeddings", hint="Use an embedding model of an Ollama server"
        )

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Stream one answer; the last event is exactly one Done or Failed. Closing it frees the slot.

        A child that dies before it said anything is started once more; later its death is a Failed.
        """
        gave = False
        for may_repeat in (True, False):
            async with aclosing(self._once(request)) as events:
                async for event in events:
                    if isinstance(event, Failed) and event.failure == "server" and may_repeat and not gave:
                        yield Retried(attempt=1, reason=event.message, delay_s=0.0)
                        break
                    gave = gave or isinstance(event, TextDelta | ThinkingDelta | ToolCalled)
                    yield event
                else:
                    return

    async def aclose(self) -> None:
        """End the child and close the connections."""
        async with self._starting:
            await self._drop()

    async def _once(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Yield the events of one attempt; a crash is told as what it was, with the end of the child's log."""
        if not await self.running():
            yield Loading(model=DEMO_MODEL)
        try:
            await self.describe(request.model)
            client = await self._ready()
        except ProviderError as error:
            yield _failed(error)
            return
        async with aclosing(client.chat(request)) as events:
            async for event in events:
                crashed = isinstance(event, Failed) and event.failure in _MAY_BE_A_CRASH
                if crashed and await client.child.exited(CRASH_NOTICED_S):
                    yield _failed(client.child.error("crashed"))
                else:
                    yield event

    async def _ready(self) -> "_ChildClient":
        """Return a client of a living child. Raises ProviderError."""
        async with self._starting:
            if self._client is not None and self._client.child.alive:
                return self._client
            await self._drop()
            await self.probe()
            weights = await ensure_weights(self._cache, _unseen)
            self._child = await ModelChild.start(weights, DEMO_MODEL)
            self._client = _ChildClient(self._child, self._settings)
            return self._client

    async def _drop(self) -> None:
        client, self._client = self._client, None
        child, self._child = self._child, None
        try:
            if client is not None:
                await client.aclose()
        finally:
            if child is not None:
                await child.stop()


class _ChildClient(OpenAIProvider):
    """The client of one child; only who knows the child's key may ask it."""

    def __init__(self, child: ModelChild, settings: ModelSettings) -> None:
        super().__init__(f"{child.url}/v1", settings=settings, name="local", retry=NEVER)
        self._http.headers["authorization"] = f"Bearer {child.api_key}"
        # The child ends a kept connection now and then in the moment in which it is used again: each call has its own.
        self._http.headers["connection"] = "close"
        self.child = child


def _failed(error: ProviderError) -> Failed:
    kind: FailKind = "missing" if error.kind == "missing" else "server"
    return Failed(failure=kind, retryable=kind == "server", message=str(error), hint=error.hint)


def _unseen(_progress: PullProgress) -> None:
    """Whoever wants to see it fetches the weights before the first call."""
