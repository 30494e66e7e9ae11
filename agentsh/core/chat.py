"""What is asked of a model server and what comes back, in every provider's words alike."""

import re
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from agentsh.core.model import Frozen, JsonObject

_PARAMETERS = re.compile(r"(?P<number>\d+(?:\.\d+)?) ?(?P<times>[KMBT]?)", re.IGNORECASE)
_TIMES = {"": 1.0, "K": 1e3, "M": 1e6, "B": 1e9, "T": 1e12}


class ToolCallRequest(Frozen):
    """A tool that the model wants used."""

    name: str
    arguments: JsonObject = {}
    id: str = ""


class ChatMessage(Frozen):
    """One turn of a conversation with a model."""

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_calls: tuple[ToolCallRequest, ...] = ()
    tool_name: str = ""


class ChatOptions(Frozen):
    """How to sample. `num_ctx` and `num_predict` are always sent: a server's own defaults cut silently."""

    num_ctx: int = Field(ge=256)
    """Context window, tokens."""
    num_predict: int = Field(ge=1)
    """Most tokens to generate."""
    temperature: float = Field(default=0.2, ge=0, le=2)
    seed: int | None = None
    stop: tuple[str, ...] = ()


class ChatRequest(Frozen):
    """One model call. Its canonical JSON is what a step is hashed by."""

    model: str
    messages: tuple[ChatMessage, ...]
    schema_: JsonObject | None = Field(default=None, alias="schema")
    """JSON schema that the server constrains the answer to."""
    tools: tuple[JsonObject, ...] = ()
    options: ChatOptions
    think: bool | None = None
    """Sent only to a model whose capabilities list thinking."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Usage(Frozen):
    """Tokens and time of one or of many model calls."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    model_seconds: float = 0.0
    load_seconds: float = 0.0
    calls: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            prompt_tokens=self.prompt_tokens + other.prompt_tokens,
            completion_tokens=self.completion_tokens + other.completion_tokens,
            model_seconds=self.model_seconds + other.model_seconds,
            load_seconds=self.load_seconds + other.load_seconds,
            calls=self.calls + other.calls,
        )


class Queued(Frozen):
    """The call waits; `ahead` calls go before it."""

    kind: Literal["queued"] = "queued"
    ahead: int


class Loading(Frozen):
    """The server has to load the model first."""

    kind: Literal["loading"] = "loading"
    model: str


class Retried(Frozen):
    """A passing fault; the call is made again after `delay_s` seconds. Text so far is void."""

    kind: Literal["retried"] = "retried"
    attempt: int
    reason: str
    delay_s: float


class ThinkingDelta(Frozen):
    """A piece of the model's thinking, kept apart from its answer."""

    kind: Literal["thinking"] = "thinking"
    text: str


class TextDelta(Frozen):
    """A piece of the answer."""

    kind: Literal["text"] = "text"
    text: str


class ToolCalled(Frozen):
    """The model asks for a tool."""

    kind: Literal["tool_call"] = "tool_call"
    call: ToolCallRequest


class Used(Frozen):
    """What the call cost."""

    kind: Literal["usage"] = "usage"
    usage: Usage


class Done(Frozen):
    """The answer is whole (`stop`), or was cut at num_predict (`length`), or by the repeat detector."""

    kind: Literal["done"] = "done"
    reason: Literal["stop", "length", "repeat"]


FailKind = Literal[
    "refused", "missing", "busy", "server", "incomplete", "garbled", "timeout", "rejected", "empty", "error"
]


class Failed(Frozen):
    """There is no answer. Retries, where they made sense, have been made."""

    kind: Literal["failed"] = "failed"
    failure: FailKind
    retryable: bool
    message: str
    hint: str = ""


ChatEvent = Annotated[
    Queued | Loading | Retried | ThinkingDelta | TextDelta | ToolCalled | Used | Done | Failed,
    Field(discriminator="kind"),
]


class Answer(Frozen):
    """A whole answer, as a step records it."""

    text: str
    thinking: str = ""
    tool_calls: tuple[ToolCallRequest, ...] = ()
    reason: Literal["stop", "length", "repeat", "interrupted"] = "stop"
    usage: Usage = Usage()


class ModelInfo(Frozen):
    """A model that a server has."""

    name: str
    size_bytes: int = 0
    parameters: str = ""
    """As the server says it: `8.2B`."""
    quantization: str = ""
    context_length: int = 0
    capabilities: tuple[str, ...] = ()
    """Such as completion, tools, thinking, embedding."""
    modified_at: str = ""

    @property
    def parameter_count(self) -> float:
        """How many parameters that is; 0: the server does not say."""
        if (found := _PARAMETERS.fullmatch(self.parameters.strip())) is None:
            return 0.0
        return float(found["number"]) * _TIMES[found["times"].upper()]


class RunningModel(Frozen):
    """A model that a server holds in memory."""

    name: str
    context_length: int = 0
    size_bytes: int = 0


class PullProgress(Frozen):
    """How far a download is; totals are 0 while unknown."""

    status: str
    completed_bytes: int = 0
    total_bytes: int = 0


class ServerProbe(Frozen):
    """What answered at a host."""

    host: str
    version: str
    models: tuple[str, ...] = ()
