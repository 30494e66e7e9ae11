"""A server of tools: started when a role first wants them, spoken with by MCP, and ended with the session.

What it has is the recorded result of a step, so a reaction that runs again sees the same tools. The `mcp` package is an
extra, and is imported when the first server starts: that takes seconds.
"""

import asyncio
import importlib
import json
import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field, TypeAdapter, ValidationError

from agentsh.core.errors import AgentshError
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.servers import ServerSettings
from agentsh.core.tools import ToolFault, ToolSpec
from agentsh.ports import Hands, Tool
from agentsh.tools.servers.process import ServerProcess
from agentsh.tools.servers.schema import plain_schema

if TYPE_CHECKING:
    from mcp import Client

MOST_TOOLS = 64
MOST_DESCRIPTION = 800
"""Characters of what a tool says of itself."""


class Listed(Frozen):
    """A tool that a server has, as the step that started it records it."""

    name: str
    description: str = ""
    parameters: JsonObject = Field(default_factory=dict)


_LISTING = TypeAdapter(tuple[Listed, ...])


class McpServer:
    """Fulfils `ports.ToolServer`."""

    def __init__(self, name: str, settings: ServerSettings, cwd: Path) -> None:
        """Take its name and settings, and the folder in which a program works."""
        self._name = name
        self._settings = settings
        self._process = ServerProcess(settings, cwd)
        self._keeper: asyncio.Task[None] | None = None
        self._client: Client | None = None
        self._starting = asyncio.Lock()
        self._ending = asyncio.Event()
        self.spec = ToolSpec(
            name=name,
            description=f"Start the server {name}.",
            parameters={"type": "object", "properties": {}, "required": []},
            outside=True,
            safe_to_retry=True,
            deadline_s=settings.start_s,
        )

    @property
    def start(self) -> JsonObject:
        """What starting it is asked for with: what is run, or spoken to."""
        return {"starts" if self._settings.command else "asks": self._settings.words}

    async def call(self, hands: Hands, arguments: JsonObject) -> str:  # noqa: ARG002  it acts by itself
        """Start it, and return what it has: in words on the first line, and below it as JSON. Raises ToolFault."""
        client = await self._running()
        try:
            told = await _all_tools(client)
        except Exception as error:
            raise await self._failed(error, client) from error
        found, left_out = [], []
        for tool in told[:MOST_TOOLS]:
            try:
                found.append(_listed(self._name, tool))
            except ValueError as error:
                left_out.append(f"{tool.name!r} is left out: {error}"[:MOST_DESCRIPTION])
        if len(told) > MOST_TOOLS:
            left_out.append(f"what it has beyond {MOST_TOOLS} tools is left out")
        if not found:
            raise ToolFault(f"the server {self._name!r} has no tool that can be used. {'; '.join(left_out)}".strip())
        words = "; ".join([f"{len(found)} tools: {', '.join(one.name for one in found)}", *left_out])
        return f"{' '.join(words.split())}\n{_LISTING.dump_json(tuple(found)).decode()}"

    def tools(self, listing: str) -> dict[str, Tool]:
        """Return the tools of a listing, by name. Raises ToolFault when it is none."""
        try:
            found = _LISTING.validate_json(listing.partition("\n")[2])
            return {tool.name: ServerTool(self, self._settings, tool) for tool in found}
        except ValidationError:
            raise ToolFault(f"what the server {self._name!r} says of its tools is too long, or no such thing") from None

    async def use(self, name: str, arguments: JsonObject) -> str:
        """Call one of its tools and return what it gave in words. Raises ToolFault."""
        client = await self._running()
        deadline_s = self._settings.deadline_s
        try:
            async with asyncio.timeout(deadline_s) as limit:
                result = await client.call_tool(name, dict(arguments))
        except RuntimeError as error:  # what it gave is not what its own schema says
            raise ToolFault(f"{self._name}.{name} gave what it must not: {_shortened(str(error))}") from error
        except Exception as error:
            if limit.expired():
                raise ToolFault(f"{self._name}.{name} did not end within {deadline_s:g} s.") from None
            raise await self._failed(error, client) from error
        text = "\n".join(_words(part) for part in result.content)
        if not text and result.structured_content is not None:
            text = json.dumps(result.structured_content, ensure_ascii=False)
        if result.is_error:
            raise ToolFault(text or f"{self._name}.{name} failed and does not say why.")
        return text or "It gave nothing."

    async def aclose(self) -> None:
        """End it."""
        self._ending.set()
        if (keeper := self._keeper) is not None:
            self._keeper = self._client = None
            await asyncio.gather(keeper, return_exceptions=True)

    async def _running(self) -> "Client":
        """Return a client of the server, which is started when it is not there. Raises ToolFault."""
        async with self._starting:
            if self._client is not None:
                return self._client
            await _import_mcp()
            self._ending = asyncio.Event()
            ready: asyncio.Future[Client] = asyncio.get_running_loop().create_future()
            self._keeper = asyncio.create_task(self._keep(ready, self._ending))
            try:
                self._client = await asyncio.shield(ready)
            except AgentshError:
                raise
            except Exception as error:
                raise await self._failed(error, None) from error
            except asyncio.CancelledError:
                await self.aclose()
                raise
            return self._client

    async def _keep(self, ready: "asyncio.Future[Client]", ending: asyncio.Event) -> None:
        """Hold the connection open in a task of its own: it has to be closed where it was opened."""
        from mcp import Client

        from agentsh.tools.servers.address import over_http

        transport = self._process.opened() if self._settings.command else over_http(self._settings)
        opening = asyncio.ensure_future(ending.wait())
        try:
            async with Client(transport) as client:
                if not ready.done():
                    ready.set_result(client)
                await opening
        except Exception as error:  # noqa: BLE001  whatever ends the connection is told by the call that finds it so
            if not ready.done():
                ready.set_exception(error)
        finally:
            opening.cancel()
            with suppress(asyncio.CancelledError):
                await opening

    async def _failed(self, error: Exception, client: "Client | None") -> ToolFault:
        """Return what is told of an error of a connection; one that ended is opened anew by the next call."""
        from mcp import MCPError
        from mcp_types import CONNECTION_CLOSED

        cause = next(_leaves(error))
        if isinstance(cause, MCPError) and cause.code != CONNECTION_CLOSED and client is not None:
            return ToolFault(f"the server {self._name!r} refused: {_shortened(cause.error.message)}")
        if self._client is client:  # another call may have opened it anew by now
            await self.aclose()
        why = self._process.trouble if self._settings.command else ""
        said = str(cause) or type(cause).__name__
        return ToolFault(f"the server {self._name!r} ({self._settings.words}) does not answer: {why or said}")


class ServerTool:
    """One tool of a server. Fulfils `ports.Tool`."""

    def __init__(self, server: McpServer, settings: ServerSettings, listed: Listed) -> None:
        self._server = server
        self._name = listed.name.partition(".")[2]
        self.spec = ToolSpec(
            name=listed.name,
            description=listed.description,
            parameters=listed.parameters,
            outside=True,
            safe_to_retry=settings.safe_to_retry,
            deadline_s=settings.start_s + settings.deadline_s,  # it may have to be started anew for it
        )

    async def call(self, hands: Hands, arguments: JsonObject) -> str:  # noqa: ARG002  it acts by itself
        """Let the server do it; what was left out is not sent. Raises ToolFault."""
        given: JsonObject = {name: value for name, value in arguments.items() if value is not None}
        return await self._server.use(self._name, given)


def _listed(server: str, tool: Any) -> Listed:
    """Return a tool as it is recorded. Raises ValueError when it cannot be called from here."""
    name = f"{server}.{tool.name}"
    parameters = plain_schema(tool.input_schema)
    description = " ".join((tool.description or tool.title or tool.name).split())[:MOST_DESCRIPTION]
    ToolSpec(name=name, description=description, parameters=parameters)
    return Listed(name=name, description=description, parameters=parameters)


def _words(part: Any) -> str:
    """Return a piece of a result in words: what is no text is told of, never shown."""
    match part.type:
        case "text":
            return str(part.text)
        case "image" | "audio":
            size = len(part.data) * 3 // 4 - part.data[-2:].count("=")
            return f"[{part.type}, {part.mime_type}, {size:,} bytes: it cannot be read as text]"
        case "resource" if hasattr(part.resource, "text"):
            return str(part.resource.text)
        case "resource":
            return f"[{part.resource.uri}: it is no text]"
        case "resource_link":
            return f"[{part.uri}]"
        case other:
            return f"[{other}: it cannot be read as text]"


async def _all_tools(client: "Client") -> list[Any]:
    """Return the server's tools, page after page as long as that brings new ones, or a few more than are taken."""
    found: dict[str, Any] = {}
    cursor, known = None, -1
    while known < len(found) <= MOST_TOOLS:
        known = len(found)
        page = await client.list_tools(cursor=cursor)
        found |= {tool.name: tool for tool in page.tools}
        if (cursor := page.next_cursor) is None:
            break
    return [*found.values()]


async def _import_mcp() -> None:
    """Import it off the event loop. Raises ToolFault."""
    try:
        await asyncio.to_thread(importlib.import_module, "mcp")
    except ImportError as error:
        raise ToolFault("servers of tools need the package mcp: pip install 'agentsh[mcp]'") from error
    logging.getLogger("mcp").setLevel(logging.CRITICAL)


def _shortened(text: str) -> str:
    """Return what a server said of a fault: on one line, and not long."""
    return " ".join(text.split())[:MOST_DESCRIPTION]


def _leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield what went wrong, out of the groups that it comes in."""
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            yield from _leaves(inner)
    else:
        yield error
