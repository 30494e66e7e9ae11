"""A server at an address: spoken with over HTTP, each answer bounded. Imported when the first one is asked."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from mcp.client.streamable_http import streamable_http_client

from agentsh.core.servers import ServerSettings
from agentsh.tools.servers.process import LONGEST_LINE, filled


class _Bounded(httpx2.AsyncByteStream):
    """The body of an answer that goes on as long as it is not too long."""

    def __init__(self, body: httpx2.AsyncByteStream) -> None:
        self._body = body

    async def __aiter__(self) -> AsyncIterator[bytes]:
        left = LONGEST_LINE
        async for piece in self._body:
            left -= len(piece)
            if left < 0:
                raise httpx2.StreamError(f"it sent an answer of more than {LONGEST_LINE // 1024**2} MB")
            yield piece

    async def aclose(self) -> None:
        await self._body.aclose()


class _Transport(httpx2.AsyncHTTPTransport):
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await super().handle_async_request(request)
        if isinstance(response.stream, httpx2.AsyncByteStream):
            response.stream = _Bounded(response.stream)
        return response


@asynccontextmanager
async def over_http(settings: ServerSettings) -> AsyncIterator[Any]:
    """Yield what the server says and what it is told."""
    limit = httpx2.Timeout(settings.start_s, read=settings.deadline_s)
    headers = filled(settings.headers)
    async with (
        httpx2.AsyncClient(headers=headers, timeout=limit, transport=_Transport(), follow_redirects=False) as client,
        streamable_http_client(settings.url, http_client=client, max_sse_event_size=LONGEST_LINE) as streams,
    ):
        yield streams
