"""A small HTTP/1.1 server on loopback: its connections can be stalled, cut and reset, and it sees a hang-up at once."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Self

HEAD_LIMIT = 1 << 26


class HungUp(Exception):
    """The client closed the connection before the answer was whole."""


class Broken(Exception):
    """The answer was broken off on purpose; the connection is of no more use."""


@dataclass(frozen=True)
class Request:
    """What a client asked."""

    method: str
    path: str
    headers: dict[str, str]
    """Names in lower case."""
    body: bytes


class Exchange:
    """One request and the way to answer it. Pieces go out as they are sent."""

    def __init__(self, request: Request, writer: asyncio.StreamWriter, gone: asyncio.Event) -> None:
        self.request = request
        self._writer = writer
        self._gone = gone

    @property
    def connection(self) -> int:
        """The client's port: the same for all requests over one connection."""
        port: int = self._writer.get_extra_info("peername")[1]
        return port

    async def whole(self, status: int, body: bytes, content_type: str = "application/json") -> None:
        """Answer at once."""
        head = f"HTTP/1.1 {status} X\r\nContent-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
        await self._write(head.encode() + body)

    async def raw(self, data: bytes) -> None:
        """Send anything, HTTP or not."""
        await self._write(data)

    async def start(self, content_type: str) -> None:
        """Begin an answer of unknown length."""
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {content_type}\r\nTransfer-Encoding: chunked\r\n\r\n"
        await self._write(head.encode())

    async def send(self, *pieces: bytes) -> None:
        """Send pieces, each as a chunk of its own."""
        await self._write(b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces))

    async def end(self) -> None:
        """Say that the answer is whole."""
        await self._write(b"0\r\n\r\n")

    async def pause(self, seconds: float | None) -> None:
        """Let time pass; None: for ever. Raises HungUp at the instant when the client goes."""
        if seconds == 0:
            return
        try:
            async with asyncio.timeout(seconds):
                await self._gone.wait()
        except TimeoutError:
            return
        raise HungUp

    def cut(self) -> None:
        """Close the connection in the middle."""
        self._writer.close()
        raise Broken

    def reset(self) -> None:
        """Have the client's kernel say: connection reset by peer."""
        linger = struct.pack("ii", 1, 0)
        self._writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self._writer.transport.abort()
        raise Broken

    async def _write(self, data: bytes) -> None:
        if self._gone.is_set():
            raise HungUp
        self._writer.write(data)
        try:
            await self._writer.drain()
        except ConnectionError as error:
            raise HungUp from error


Handler = Callable[[Exchange], Awaitable[None]]


class HttpServer:
    """Serves on 127.0.0.1 at a free port (or `port`) while entered."""

    def __init__(self, handle: Handler, *, port: int = 0) -> None:
        self._handle = handle
        self._port = port
        self._server: asyncio.Server | None = None
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port

    async def __aenter__(self) -> Self:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: _Protocol(self._accept), "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop listening and drop what is under way."""
        if self._server is not None:
            self._server.close()
        under_way = dict(self._connections)
        for task, writer in under_way.items():
            writer.transport.abort()
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)

    def _accept(self, protocol: "_Protocol", writer: asyncio.StreamWriter) -> None:
        task = asyncio.get_running_loop().create_task(self._serve(protocol, writer), name="connection")
        self._connections[task] = writer
        task.add_done_callback(self._connections.pop)

    async def _serve(self, protocol: "_Protocol", writer: asyncio.StreamWriter) -> None:
        try:
            while (request := await _read(protocol.reader)) is not None:
                await self._handle(Exchange(request, writer, protocol.gone))
        except (HungUp, Broken, ConnectionError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


class _Protocol(asyncio.StreamReaderProtocol):
    """Tells of a hang-up even while nobody reads."""

    def __init__(self, accept: Callable[["_Protocol", asyncio.StreamWriter], None]) -> None:
        self.gone = asyncio.Event()
        self.reader = asyncio.StreamReader(limit=HEAD_LIMIT)
        super().__init__(self.reader, lambda _reader, writer: accept(self, writer))

    def eof_received(self) -> bool | None:
        self.gone.set()
        return super().eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self.gone.set()
        super().connection_lost(exc)


async def _read(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ", 2)
    fields = [line.split(": ", 1) for line in lines if ": " in line]
    headers = {name.lower(): value for name, value in fields}
    try:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    except asyncio.IncompleteReadError:
        return None
    return Request(method, path, headers, body)
