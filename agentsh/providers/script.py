"""Rules that say what a model answers, chosen by what is asked and not by when: for tests, demos and benchmarks.

A script is a mapping (see `script_file` for the YAML):

    models: [tiny]            which models there are; left out: any
    rules:                    the first one that fits, answers
      - system: architect     regex, searched in the system message
        match: snake          regex, searched in the last user message
        anywhere: Traceback   regex, searched in all messages
        unless: fixed         regex, not to be found in any message
        model: tiny           exact name
        reply: A whole text   what the model says; or
        json: {any: value}    the same as JSON; or
        calls: [{name: run, arguments: {}}]    tools that it calls, also beside a reply; or
        fail: busy            one of Failed's kinds
        message: why          what a failure says
        thinking: Hmm         what it thinks before it answers
        finish: length        stop (default) or length: cut at num_predict
        delay_s: 0.5          seconds before the first piece
        chunk_s: 0.02         seconds between pieces
        chunks: 8             how many pieces
        times: 1              for so many different requests, then the next fitting rule; left out: always

In patterns `.` also matches a newline and `^` the start of any line. A request that was answered before is answered
the same again, whatever `times` says: so a run that was killed and resumed hears what it would have heard. Failures
are counted each time instead, so that a retry gets past them.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import AfterValidator, ConfigDict, Field, JsonValue, model_validator

from agentsh.core.chat import ChatMessage, ChatRequest, FailKind, ToolCallRequest, Usage
from agentsh.core.model import Frozen
from agentsh.core.tokens import estimate_prompt, estimate_tokens


def _pattern(text: str) -> str:
    try:
        re.compile(text, _FLAGS)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from error
    return text


_FLAGS = re.DOTALL | re.MULTILINE
Pattern = Annotated[str, AfterValidator(_pattern)]


class Rule(Frozen):
    """What is answered to the requests that it fits. Its fields are told in the module's docstring."""

    system: Pattern | None = None
    match: Pattern | None = None
    anywhere: Pattern | None = None
    unless: Pattern | None = None
    model: str | None = None
    reply: str | None = None
    json_: JsonValue = Field(default=None, alias="json")
    calls: tuple[ToolCallRequest, ...] = ()
    fail: FailKind | None = None
    message: str = ""
    thinking: str = ""
    finish: Literal["stop", "length"] = "stop"
    delay_s: float = Field(default=0.0, ge=0)
    chunk_s: float = Field(default=0.0, ge=0)
    chunks: int = Field(default=4, ge=1)
    times: int | None = Field(default=None, ge=1)

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="after")
    def _answers(self) -> Self:
        ways = [self.reply is not None, self.has_json, self.fails]
        if sum(ways) > 1 or not (any(ways) or self.calls):
            raise ValueError("a rule has exactly one of reply, json and fail, or calls")
        return self

    @property
    def has_json(self) -> bool:
        """Whether the answer is given as JSON, which may be null."""
        return bool({"json", "json_"} & self.model_fields_set)

    @property
    def fails(self) -> bool:
        """Whether it brings no answer; such a rule is counted each time."""
        return self.fail is not None

    @property
    def text(self) -> str:
        """The whole answer."""
        return json.dumps(self.json_, ensure_ascii=False) if self.has_json else self.reply or ""

    def fits(self, asked: "Asked") -> bool:
        """Return whether it is for this request."""
        wanted = ((self.system, asked.system), (self.match, asked.last_user), (self.anywhere, asked.everything))
        return (
            (self.model is None or self.model == asked.model)
            and all(pattern is None or _found(pattern, text) for pattern, text in wanted)
            and (self.unless is None or not _found(self.unless, asked.everything))
        )

    def usage(self, messages: Sequence[ChatMessage]) -> Usage:
        """Return what the answer is said to have cost; the same each time."""
        return Usage(
            prompt_tokens=estimate_prompt(messages),
            completion_tokens=estimate_tokens(self.thinking + self.text),
            model_seconds=self.delay_s + self.chunk_s * (self.chunks - 1),
            calls=1,
        )


R = TypeVar("R", bound=Rule)


class Script(Frozen, Generic[R]):
    """Rules, in order."""

    models: tuple[str, ...] = ()
    rules: tuple[R, ...]


@dataclass(frozen=True)
class Asked:
    """A request, as rules see it."""

    model: str
    messages: tuple[ChatMessage, ...]
    key: str
    """Tells this request from all others."""

    @classmethod
    def of(cls, request: ChatRequest, key: str) -> Self:
        """Return the view of a request."""
        return cls(request.model, request.messages, key)

    @property
    def system(self) -> str:
        """The system messages."""
        return self._said_by("system")

    @property
    def last_user(self) -> str:
        """The last message of a user."""
        return next((message.content for message in reversed(self.messages) if message.role == "user"), "")

    @property
    def everything(self) -> str:
        """All messages."""
        return "\n".join(message.content for message in self.messages)

    def _said_by(self, role: str) -> str:
        return "\n".join(message.content for message in self.messages if message.role == role)


@dataclass
class Chooser(Generic[R]):
    """Finds the rule for a request, and remembers it."""

    rules: Sequence[R]
    _used: Counter[int] = field(default_factory=Counter)
    _left: list[int] = field(init=False)
    """Which rules are not used up, in order."""
    _answered: dict[str, R] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._left = list(range(len(self.rules)))

    def choose(self, asked: Asked) -> R | None:
        """Return the rule that answers; None: there is none."""
        if asked.key in self._answered:
            return self._answered[asked.key]
        found = next((n for n in self._left if self.rules[n].fits(asked)), None)
        return None if found is None else self._use(found, asked)

    def _use(self, n: int, asked: Asked) -> R:
        rule = self.rules[n]
        self._used[n] += 1
        if self._used[n] == rule.times:
            self._left.remove(n)
        if not rule.fails:
            self._answered[asked.key] = rule
        return rule


def cut(text: str, pieces: int) -> Iterator[str]:
    """Yield `text` in at most so many pieces of about the same length."""
    length = max(1, -(-len(text) // pieces))
    for start in range(0, len(text), length):
        yield text[start : start + length]


def _found(pattern: str, text: str) -> bool:
    return re.search(pattern, text, _FLAGS) is not None
