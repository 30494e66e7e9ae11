"""Server-sent events, as far as model servers use them: one JSON text a `data:` line."""

from collections.abc import AsyncGenerator, AsyncIterable

from agentsh.providers.faults import Fault, shortened
from agentsh.providers.wire import lines_of

_IGNORED = (b":", b"event:", b"id:", b"retry:")
_DATA = b"data:"
_ERROR = b"error:"


async def data_lines(chunks: AsyncIterable[bytes], *, host: str, not_a_server: str) -> AsyncGenerator[bytes, None]:
    """Yield what stands after each `data:`.

    Raises:
        Fault: of kind garbled for a line that is no event, of kind error for llama.cpp's `error:` line.
    """
    async for raw in lines_of(chunks):
        line = raw.strip()
        if not line or line.startswith(_IGNORED):
            continue
        if line.startswith(_DATA):
            yield line.removeprefix(_DATA).strip()
            continue
        said = shortened(line.decode("utf-8", "replace"))
        if line.startswith(_ERROR):
            raise Fault("error", f"{host} stopped: {said}")
        raise Fault("garbled", f"{host} sent what is no event: {said}", hint=not_a_server)
