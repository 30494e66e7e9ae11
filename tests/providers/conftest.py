"""Servers and ports for tests of providers."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import pytest

from agentsh.providers.ollama import OllamaProvider
from tests.providers.asking import AT_ONCE, hurried
from tests.support.http import Exchange, HttpServer

Answering = Callable[[bytes], AbstractAsyncContextManager[OllamaProvider]]


@pytest.fixture
def answering() -> Answering:
    """A server that answers anything with the same bytes and closes."""

    @asynccontextmanager
    async def open_it(answer: bytes) -> AsyncIterator[OllamaProvider]:
        async def handle(exchange: Exchange) -> None:
            await exchange.raw(answer)
            exchange.cut()

        async with HttpServer(handle) as server:
            provider = OllamaProvider(f"127.0.0.1:{server.port}", settings=hurried(), retry=AT_ONCE)
            yield provider
            await provider.aclose()

    return open_it


@pytest.fixture
def free_port() -> int:
    """A port where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
