"""What goes over the wire of Ollama's native API: request bodies out, answer lines in."""

from agentsh.core.chat import ChatMessage, ChatRequest, ModelInfo, RunningModel, ToolCallRequest, Usage
from agentsh.core.model import JsonObject
from agentsh.providers.call import Piece
from agentsh.providers.wire import Wire

NANOSECONDS = 1e9


class Function(Wire):
    """What a tool call calls."""

    name: str
    arguments: JsonObject = {}


class ToolCall(Wire):
    """A whole tool call: Ollama does not send them in pieces."""

    function: Function
    id: str | None = None


class Said(Wire):
    """What one line adds to the answer."""

    content: str | None = None
    thinking: str | None = None
    tool_calls: tuple[ToolCall, ...] | None = None


class ChatLine(Wire):
    """One line of a streamed answer; the last one is `done` and counts. Durations are nanoseconds."""

    message: Said
    done: bool = False
    done_reason: str | None = None
    load_duration: int | None = None
    prompt_eval_count: int | None = None
    prompt_eval_duration: int | None = None
    eval_count: int | None = None
    eval_duration: int | None = None

    def piece(self) -> Piece:
        """Return what the line says."""
        said = self.message
        calls = tuple(
            ToolCallRequest(id=call.id or "", name=call.function.name, arguments=call.function.arguments)
            for call in said.tool_calls or ()
        )
        if not self.done:
            return Piece(text=said.content or "", thinking=said.thinking or "", tool_calls=calls)
        return Piece(
            text=said.content or "",
            thinking=said.thinking or "",
            tool_calls=calls,
            usage=self._usage(),
            finish="length" if self.done_reason == "length" else "stop",
        )

    def _usage(self) -> Usage:
        return Usage(
            prompt_tokens=self.prompt_eval_count or 0,
            completion_tokens=self.eval_count or 0,
            model_seconds=((self.prompt_eval_duration or 0) + (self.eval_duration or 0)) / NANOSECONDS,
            load_seconds=(self.load_duration or 0) / NANOSECONDS,
            calls=1,
        )


class Details(Wire):
    """What a model file is."""

    parameter_size: str | None = None
    quantization_level: str | None = None


class Tag(Wire):
    """A model, as /api/tags lists it."""

    name: str
    size: int | None = None
    modified_at: str | None = None
    details: Details | None = None

    def info(self) -> ModelInfo:
        """Return it in our words."""
        details = self.details or Details()
        return ModelInfo(
            name=self.name,
            size_bytes=self.size or 0,
            parameters=details.parameter_size or "",
            quantization=details.quantization_level or "",
            modified_at=self.modified_at or "",
        )


class Tags(Wire):
    """The answer of /api/tags."""

    models: tuple[Tag, ...] | None


class Loaded(Wire):
    """A model in memory."""

    name: str
    context_length: int | None = None
    size: int | None = None

    def running(self) -> RunningModel:
        """Return it in our words."""
        return RunningModel(name=self.name, context_length=self.context_length or 0, size_bytes=self.size or 0)


class Processes(Wire):
    """The answer of /api/ps."""

    models: tuple[Loaded, ...] | None


class Shown(Wire):
    """The answer of /api/show."""

    details: Details | None = None
    model_info: JsonObject | None = None
    capabilities: tuple[str, ...] | None = None
    modified_at: str | None = None

    def info(self, name: str) -> ModelInfo:
        """Return it in our words. The context length's key begins with the architecture: `llama.context_length`."""
        details = self.details or Details()
        lengths = (value for key, value in (self.model_info or {}).items() if key.endswith(".context_length"))
        length = next(lengths, 0)
        return ModelInfo(
            name=name,
            parameters=details.parameter_size or "",
            quantization=details.quantization_level or "",
            context_length=length if isinstance(length, int) else 0,
            capabilities=self.capabilities or (),
            modified_at=self.modified_at or "",
        )


class Version(Wire):
    """The answer of /api/version."""

    version: str


class Progress(Wire):
    """One line of /api/pull."""

    status: str
    completed: int | None = None
    total: int | None = None


class Embeddings(Wire):
    """The answer of /api/embed."""

    embeddings: list[list[float]]


def chat_body(request: ChatRequest, *, keep_alive: str, think: bool | None) -> JsonObject:
    """Return the body of /api/chat. `num_ctx`, `num_predict` and `keep_alive` are always in it."""
    body: JsonObject = {
        "model": request.model,
        "messages": [_message(message) for message in request.messages],
        "stream": True,
        "options": _options(request),
        "keep_alive": duration(keep_alive),
    }
    if request.schema_ is not None:
        body["format"] = request.schema_
    if request.tools:
        body["tools"] = list(request.tools)
    if think is not None:
        body["think"] = think
    return body


def duration(keep_alive: str) -> str | int:
    """Return a duration as Ollama reads it: seconds are a number (-1: for ever), all else has a unit."""
    try:
        return int(keep_alive)
    except ValueError:
        return keep_alive


def with_tag(model: str) -> str:
    """Return a model's full name: without a tag it is the latest."""
    return model if ":" in model.rpartition("/")[2] else f"{model}:latest"


def _options(request: ChatRequest) -> JsonObject:
    options: JsonObject = {
        "num_ctx": request.options.num_ctx,
        "num_predict": request.options.num_predict,
        "temperature": request.options.temperature,
    }
    if request.options.seed is not None:
        options["seed"] = request.options.seed
    if request.options.stop:
        options["stop"] = list(request.options.stop)
    return options


def _message(message: ChatMessage) -> JsonObject:
    turn: JsonObject = {"role": message.role, "content": message.content}
    if message.tool_calls:
        turn["tool_calls"] = [
            {"function": {"name": call.name, "arguments": call.arguments}} for call in message.tool_calls
        ]
    if message.tool_name:
        turn["tool_name"] = message.tool_name
    return turn
