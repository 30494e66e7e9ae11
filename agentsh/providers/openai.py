"""Any server that speaks OpenAI's routes: llama.cpp, vLLM, LM Studio, a hosted one."""

import asyncio
import json
import os
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, suppress
from http import HTTPStatus

import httpx

from agentsh.core.chat import (
    ChatEvent,
    ChatRequest,
    ModelInfo,
    PullProgress,
    RunningModel,
    ServerProbe,
    ToolCallRequest,
)
from agentsh.core.model import JsonObject
from agentsh.core.settings import ModelSettings
from agentsh.providers.call import Finish, Piece, answer
from agentsh.providers.deadlines import loop_time, within
from agentsh.providers.faults import Fault, looks_like_html, shortened, status_fault, told
from agentsh.providers.network import LIMITS, TROUBLE, is_loopback, network_fault, speaks_tls, timeouts
from agentsh.providers.openai_wire import Choice, Chunk, ModelEntry, ModelList, ToolDelta, VectorList, chat_body
from agentsh.providers.retry import PATIENT, RetryPolicy
from agentsh.providers.sse import data_lines
from agentsh.providers.wire import W, encoded

PROBE_S = 1.0
NOT_A_SERVER = "This is not an OpenAI-compatible server; the address usually ends in /v1"
_LAST = b"[DONE]"
_END_S = 0.2
_WHOLE: dict[str, Finish] = {
    "stop": "stop",
    "eos": "stop",
    "tool_calls": "stop",
    "function_call": "stop",
    "length": "length",
}


class OpenAIProvider:
    """A client of /chat/completions, /models and /embeddings under one base address.

    Args:
        base_url: such as `http://127.0.0.1:8080/v1`.
        settings: timeouts of chat calls.
        api_key_env: the environment variable that holds the key; None: none is sent.
        name: what the provider is called, when this client serves another one.
        extra: fields laid over each chat body, such as llama.cpp's `cache_prompt`.
        retry: how passing faults are tried again.
        start_it: the hint for a server that does not answer.
    """

    def __init__(
        self,
        base_url: str,
        *,
        settings: ModelSettings,
        api_key_env: str | None = None,
        name: str = "openai",
        extra: JsonObject | None = None,
        retry: RetryPolicy = PATIENT,
        start_it: str = "Start the model server, or give another --host",
    ) -> None:
        self._name = name
        self._base = base_url.rstrip("/")
        self._settings = settings
        self._extra = extra or {}
        self._retry = retry
        self._start_it = start_it
        key = os.environ.get(api_key_env, "") if api_key_env else ""
        self._http = httpx.AsyncClient(
            headers={"content-type": "application/json"} | ({"authorization": f"Bearer {key}"} if key else {}),
            timeout=timeouts(settings),
            limits=LIMITS,
            verify=speaks_tls(self._base),
            trust_env=not is_loopback(self._base),
        )

    @property
    def name(self) -> str:
        """Which kind it is."""
        return self._name

    @property
    def host(self) -> str:
        """The base address."""
        return self._base

    async def probe(self) -> ServerProbe:
        """Return what answers there, within a second. Such servers do not tell their version alike: it is empty."""
        models = await self._listing(PROBE_S)
        return ServerProbe(host=self._base, version="", models=tuple(entry.id for entry in models))

    async def list_models(self) -> list[ModelInfo]:
        """Return the models that the server has."""
        return [_info(entry) for entry in await self._listing(self._settings.between_tokens_s)]

    async def describe(self, model: str) -> ModelInfo:
        """Return one model; what it can do is not told. Raises ModelMissing."""
        models = await self.list_models()
        found = next((info for info in models if info.name == model), None)
        if found is None:
            raise Fault.no_model(model, self._base, hint=f"It has: {', '.join(info.name for info in models)}").error()
        return found

    async def running(self) -> list[RunningModel]:
        """Return nothing: such a server does not tell."""
        return []

    async def preload(self, model: str, num_ctx: int) -> None:
        """Do nothing: such a server loads its model when it starts."""

    async def unload(self, model: str) -> None:
        """Do nothing: such a server keeps its model."""

    def pull(self, model: str) -> AsyncIterator[PullProgress]:
        """Raise ProviderError: such a server cannot be told to download."""
        raise Fault("rejected", f"{self._base} cannot download {model!r}", hint="Start it with that model").error()

    async def embed(self, model: str, texts: Sequence[str]) -> list[list[float]]:
        """Return one vector a text."""
        body: JsonObject = {"model": model, "input": list(texts)}
        vectors = await self._fetch(VectorList, "POST", "/embeddings", body, within_s=self._settings.first_token_s)
        return [vector.embedding for vector in vectors.data]

    def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Stream one answer; the last event is exactly one Done or Failed. Closing it stops the server."""
        return answer(request, lambda: self._ask(request), settings=self._settings, host=self._base, retry=self._retry)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def _listing(self, within_s: float) -> tuple[ModelEntry, ...]:
        return (await self._fetch(ModelList, "GET", "/models", None, within_s=within_s)).data

    async def _fetch(self, shape: type[W], method: str, path: str, body: JsonObject | None, *, within_s: float) -> W:
        """Return a whole answer. Raises ProviderError."""
        with told():
            try:
                async with within(within_s, self._base):
                    response = await self._http.request(method, f"{self._base}{path}", content=encoded(body))
                    if not response.is_success:
                        raise self._status_fault(response, str((body or {}).get("model", "")))
                    return shape.model_validate_json(response.content)
            except TROUBLE as error:
                raise self._fault(error) from error

    async def _ask(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        content = encoded(chat_body(request, self._extra))
        assembly = Assembly()
        try:
            async with self._http.stream("POST", f"{self._base}/chat/completions", content=content) as response:
                if not response.is_success:
                    await response.aread()
                    raise self._status_fault(response, request.model)
                lines = data_lines(response.aiter_bytes(), host=self._base, not_a_server=NOT_A_SERVER)
                async with aclosing(lines):
                    async for line in lines:
                        if line == _LAST:
                            await _finish_reading(lines)
                            return
                        yield assembly.piece(Chunk.model_validate_json(line))
        except TROUBLE as error:
            raise self._fault(error) from error

    def _fault(self, error: Exception) -> Fault:
        return network_fault(error, host=self._base, start_it=self._start_it, not_a_server=NOT_A_SERVER)

    def _status_fault(self, response: httpx.Response, model: str) -> Fault:
        said = _said(response.text)
        if response.status_code == HTTPStatus.NOT_FOUND and model and "model" in said and not looks_like_html(said):
            return Fault.no_model(model, self._base, hint="See what it has: agentsh models list")
        return status_fault(response.status_code, said, host=self._base, not_a_server=NOT_A_SERVER)


class Assembly:
    """Puts the chunks of one answer together: a tool call comes in many, and is whole when the answer is."""

    def __init__(self) -> None:
        self._began = loop_time()
        self._calls: dict[int, list[str]] = {}

    def piece(self, chunk: Chunk) -> Piece:
        """Return what a chunk adds.

        Raises:
            Fault: the server stopped on purpose.
            ValueError: the arguments of a tool call are not a JSON object.
        """
        if chunk.error is not None:
            raise Fault("error", f"the server stopped: {shortened(json.dumps(chunk.error))}")
        choice = chunk.choices[0] if chunk.choices else Choice()
        delta = choice.delta
        for call in delta.tool_calls or ():
            self._add(call)
        finish = _finish(choice.finish_reason)
        return Piece(
            text=delta.content or "",
            thinking=delta.reasoning_content or delta.reasoning or "",
            tool_calls=self._whole_calls() if finish else (),
            usage=chunk.used(loop_time() - self._began),
            finish=finish,
        )

    def _add(self, delta: ToolDelta) -> None:
        call = self._calls.setdefault(delta.index, ["", "", ""])
        for n, part in enumerate((delta.id, delta.function.name, delta.function.arguments)):
            call[n] += part or ""

    def _whole_calls(self) -> tuple[ToolCallRequest, ...]:
        calls = [self._calls[index] for index in sorted(self._calls)]
        self._calls.clear()
        return tuple(
            ToolCallRequest(id=call_id, name=name, arguments=json.loads(arguments or "{}"))
            for call_id, name, arguments in calls
        )


async def _finish_reading(lines: AsyncGenerator[bytes, None]) -> None:
    """Read on to the end of the body, so that the connection can be used again; a server may leave it open."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_END_S):
            async for _ in lines:
                pass


def _finish(reason: str | None) -> Finish | None:
    if reason is None:
        return None
    if reason in _WHOLE:
        return _WHOLE[reason]
    raise Fault("rejected", f"the server ended the answer because of {reason!r}")


def _said(body: str) -> str:
    """Return the message in an error's body, or the body as it is."""
    try:
        error = json.loads(body)["error"]
        return str(error["message"] if isinstance(error, dict) else error)
    except (ValueError, KeyError, TypeError):
        return body


def _info(entry: ModelEntry) -> ModelInfo:
    meta = entry.meta or {}
    trained, size = meta.get("n_ctx_train"), meta.get("size")
    context = entry.max_model_len or (trained if isinstance(trained, int) else 0)
    return ModelInfo(name=entry.id, context_length=context, size_bytes=size if isinstance(size, int) else 0)
