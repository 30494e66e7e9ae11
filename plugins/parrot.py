"""A provider: a model server that says again what it was told. `agentsh run "Hello" --team poetry --provider parrot`.

A real one talks to a server in `chat`, and yields what comes as it comes; see `agentsh.ports.Provider`.
"""

from collections.abc import AsyncGenerator, Sequence

from agentsh.core.chat import (
    ChatEvent,
    ChatRequest,
    Done,
    ModelInfo,
    PullProgress,
    RunningModel,
    ServerProbe,
    TextDelta,
    Usage,
    Used,
)
from agentsh.core.errors import ProviderError
from agentsh.core.settings import ModelSettings
from agentsh.plugins import ProviderKind, hookimpl

MODEL = "parrot:1"


class ParrotProvider:
    """Fulfils `agentsh.ports.Provider`."""

    name = "parrot"
    host = "in this process"

    async def probe(self) -> ServerProbe:
        """Return what answers: always the same."""
        return ServerProbe(host=self.host, version="1", models=(MODEL,))

    async def list_models(self) -> list[ModelInfo]:
        """Return the one model."""
        return [await self.describe(MODEL)]

    async def describe(self, model: str) -> ModelInfo:
        """Return what the model can do."""
        return ModelInfo(name=model, context_length=8192, capabilities=("completion",))

    async def running(self) -> list[RunningModel]:
        """Return the one model: it is always loaded."""
        return [RunningModel(name=MODEL)]

    async def preload(self, model: str, num_ctx: int) -> None:
        """Do nothing."""

    async def unload(self, model: str) -> None:
        """Do nothing."""

    def pull(self, model: str) -> AsyncGenerator[PullProgress, None]:
        """Raise ProviderError: there is nothing to download."""
        raise ProviderError(f"a parrot cannot download {model!r}", hint=f"it has {MODEL}")

    async def embed(self, model: str, texts: Sequence[str]) -> list[list[float]]:
        """Raise ProviderError: it knows no vectors."""
        raise ProviderError(f"a parrot cannot embed {len(texts)} texts for {model!r}")

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Say the last line of the last message again."""
        said = request.messages[-1].content.strip().splitlines()[-1:] if request.messages else []
        text = f"Squawk! {said[0] if said else ''}"
        yield TextDelta(text=text)
        yield Used(usage=Usage(prompt_tokens=1, completion_tokens=len(text.split()), calls=1))
        yield Done(reason="stop")

    async def aclose(self) -> None:
        """Do nothing."""


@hookimpl
def register_providers() -> list[ProviderKind]:
    """Bring the provider; `--host` means nothing to it."""

    def opened(host: str | None, settings: ModelSettings) -> ParrotProvider:
        del host, settings
        return ParrotProvider()

    return [ProviderKind("parrot", opened)]
