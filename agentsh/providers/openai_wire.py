"""What goes over the wire of an OpenAI-compatible server: request bodies out, stream chunks in."""

from collections.abc import Iterator, Sequence

from pydantic import JsonValue

from agentsh.core.canonical import canonical_json
from agentsh.core.chat import ChatMessage, ChatRequest, ToolCallRequest, Usage
from agentsh.core.model import JsonObject
from agentsh.providers.wire import Wire


class FunctionDelta(Wire):
    """A piece of a tool call."""

    name: str | None = None
    arguments: str | None = None


class ToolDelta(Wire):
    """A piece of the tool call number `index`."""

    index: int = 0
    id: str | None = None
    function: FunctionDelta = FunctionDelta()


class Delta(Wire):
    """What a chunk adds to the answer. Thinking has two names: llama.cpp's and vLLM's."""

    content: str | None = None
    reasoning_content: str | None = None
    reasoning: str | None = None
    tool_calls: tuple[ToolDelta, ...] | None = None


class Choice(Wire):
    """One of the answers; only the first is asked for."""

    delta: Delta = Delta()
    finish_reason: str | None = None


class TokenCount(Wire):
    """What an answer cost, in tokens."""

    prompt_tokens: int = 0
    completion_tokens: int | None = None


class Timings(Wire):
    """llama.cpp's own measurements, milliseconds."""

    prompt_ms: float = 0.0
    predicted_ms: float = 0.0


class Chunk(Wire):
    """One `data:` line of a streamed answer."""

    choices: tuple[Choice, ...] = ()
    usage: TokenCount | None = None
    timings: Timings | None = None
    error: JsonValue = None

    def used(self, wall_s: float) -> Usage | None:
        """Return the cost, when it is told; `wall_s` stands in for a server that does not time itself."""
        if self.usage is None:
            return None
        times = self.timings
        return Usage(
            prompt_tokens=self.usage.prompt_tokens,
            completion_tokens=self.usage.completion_tokens or 0,
            model_seconds=(times.prompt_ms + times.predicted_ms) / 1000 if times else wall_s,
            calls=1,
        )


class ModelEntry(Wire):
    """A model, as /models lists it. The context length is vLLM's."""

    id: str
    max_model_len: int | None = None
    meta: JsonObject | None = None
    """llama.cpp's, with n_ctx_train and size."""


class ModelList(Wire):
    """The answer of /models."""

    data: tuple[ModelEntry, ...]


class Vector(Wire):
    """The embedding of one text."""

    embedding: list[float]


class VectorList(Wire):
    """The answer of /embeddings."""

    data: tuple[Vector, ...]


def chat_body(request: ChatRequest, extra: JsonObject) -> JsonObject:
    """Return the body of /chat/completions; `extra` is laid over it."""
    options = request.options
    body: JsonObject = {
        "model": request.model,
        "messages": list(_messages(request.messages)),
        "stream": True,
        "stream_options": {"include_usage": True},
        "max_tokens": options.num_predict,
        "temperature": options.temperature,
    }
    if options.seed is not None:
        body["seed"] = options.seed
    if options.stop:
        body["stop"] = list(options.stop)
    if request.schema_ is not None:
        schema: JsonObject = {"name": "answer", "strict": True, "schema": request.schema_}
        body["response_format"] = {"type": "json_schema", "json_schema": schema}
    if request.tools:
        body["tools"] = list(request.tools)
    return body | extra


def _messages(messages: Sequence[ChatMessage]) -> Iterator[JsonObject]:
    """A tool's answer has to name the call that it answers: the oldest open one of that tool."""
    open_calls: list[tuple[str, str]] = []
    for position, message in enumerate(messages):
        turn: JsonObject = {"role": message.role, "content": message.content}
        if message.tool_calls:
            named = [(call.id or f"call_{position}_{n}", call) for n, call in enumerate(message.tool_calls)]
            open_calls.extend((call_id, call.name) for call_id, call in named)
            turn["tool_calls"] = [_call(call_id, call) for call_id, call in named]
        if message.role == "tool":
            turn["tool_call_id"] = _answered(open_calls, message.tool_name)
        yield turn


def _answered(open_calls: list[tuple[str, str]], tool: str) -> str:
    at = next((n for n, (_, name) in enumerate(open_calls) if name == tool), None)
    return "call_0" if at is None else open_calls.pop(at)[0]


def _call(call_id: str, call: ToolCallRequest) -> JsonObject:
    function: JsonObject = {"name": call.name, "arguments": canonical_json(call.arguments)}
    return {"id": call_id, "type": "function", "function": function}
