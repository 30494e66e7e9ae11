"""Ollama over its native API: the /v1 routes of the same server ignore num_ctx."""

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from http import HTTPStatus

import ollama
from pydantic import JsonValue
from pydantic_core import from_json

from agentsh.core.chat import ChatEvent, ChatRequest, Loading, ModelInfo, PullProgress, RunningModel, ServerProbe
from agentsh.core.model import JsonObject
from agentsh.core.settings import ModelSettings
from agentsh.providers.call import Piece, answer
from agentsh.providers.deadlines import Deadlines, within
from agentsh.providers.faults import Fault, looks_like_html, shortened, status_fault, told
from agentsh.providers.hosts import normalise_host
from agentsh.providers.network import LIMITS, TROUBLE, is_loopback, network_fault, speaks_tls, timeouts
from agentsh.providers.ollama_wire import (
    ChatLine,
    Embeddings,
    Processes,
    Progress,
    Shown,
    Tags,
    Version,
    chat_body,
    duration,
    with_tag,
)
from agentsh.providers.retry import PATIENT, RetryPolicy
from agentsh.providers.wire import W, Wire, encoded, lines_of

PROBE_S = 1.0
PULL_S = 24 * 3600.0
START_IT = "Start it with: ollama serve (get it from https://ollama.com/download), or give another --host"
NOT_A_SERVER = "This is not an Ollama server? Its address is usually http://127.0.0.1:11434"
_TROUBLE = (*TROUBLE, ollama.ResponseError)


class OllamaProvider:
    """A client of one Ollama server.

    Args:
        host: as people write it; see `normalise_host`.
        settings: timeouts, and how long a model stays loaded.
        retry: how passing faults are tried again.

    Raises:
        UsageError: `host` is not an address.
    """

    def __init__(self, host: str, *, settings: ModelSettings, retry: RetryPolicy = PATIENT) -> None:
        self._host = normalise_host(host)
        self._settings = settings
        self._retry = retry
        self._client = _Client(
            self._host,
            timeout=timeouts(settings),
            limits=LIMITS,
            follow_redirects=False,
            verify=speaks_tls(self._host),
            trust_env=not is_loopback(self._host),
        )
        self._described: dict[str, ModelInfo] = {}
        self._answered_last = ""
        """The model that the server certainly has in memory."""

    @property
    def name(self) -> str:
        """Which kind it is."""
        return "ollama"

    @property
    def host(self) -> str:
        """The server's address."""
        return self._host

    async def probe(self, within_s: float = PROBE_S) -> ServerProbe:
        """Return what answers there, within a second."""
        with told():
            async with within(within_s, self._host):
                version = await self._fetch(Version, "GET", "/api/version", within_s=within_s)
                tags = await self._fetch(Tags, "GET", "/api/tags", within_s=within_s)
        return ServerProbe(
            host=self._host, version=version.version, models=tuple(tag.name for tag in tags.models or ())
        )

    async def list_models(self) -> list[ModelInfo]:
        """Return the models that the server has."""
        with told():
            tags = await self._fetch(Tags, "GET", "/api/tags", within_s=self._settings.between_tokens_s)
        return [tag.info() for tag in tags.models or ()]

    async def describe(self, model: str) -> ModelInfo:
        """Return one model with its capabilities and context length, asked for once. Raises ModelMissing."""
        with told():
            return await self._describe(model)

    async def running(self) -> list[RunningModel]:
        """Return the models in memory."""
        with told():
            return await self._running(self._settings.between_tokens_s)

    async def preload(self, model: str, num_ctx: int) -> None:
        """Load the model now, with the context window that it will be asked with."""
        await self._load(model, {"options": {"num_ctx": num_ctx}, "keep_alive": duration(self._settings.keep_alive)})

    async def unload(self, model: str) -> None:
        """Free its memory."""
        self._answered_last = ""
        await self._load(model, {"keep_alive": 0})

    async def pull(self, model: str) -> AsyncGenerator[PullProgress, None]:
        """Download a model. Raises ProviderError."""
        self._described.pop(model, None)
        settings = self._settings.model_copy(
            update={"between_tokens_s": self._settings.first_token_s, "role_s": PULL_S}
        )
        status = ""
        with told():
            async with aclosing(Deadlines(settings, self._host).keep(self._pull(model))) as lines:
                async for line in lines:
                    status = line.status
                    yield PullProgress(status=status, completed_bytes=line.completed or 0, total_bytes=line.total or 0)
            if status != "success":
                raise Fault("incomplete", f"the download of {model!r} stopped at {status!r}", hint="Pull it again")

    async def embed(self, model: str, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector a text."""
        body: JsonObject = {
            "model": model,
            "input": list(texts),
            "keep_alive": duration(self._settings.keep_alive),
        }
        with told():
            answered = await self._fetch(Embeddings, "POST", "/api/embed", body, within_s=self._settings.first_token_s)
        return answered.embeddings

    async def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Stream one answer; the last event is exactly one Done or Failed. Closing it stops the server."""
        if await self._has_to_load(request.model):
            yield Loading(model=request.model)
        events = answer(
            request, lambda: self._ask(request), settings=self._settings, host=self._host, retry=self._retry
        )
        async with aclosing(events):
            async for event in events:
                yield event

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()  # type: ignore[no-untyped-call]  # ollama leaves it unannotated

    async def _ask(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        body = chat_body(request, keep_alive=self._settings.keep_alive, think=await self._think(request))
        try:
            async with aclosing(self._client.lines(ChatLine, "/api/chat", body)) as lines:
                async for line in lines:
                    self._answered_last = request.model
                    yield line.piece()
        except _TROUBLE as error:
            raise self._fault(error, request.model) from error

    async def _think(self, request: ChatRequest) -> bool | None:
        """Whether to say anything of thinking: a server may ignore `format` when it is told not to think."""
        if request.think is None or (request.schema_ is not None and not request.think):
            return None
        can_think = "thinking" in (await self._describe(request.model)).capabilities
        return request.think if can_think else None

    async def _has_to_load(self, model: str) -> bool:
        if model == self._answered_last:
            return False
        try:
            loaded = await self._running(PROBE_S)
        except Fault:
            return False  # whatever is wrong with the server, the call itself will tell
        return with_tag(model) not in {with_tag(running.name) for running in loaded}

    async def _describe(self, model: str) -> ModelInfo:
        if model not in self._described:
            shown = await self._fetch(
                Shown, "POST", "/api/show", {"model": model}, within_s=self._settings.between_tokens_s
            )
            self._described[model] = shown.info(model)
        return self._described[model]

    async def _running(self, within_s: float) -> list[RunningModel]:
        processes = await self._fetch(Processes, "GET", "/api/ps", within_s=within_s)
        return [loaded.running() for loaded in processes.models or ()]

    async def _load(self, model: str, how: JsonObject) -> None:
        body: JsonObject = {"model": model, "messages": [], "stream": False, **how}
        with told():
            await self._fetch(Wire, "POST", "/api/chat", body, within_s=self._settings.first_token_s)

    async def _pull(self, model: str) -> AsyncGenerator[Progress, None]:
        try:
            async with aclosing(self._client.lines(Progress, "/api/pull", {"model": model, "stream": True})) as lines:
                async for line in lines:
                    yield line
        except _TROUBLE as error:
            raise self._fault(error) from error

    async def _fetch(
        self, shape: type[W], method: str, path: str, body: JsonObject | None = None, *, within_s: float
    ) -> W:
        """Return a whole answer. Raises Fault."""
        try:
            async with within(within_s, self._host):
                return await self._client.fetch(shape, method, path, body)
        except _TROUBLE as error:
            raise self._fault(error, str((body or {}).get("model", ""))) from error

    def _fault(self, error: Exception, model: str = "") -> Fault:
        if not isinstance(error, ollama.ResponseError):
            return network_fault(error, host=self._host, start_it=START_IT, not_a_server=NOT_A_SERVER)
        said = str(error.error)
        if error.status_code < 0:
            return Fault("error", f"{self._host} stopped: {shortened(said)}")
        if error.status_code == HTTPStatus.NOT_FOUND and model and "model" in said and not looks_like_html(said):
            return Fault.no_model(model, self._host)
        return status_fault(error.status_code, said, host=self._host, not_a_server=NOT_A_SERVER)


class _Client(ollama.AsyncClient):
    """Ollama's client with our own shapes and lines.

    Its own shapes drop what they do not know of a tool's schema; its lines end at U+0085 too, in the middle of JSON.
    """

    async def fetch(self, shape: type[W], method: str, path: str, body: JsonObject | None) -> W:
        """Return a whole answer. Raises what _TROUBLE lists."""
        return await self._request(shape, method, path, content=encoded(body))

    async def lines(self, shape: type[W], path: str, body: JsonObject) -> AsyncGenerator[W, None]:
        """Yield the lines of a streamed answer; closing this closes the connection. Raises what _TROUBLE lists."""
        async with self._client.stream("POST", path, content=encoded(body)) as response:
            if not response.is_success:
                await response.aread()
                raise ollama.ResponseError(response.text, response.status_code)
            async with aclosing(lines_of(response.aiter_bytes())) as lines:
                async for line in lines:
                    yield _read(shape, line)


def _read(shape: type[W], line: bytes) -> W:
    """Return a line of an answer. Raises ResponseError for an error's line, ValueError for what is none."""
    part: JsonValue = from_json(line)
    if isinstance(part, dict) and part.get("error"):
        raise ollama.ResponseError(json.dumps({"error": part["error"]}))
    return shape.model_validate(part)
