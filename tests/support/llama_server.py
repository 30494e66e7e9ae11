"""A thin `/api/*` shim over the embedded engine: the real ollama client talks to a real model over the real protocol.

As a process: `python -m tests.support.llama_server --port 0` prints `READY port`, and goes on SIGTERM or SIGINT.
"""

import argparse
import asyncio
import json
import signal
from contextlib import aclosing, suppress
from typing import Self

import httpx

from agentsh.core.model import JsonObject
from agentsh.providers.local_child import SLOT_TOKENS, ModelChild
from agentsh.providers.sse import data_lines
from agentsh.providers.weights import DEMO_MODEL, ensure_weights, weights_folder
from tests.support.http import Exchange, HttpServer, HungUp

AT = "2025-01-01T00:00:00.000000Z"
NAME = f"{DEMO_MODEL}:latest"
NS = 1_000_000_000


class LlamaServer:
    """Enter it, and ask at `host`. `bodies` has what /api/chat was sent, oldest first."""

    def __init__(self, *, port: int = 0) -> None:
        self.bodies: list[JsonObject] = []
        self._http = HttpServer(self._handle, port=port)
        self._engine: ModelChild | None = None
        self._client = httpx.AsyncClient(timeout=120, trust_env=False)

    @property
    def port(self) -> int:
        return self._http.port

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        weights = await ensure_weights(weights_folder(), lambda _: None)
        self._engine = await ModelChild.start(weights, DEMO_MODEL)
        self._client.headers["authorization"] = f"Bearer {self._engine.api_key}"
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.close()
        await self._client.aclose()
        if self._engine is not None:
            await self._engine.stop()

    async def _handle(self, exchange: Exchange) -> None:
        body: JsonObject = json.loads(exchange.request.body or b"{}")
        known = body.get("model") in (None, DEMO_MODEL, NAME)
        details = {"family": "llama", "parameter_size": "135M", "quantization_level": "Q4_1"}
        match exchange.request.path if known else "missing":
            case "/api/version":
                await _whole(exchange, {"version": "0.12.3"})
            case "/api/tags":
                model = {"name": NAME, "model": NAME, "modified_at": AT, "size": 98_362_432, "details": details}
                await _whole(exchange, {"models": [model]})
            case "/api/ps":
                await _whole(exchange, {"models": [{"name": NAME, "model": NAME, "context_length": SLOT_TOKENS}]})
            case "/api/show":
                info = {"general.architecture": "llama", "llama.context_length": SLOT_TOKENS}
                await _whole(exchange, {"details": details, "model_info": info, "capabilities": ["completion"]})
            case "/api/chat":
                self.bodies.append(body)
                await self._chat(exchange, body)
            case "missing":
                await _whole(exchange, {"error": f"model '{body.get('model')}' not found"}, 404)
            case path:
                await _whole(exchange, {"error": f"no route {path}"}, 404)

    async def _chat(self, exchange: Exchange, body: JsonObject) -> None:
        if not body.get("messages"):
            await _whole(exchange, _line("", done=True, done_reason="load"))
            return
        assert self._engine is not None
        await exchange.start("application/x-ndjson")
        url = f"{self._engine.url}/v1/chat/completions"
        async with self._client.stream("POST", url, json=_translated(body)) as response:
            response.raise_for_status()
            await self._relay(exchange, response)
        await exchange.end()

    async def _relay(self, exchange: Exchange, response: httpx.Response) -> None:
        reason, timings = "stop", {}
        async with aclosing(data_lines(response.aiter_bytes(), host="engine", not_a_server="")) as lines:
            async for line in lines:
                if line == b"[DONE]":
                    break
                chunk = json.loads(line)
                choice = (chunk.get("choices") or [{}])[0]
                reason = choice.get("finish_reason") or reason
                timings = chunk.get("timings") or timings
                if text := (choice.get("delta") or {}).get("content"):
                    await exchange.send(_encoded(_line(text)))
        spent_s = {"prompt_eval": timings.get("prompt_ms", 0) / 1000, "eval": timings.get("predicted_ms", 0) / 1000}
        await exchange.send(
            _encoded(
                _line(
                    "",
                    done=True,
                    done_reason=reason,
                    total_duration=int(sum(spent_s.values()) * NS),
                    load_duration=0,
                    prompt_eval_count=timings.get("prompt_n", 0) + timings.get("cache_n", 0),
                    prompt_eval_duration=int(spent_s["prompt_eval"] * NS),
                    eval_count=timings.get("predicted_n", 0),
                    eval_duration=int(spent_s["eval"] * NS),
                )
            )
        )


def _translated(body: JsonObject) -> JsonObject:
    """Return an Ollama chat body in OpenAI's words."""
    options = body.get("options") or {}
    asked: JsonObject = {"messages": body["messages"], "stream": True, "max_tokens": options.get("num_predict", 400)}
    asked |= {key: options[key] for key in ("temperature", "seed", "stop") if key in options}
    if isinstance(shape := body.get("format"), dict):
        asked["response_format"] = {"type": "json_schema", "json_schema": {"name": "answer", "schema": shape}}
    elif shape == "json":
        asked["response_format"] = {"type": "json_object"}
    return asked


def _line(text: str, *, done: bool = False, **more: object) -> JsonObject:
    return {"model": NAME, "created_at": AT, "message": {"role": "assistant", "content": text}, "done": done, **more}


def _encoded(line: JsonObject) -> bytes:
    return json.dumps(line).encode() + b"\n"


async def _whole(exchange: Exchange, body: JsonObject, status: int = 200) -> None:
    with suppress(HungUp):
        await exchange.whole(status, json.dumps(body).encode())


async def _serve(port: int) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with LlamaServer(port=port) as server:
        print(f"READY {server.port}", flush=True)
        await stop.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    asyncio.run(_serve(parser.parse_args().port))
