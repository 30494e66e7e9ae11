"""A model server on a script: what Ollama's and OpenAI's protocols have in common, faults and a request log included.

The script is the one of `agentsh.providers.script`, with these fields more for a rule:

    fault: cut          drop (close before any answer), cut, reset, stall, garbage, blank, html, error_line, no_done
    status: 503         answer with this HTTP status and `message`
    after: 2            how many pieces of the reply come before the fault
    seen_tokens: 100    what the server says it saw of the prompt

and, beside `rules`: `models`, as names or {name, capabilities, context_length}; `library`, the names that can be
pulled; `context`, the most context that a model is loaded with. `fail: busy` and its like work too, as the status or
the fault that they stand for.
"""

import asyncio
import hashlib
import json
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Literal, Self

from pydantic import Field, JsonValue, model_validator

from agentsh.core.canonical import canonical_json
from agentsh.core.chat import ChatMessage, FailKind
from agentsh.core.model import Frozen, JsonObject
from agentsh.core.tokens import estimate_prompt, estimate_tokens
from agentsh.providers.script import Asked, Chooser, Rule, Script
from tests.support.http import Broken, Exchange, HttpServer, HungUp
from tests.support.patience import HANG_S

FaultKind = Literal["drop", "cut", "reset", "stall", "garbage", "blank", "html", "error_line", "no_done"]
HTML = b"<!doctype html><title>router</title>"
STANDS_FOR: dict[FailKind, tuple[int | None, FaultKind | None]] = {
    "busy": (503, None),
    "server": (500, None),
    "missing": (404, None),
    "rejected": (400, None),
    "refused": (None, "drop"),
    "incomplete": (None, "cut"),
    "garbled": (None, "html"),
    "timeout": (None, "stall"),
    "error": (None, "error_line"),
}


class ServerRule(Rule):
    """A rule that may also break the answer."""

    fault: FaultKind | None = None
    status: int | None = None
    after: int = Field(default=0, ge=0)
    seen_tokens: int | None = None

    @model_validator(mode="after")
    def _answers(self) -> Self:
        if not (self.fails or self.reply is not None or self.has_json or self.calls):
            raise ValueError("a rule has a reply, json, calls, a fault, a status or a fail")
        return self

    @property
    def fails(self) -> bool:
        return self.fail is not None or self.fault is not None or self.status is not None

    @property
    def breaks(self) -> tuple[int | None, FaultKind | None]:
        """The HTTP status, or the fault."""
        return STANDS_FOR.get(self.fail, (None, None)) if self.fail else (self.status, self.fault)


class ServerModel(Frozen):
    """A model that the server has."""

    name: str
    capabilities: tuple[str, ...] = ("completion", "tools")
    context_length: int = 32768
    size_bytes: int = 1_000_000
    parameter_size: str = "1.2B"


class ServerScript(Script[ServerRule]):
    """Rules, and what there is to ask."""

    models: tuple[ServerModel | str, ...] = ()
    library: tuple[str, ...] = ()
    context: int | None = None
    pull_s: float = 0.0
    """Between the lines that say how far a pull is."""


@dataclass
class Logged:
    """One request. Times are seconds of CLOCK_MONOTONIC, which all processes of a machine share."""

    number: int
    method: str
    path: str
    model: str
    sha256: str
    body: JsonObject
    arrived_s: float
    at_once: int
    """Chats under way when it arrived, with it."""
    ended_s: float = 0.0
    outcome: str = "under way"
    """done, hung_up, unmatched, missing, a fault's name or an HTTP status."""
    rule: int | None = None


@dataclass
class Turn:
    """One chat to be answered."""

    exchange: Exchange
    logged: Logged
    rule: ServerRule
    messages: tuple[ChatMessage, ...]

    @property
    def seen_tokens(self) -> int:
        """What the server says it saw of the prompt."""
        return estimate_prompt(self.messages) if self.rule.seen_tokens is None else self.rule.seen_tokens

    @property
    def said_tokens(self) -> int:
        """What the server says it generated."""
        return estimate_tokens(self.rule.thinking + self.rule.text)


class ModelServer(ABC):
    """The part of a model server that does not depend on its protocol. Enter it to serve."""

    chat_path: str
    stream_type: str
    prefix = ""

    def __init__(self, script: ServerScript, *, port: int = 0, log: Path | None = None) -> None:
        self.script = script
        self.models = {model.name: model for model in map(_model, self.script.models)}
        self.requests: list[Logged] = []
        self.chats_now = 0
        self.most_chats = 0
        self._hurries = False
        self._chooser = Chooser(self.script.rules)
        self._changed = asyncio.Condition()
        self._http = HttpServer(self._handle, port=port)
        self._log: IO[str] | None = log.open("a", encoding="utf-8") if log else None

    @classmethod
    def on(cls, *rules: JsonObject, **more: JsonValue) -> Self:
        """Return a server on these rules; `more` is the rest of the script."""
        return cls(ServerScript.model_validate({"rules": rules, **more}))

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._http.port

    @property
    def host(self) -> str:
        """Its base address."""
        return f"http://127.0.0.1:{self.port}{self.prefix}"

    @property
    def chats(self) -> list[Logged]:
        """The chats among the requests."""
        return [logged for logged in self.requests if logged.path == self.chat_path and logged.body.get("messages")]

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Go away; from now on connections are refused."""
        await self._http.close()
        if self._log is not None:
            self._log.close()
            self._log = None

    def hurry(self) -> None:
        """Send what is left of each answer at once, and all later ones."""
        self._hurries = True

    async def until(self, holds: Callable[[Self], bool], timeout_s: float = HANG_S) -> None:
        """Wait until `holds(self)`; it is tried whenever a request arrives or ends."""
        async with asyncio.timeout(timeout_s), self._changed:
            await self._changed.wait_for(lambda: holds(self))

    # What a protocol adds.

    @abstractmethod
    async def other(self, exchange: Exchange, body: JsonObject) -> str:
        """Answer what is no chat; return the outcome."""

    def messages(self, body: JsonObject) -> tuple[ChatMessage, ...]:
        """Return a chat's messages as far as rules look at them."""
        return tuple(
            ChatMessage(role=message["role"], content=message.get("content") or "") for message in body["messages"]
        )

    @abstractmethod
    def pieces(self, turn: Turn) -> Iterator[bytes]:
        """Yield the answer without its end."""

    @abstractmethod
    def ending(self, turn: Turn) -> Iterator[bytes]:
        """Yield what makes an answer whole."""

    @abstractmethod
    def error_line(self, message: str) -> bytes:
        """Return an error inside a stream."""

    @abstractmethod
    def error_body(self, message: str) -> bytes:
        """Return the body of an error's answer."""

    async def _handle(self, exchange: Exchange) -> None:
        body: JsonObject = json.loads(exchange.request.body or b"{}")
        logged = self._arrived(exchange, body)
        is_chat = exchange.request.path == self.chat_path and bool(body.get("messages"))
        self.chats_now += is_chat
        self.most_chats = max(self.most_chats, self.chats_now)
        try:
            await self._notify()
            answered = self._chat(exchange, logged) if is_chat else self.other(exchange, body)
            logged.outcome = await answered
        except HungUp:
            logged.outcome = "hung_up"
            raise
        except Broken:
            raise
        finally:
            self.chats_now -= is_chat
            self._ended(logged)
            await self._notify()

    def _arrived(self, exchange: Exchange, body: JsonObject) -> Logged:
        logged = Logged(
            number=len(self.requests) + 1,
            method=exchange.request.method,
            path=exchange.request.path,
            model=str(body.get("model", "")),
            sha256=hashlib.sha256(canonical_json(body).encode("utf-8", "surrogatepass")).hexdigest(),
            body=body,
            arrived_s=time.monotonic(),
            at_once=self.chats_now + 1,
        )
        self.requests.append(logged)
        return logged

    def _ended(self, logged: Logged) -> None:
        logged.ended_s = time.monotonic()
        if self._log is not None:
            self._log.write(json.dumps(asdict(logged)) + "\n")
            self._log.flush()

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    async def _chat(self, exchange: Exchange, logged: Logged) -> str:
        if self.models and not self.has(logged.model):
            return await self.missing(exchange, logged.model)
        messages = self.messages(logged.body)
        rule = self._chooser.choose(Asked(logged.model, messages, logged.sha256))
        if rule is None:
            await exchange.whole(400, self.error_body(f"no rule fits {messages[-1].content[:200]!r}"))
            return "unmatched"
        logged.rule = self.script.rules.index(rule)
        return await self._answer(Turn(exchange, logged, rule, messages))

    async def _answer(self, turn: Turn) -> str:
        exchange, rule, logged = turn.exchange, turn.rule, turn.logged
        status, fault = rule.breaks
        logged.outcome = fault or "under way"
        await exchange.pause(rule.delay_s)
        if status is not None:
            await exchange.whole(status, self.error_body(rule.message or f"scripted {status}: model trouble"))
            return str(status)
        if fault == "drop":
            exchange.cut()
        if fault == "html":
            await exchange.whole(200, HTML, "text/html")
            return fault
        await exchange.start(self.stream_type)
        pieces = list(self.pieces(turn))
        if fault is not None:
            await self._send(turn, pieces[: rule.after])
            return await self._break(turn, fault)
        await self._send(turn, [*pieces, *self.ending(turn)])
        await exchange.end()
        return "done"

    async def _send(self, turn: Turn, pieces: list[bytes]) -> None:
        if not turn.rule.chunk_s:
            await turn.exchange.send(*pieces)
            return
        for n, piece in enumerate(pieces):
            await turn.exchange.pause(0 if self._hurries or not n else turn.rule.chunk_s)
            await turn.exchange.send(piece)

    async def _break(self, turn: Turn, fault: FaultKind) -> str:
        exchange = turn.exchange
        if fault == "cut":
            exchange.cut()
        if fault == "reset":
            exchange.reset()
        if fault == "stall":
            await exchange.pause(None)
        lines: dict[FaultKind, bytes] = {
            "garbage": b"}{ not json\n",
            "blank": b"\n",
            "error_line": self.error_line(turn.rule.message or "llama runner process has terminated"),
        }
        if fault in lines:
            await exchange.send(lines[fault])
        await exchange.end()
        return fault

    def has(self, model: str) -> bool:
        """Return whether a model is there, with or without its tag."""
        return not self.models or model in self.models or f"{model}:latest" in self.models

    async def missing(self, exchange: Exchange, model: str) -> str:
        """Say that a model is not there."""
        await exchange.whole(404, self.error_body(f"model '{model}' not found"))
        return "missing"

    async def no_route(self, exchange: Exchange) -> str:
        """Say that there is no such route."""
        await exchange.whole(404, b"404 page not found", "text/plain")
        return "no_route"


def vector(text: str) -> list[float]:
    """Return an embedding: the same for the same text, and near for texts that share words."""
    values = [0.0] * 16
    for word in text.lower().split():
        values[hashlib.sha256(word.encode()).digest()[0] % len(values)] += 1.0
    return values


def _model(model: ServerModel | str) -> ServerModel:
    return model if isinstance(model, ServerModel) else ServerModel(name=model)
