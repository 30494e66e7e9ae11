"""A scripted Ollama server with a provider for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from agentsh.core.model import JsonObject
from agentsh.core.settings import ModelSettings
from agentsh.providers.ollama import OllamaProvider
from tests.providers.asking import AT_ONCE, hurried
from tests.support.ollama_server import OllamaServer

Pair = tuple[OllamaServer, OllamaProvider]


@asynccontextmanager
async def served(*rules: JsonObject, settings: ModelSettings | None = None, **script: object) -> AsyncIterator[Pair]:
    """Give a server on these rules and a provider for it."""
    async with OllamaServer.on(*rules, **script) as server:
        provider = OllamaProvider(server.host, settings=settings or hurried(), retry=AT_ONCE)
        yield server, provider
        await provider.aclose()
