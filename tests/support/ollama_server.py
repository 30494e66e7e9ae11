"""A server that speaks Ollama's /api/* protocol from a script; see `model_server` for the script and its faults.

As a process: `python -m tests.support.ollama_server --script FILE --port 0 --log FILE` prints `READY port`, writes one
JSON line a request into the log when the request ends (see `Logged`), and goes on SIGTERM or SIGINT.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from pydantic import JsonValue

from agentsh.core.model import JsonObject
from agentsh.providers.ollama_wire import with_tag
from agentsh.providers.script import cut
from tests.support.http import Exchange
from tests.support.model_server import ModelServer, ServerModel, ServerScript, Turn, vector
from tests.support.process import serve

VERSION = "0.12.3"
AT = "2025-01-01T00:00:00.000000Z"
MILLISECOND_NS = 1_000_000


class OllamaServer(ModelServer):
    """Enter it, and ask at `host`."""

    chat_path = "/api/chat"
    stream_type = "application/x-ndjson"

    def __init__(self, script: ServerScript, *, port: int = 0, log: Path | None = None) -> None:
        super().__init__(script, port=port, log=log)
        self.loaded: dict[str, int] = {}
        """Context length by model."""

    def pieces(self, turn: Turn) -> Iterator[bytes]:
        self._load(turn.logged.body)
        rule = turn.rule
        for text in cut(rule.thinking, rule.chunks):
            yield _line(turn, {"role": "assistant", "content": "", "thinking": text})
        for text in cut(rule.text, rule.chunks):
            yield _line(turn, {"role": "assistant", "content": text})
        if rule.calls:
            calls = [{"function": {"name": call.name, "arguments": call.arguments}} for call in rule.calls]
            yield _line(turn, {"role": "assistant", "content": "", "tool_calls": calls})

    def ending(self, turn: Turn) -> Iterator[bytes]:
        yield _line(
            turn,
            {"role": "assistant", "content": ""},
            done=True,
            done_reason=turn.rule.finish,
            total_duration=4 * MILLISECOND_NS,
            load_duration=MILLISECOND_NS,
            prompt_eval_count=turn.seen_tokens,
            prompt_eval_duration=MILLISECOND_NS,
            eval_count=turn.said_tokens,
            eval_duration=2 * MILLISECOND_NS,
        )

    def error_line(self, message: str) -> bytes:
        return self.error_body(message) + b"\n"

    def error_body(self, message: str) -> bytes:
        return json.dumps({"error": message}).encode()

    async def other(self, exchange: Exchange, body: JsonObject) -> str:
        match exchange.request.path:
            case "/api/version":
                return await _whole(exchange, {"version": VERSION})
            case "/api/tags":
                return await _whole(exchange, {"models": [_tag(model) for model in self.models.values()]})
            case "/api/ps":
                return await _whole(exchange, {"models": [self._process(name) for name in self.loaded]})
            case "/api/pull":
                return await self._pull(exchange, str(body["model"]))
            case "/api/show" | "/api/chat" | "/api/embed":
                return await self._of_a_model(exchange, body)
            case _:
                return await self.no_route(exchange)

    async def _of_a_model(self, exchange: Exchange, body: JsonObject) -> str:
        name = str(body["model"])
        if not self.has(name):
            return await self.missing(exchange, name)
        if exchange.request.path == "/api/show":
            return await _whole(exchange, _shown(self._model(name)))
        if exchange.request.path == "/api/embed":
            return await _whole(exchange, {"model": name, "embeddings": [vector(text) for text in body["input"]]})
        self._load(body)
        reason = "unload" if body.get("keep_alive") == 0 else "load"
        message = {"role": "assistant", "content": ""}
        return await _whole(exchange, {"model": name, "message": message, "done": True, "done_reason": reason})

    async def _pull(self, exchange: Exchange, name: str) -> str:
        await exchange.start(self.stream_type)
        if name not in self.script.library:
            await exchange.send(self.error_line("pull model manifest: file does not exist"))
            await exchange.end()
            return "missing"
        layer = {"status": "pulling aabbcc", "digest": "sha256:aabbcc", "total": 100}
        steps: list[JsonObject] = [
            {"status": "pulling manifest"},
            layer | {"completed": 40},
            layer | {"completed": 100},
        ]
        for step in [*steps, {"status": "success"}]:
            await exchange.send(json.dumps(step).encode() + b"\n")
            await exchange.pause(self.script.pull_s)
        await exchange.end()
        self.models[name] = ServerModel(name=name)
        return "done"

    def _load(self, body: JsonObject) -> None:
        name = with_tag(str(body["model"]))
        if body.get("keep_alive") == 0:
            self.loaded.pop(name, None)
            return
        asked = int((body.get("options") or {}).get("num_ctx", 4096))
        self.loaded[name] = min(asked, self.script.context or asked)

    def _model(self, name: str) -> ServerModel:
        return self.models.get(name) or self.models.get(f"{name}:latest") or ServerModel(name=name)

    def _process(self, name: str) -> JsonObject:
        return {"name": name, "model": name, "size": self._model(name).size_bytes, "context_length": self.loaded[name]}


def _line(turn: Turn, message: JsonObject, **more: JsonValue) -> bytes:
    line = {"model": turn.logged.model, "created_at": AT, "message": message, "done": False, **more}
    return json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


async def _whole(exchange: Exchange, body: JsonObject) -> str:
    await exchange.whole(200, json.dumps(body).encode())
    return "done"


def _tag(model: ServerModel) -> JsonObject:
    details = {"family": "llama", "parameter_size": model.parameter_size, "quantization_level": "Q4_K_M"}
    return {"name": model.name, "model": model.name, "modified_at": AT, "size": model.size_bytes, "details": details}


def _shown(model: ServerModel) -> JsonObject:
    return {
        "details": {"family": "llama", "parameter_size": model.parameter_size, "quantization_level": "Q4_K_M"},
        "model_info": {"general.architecture": "llama", "llama.context_length": model.context_length},
        "capabilities": list(model.capabilities),
        "modified_at": AT,
    }


if __name__ == "__main__":
    serve(OllamaServer)
