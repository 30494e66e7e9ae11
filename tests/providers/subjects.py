"""The providers that the conformance tests are run over. One line in SUBJECTS adds another one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import Literal

import pytest

from agentsh.core.canonical import request_hash
from agentsh.core.chat import Answer, ToolCallRequest, Usage
from agentsh.core.model import JsonObject
from agentsh.ports import Provider
from agentsh.providers.local import LocalProvider
from agentsh.providers.ollama import OllamaProvider
from agentsh.providers.openai import OpenAIProvider
from agentsh.providers.recorded import RecordedProvider
from agentsh.providers.scripted import ScriptedProvider
from agentsh.providers.weights import DEMO_MODEL, weights_folder
from tests.providers.asking import AT_ONCE, MODEL, RUN_TOOL, SCHEMA, asking, hurried
from tests.support.model_server import ModelServer
from tests.support.ollama_server import OllamaServer
from tests.support.openai_server import OpenAIServer
from tests.support.patience import HANG_S

HELLO = asking("Say hello.")
IN_JSON = asking("Which colour has the sky? Answer in JSON.", schema=SCHEMA)
LONG = asking("Count to a thousand, in words.")
TOOL = asking("Run the tests with your tool.", tools=[RUN_TOOL])
PONDER = asking("Ponder this.")
SILENT = asking("Say nothing.")
HELLO_TEXT = "Hello, Boss. What shall we build today?"
TOOL_CALL = ToolCallRequest(name="run", arguments={"argv": ["pytest", "-q"]})
RULES: tuple[JsonObject, ...] = (
    {"match": "hello", "reply": HELLO_TEXT},
    {"match": "JSON", "json": {"answer": "blue"}},
    {"match": "Count", "reply": "one two three four " * 100, "chunks": 400, "chunk_s": 0.02},
    {"match": "tool", "calls": [TOOL_CALL.model_dump(include={"name", "arguments"})]},
    {"match": "Ponder", "thinking": "Let me see. ", "reply": "It is so."},
    *({"match": f"fail: {kind}$", "fail": kind} for kind in ("busy", "server", "rejected", "incomplete", "error")),
    *({"match": f"fail: {kind}$", "fail": kind} for kind in ("garbled", "timeout")),
    {"match": "nothing", "thinking": "I would rather not say.", "reply": ""},
)
Feature = Literal["failures", "sees", "missing", "tools", "thinking", "lists"]


@dataclass(frozen=True)
class Subject:
    """A provider ready to be asked."""

    provider: Provider
    model: str = MODEL
    hung_up: Callable[[], Awaitable[object]] | None = None
    """Waits until the other side has seen that the client went."""
    last_body: Callable[[], JsonObject] | None = None
    """What the other side was sent last."""


@dataclass(frozen=True)
class Kind:
    """How to get a subject, and what it can be tried for beside the laws for all."""

    open: Callable[[], AbstractAsyncContextManager[Subject]]
    features: frozenset[Feature] = frozenset()
    marks: tuple[pytest.MarkDecorator, ...] = ()


async def _saw_hang_up(server: ModelServer) -> None:
    await server.until(lambda server: server.chats[-1].outcome == "hung_up", timeout_s=HANG_S)


def _of_server(provider: Provider, server: ModelServer) -> Subject:
    return Subject(provider, hung_up=lambda: _saw_hang_up(server), last_body=lambda: server.chats[-1].body)


@asynccontextmanager
async def _ollama() -> AsyncIterator[Subject]:
    async with OllamaServer.on(*RULES, models=[MODEL]) as server:
        provider = OllamaProvider(server.host, settings=hurried(first_token_s=2), retry=AT_ONCE)
        yield _of_server(provider, server)
        await provider.aclose()


@asynccontextmanager
async def _openai() -> AsyncIterator[Subject]:
    async with OpenAIServer.on(*RULES, models=[MODEL]) as server:
        provider = OpenAIProvider(server.host, settings=hurried(first_token_s=2), retry=AT_ONCE)
        yield _of_server(provider, server)
        await provider.aclose()


@asynccontextmanager
async def _scripted() -> AsyncIterator[Subject]:
    yield Subject(ScriptedProvider({"rules": list(RULES), "models": [MODEL]}))


@asynccontextmanager
async def _recorded() -> AsyncIterator[Subject]:
    usage = Usage(prompt_tokens=9, completion_tokens=9, model_seconds=1.0, calls=1)
    answers = [
        (HELLO, Answer(text=HELLO_TEXT, usage=usage)),
        (IN_JSON, Answer(text='{"answer": "blue"}', usage=usage)),
        (LONG, Answer(text="one two three four " * 100, usage=usage)),
        (TOOL, Answer(text="", tool_calls=(TOOL_CALL,), usage=usage)),
        (PONDER, Answer(text="It is so.", thinking="Let me see. ", usage=usage)),
        (SILENT, Answer(text="", thinking="I would rather not say.", usage=usage)),
    ]
    hashed = {request_hash(asked.model_dump(mode="json", by_alias=True)): said for asked, said in answers}
    yield Subject(RecordedProvider(hashed))


@asynccontextmanager
async def _local() -> AsyncIterator[Subject]:
    provider = LocalProvider(weights_folder(), hurried(first_token_s=60.0))
    yield Subject(provider, model=DEMO_MODEL)
    await provider.aclose()


_SERVED: frozenset[Feature] = frozenset({"failures", "sees", "missing", "tools", "thinking", "lists"})
SUBJECTS: dict[str, Kind] = {
    "ollama": Kind(_ollama, _SERVED),
    "openai": Kind(_openai, _SERVED),
    "scripted": Kind(_scripted, _SERVED - {"sees"}),
    "recorded": Kind(_recorded, frozenset({"tools", "thinking"})),
    "local": Kind(_local, frozenset({"missing", "lists"}), (pytest.mark.model,)),
}


def having(*features: Feature) -> list[object]:
    """Return the subjects that have all of `features`, as parameters of a test."""
    return [
        pytest.param(kind, id=name, marks=kind.marks)
        for name, kind in SUBJECTS.items()
        if kind.features.issuperset(features)
    ]
