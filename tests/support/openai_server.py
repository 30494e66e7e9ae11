"""A server that speaks OpenAI's /v1 routes from a script, as `ollama_server` does Ollama's; also as a process."""

import json
from collections.abc import Iterator

from agentsh.core.model import JsonObject
from agentsh.providers.script import cut
from tests.support.http import Exchange
from tests.support.model_server import ModelServer, Turn, vector
from tests.support.process import serve


class OpenAIServer(ModelServer):
    """Enter it, and ask at `host`, which ends in /v1."""

    chat_path = "/v1/chat/completions"
    stream_type = "text/event-stream"
    prefix = "/v1"

    def pieces(self, turn: Turn) -> Iterator[bytes]:
        rule = turn.rule
        for text in cut(rule.thinking, rule.chunks):
            yield _chunk({"reasoning_content": text})
        for text in cut(rule.text, rule.chunks):
            yield _chunk({"content": text})
        for n, call in enumerate(rule.calls):
            arguments = json.dumps(call.arguments)
            half = len(arguments) // 2
            first = {"name": call.name, "arguments": arguments[:half]}
            yield _chunk({"tool_calls": [{"index": n, "id": f"call-{n}", "type": "function", "function": first}]})
            yield _chunk({"tool_calls": [{"index": n, "function": {"arguments": arguments[half:]}}]})

    def ending(self, turn: Turn) -> Iterator[bytes]:
        stopped = "tool_calls" if turn.rule.calls else "stop"
        yield _chunk({}, "length" if turn.rule.finish == "length" else stopped)
        if (turn.logged.body.get("stream_options") or {}).get("include_usage"):
            usage = {"prompt_tokens": turn.seen_tokens, "completion_tokens": turn.said_tokens}
            yield _data({"choices": [], "usage": usage})
        yield b"data: [DONE]\n\n"

    def error_line(self, message: str) -> bytes:
        return _data({"error": {"message": message, "code": 500}})

    def error_body(self, message: str) -> bytes:
        return json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()

    async def other(self, exchange: Exchange, body: JsonObject) -> str:
        if exchange.request.path == "/v1/models":
            listing = [
                {"id": m.name, "object": "model", "max_model_len": m.context_length} for m in self.models.values()
            ]
            await exchange.whole(200, json.dumps({"object": "list", "data": listing}).encode())
            return "done"
        if exchange.request.path != "/v1/embeddings":
            return await self.no_route(exchange)
        if not self.has(str(body["model"])):
            return await self.missing(exchange, str(body["model"]))
        vectors = [{"index": n, "embedding": vector(text)} for n, text in enumerate(body["input"])]
        await exchange.whole(200, json.dumps({"data": vectors}).encode())
        return "done"


def _chunk(delta: JsonObject, finish: str | None = None) -> bytes:
    return _data(
        {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
    )


def _data(value: JsonObject) -> bytes:
    return b"data: " + json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n\n"


if __name__ == "__main__":
    serve(OpenAIServer)
