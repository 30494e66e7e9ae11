"""A server of tools, by the published `mcp` package, on stdin and stdout; with a port as argument over HTTP.

Then it prints `READY port`.
"""

import asyncio
import base64
import os
import socket
import sys
from typing import Literal

import uvicorn
from mcp.server import MCPServer
from mcp_types import CallToolResult, ImageContent, TextContent
from pydantic import BaseModel

server = MCPServer("bench", log_level="CRITICAL")


class Place(BaseModel):
    """Where something is."""

    town: str
    street: str | None = None


@server.tool()
def add(a: int, b: int = 1) -> str:
    """Add two numbers."""
    return str(a + b)


@server.tool()
def locate(place: Place, how: Literal["near", "far"] = "near") -> str:
    """Say where a place is."""
    return f"{place.town} is {how}"


@server.tool()
def picture() -> CallToolResult:
    """Draw."""
    data = base64.b64encode(bytes(1500)).decode()
    return CallToolResult(
        content=[TextContent(text="drawn"), ImageContent(data=data, mime_type="image/png")],
    )


@server.tool()
def flood() -> str:
    """Say too much for one message."""
    return "x" * 6_000_000


@server.tool()
def chatter() -> str:
    """Say much."""
    return "y" * 150_000


@server.tool()
async def hang() -> str:
    """Never answer."""
    await asyncio.Event().wait()
    return "never"


@server.tool()
def die() -> str:
    """End the server."""
    print("the spring broke", file=sys.stderr, flush=True)
    os._exit(3)


@server.tool()
def breaks() -> str:
    """Fail."""
    raise ValueError("there is no spring")


@server.tool()
def whoami() -> str:
    """Say which process this is, and one of its variables."""
    return f"{os.getpid()} {os.environ.get('BENCH_WORD', '-')} {os.environ.get('AGENTSH_SECRET', '-')}"


def main() -> None:
    if len(sys.argv) < 2:
        server.run("stdio")
        return
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", int(sys.argv[1])))
        print(f"READY {listening.getsockname()[1]}", flush=True)
        uvicorn.Server(uvicorn.Config(server.streamable_http_app(), log_level="critical")).run(sockets=[listening])


if __name__ == "__main__":
    main()
