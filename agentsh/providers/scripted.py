"""A model that says what a script says. The format is told in `agentsh.providers.script`."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import JsonValue

from agentsh.core.canonical import request_hash
from agentsh.core.chat import ChatEvent, ChatRequest, ModelInfo, PullProgress, RunningModel, ServerProbe
from agentsh.core.settings import ModelSettings
from agentsh.providers.call import Piece, answer
from agentsh.providers.faults import Fault, shortened
from agentsh.providers.retry import NEVER
from agentsh.providers.script import Asked, Chooser, Rule, Script, cut
from agentsh.providers.script_file import check_script, read_script

ANY_MODEL = "scripted"
CONTEXT_TOKENS = 1 << 17


class ScriptedProvider:
    """Answers from a script, alike however requests interleave.

    Args:
        script: a YAML file, or the same as a mapping.
        settings: timeouts, which a scripted delay can exceed.

    Raises:
        FileError: the script is wrong.
    """

    def __init__(self, script: Path | Mapping[str, JsonValue], *, settings: ModelSettings | None = None) -> None:
        if isinstance(script, Path):
            self._host, self._script = str(script), read_script(script, Script[Rule])
        else:
            self._host, self._script = "script", check_script(script, Script[Rule])
        self._chooser = Chooser(self._script.rules)
        self._settings = settings or ModelSettings()

    @property
    def name(self) -> str:
        """Which kind it is."""
        return "scripted"

    @property
    def host(self) -> str:
        """The script's path."""
        return self._host

    async def probe(self) -> ServerProbe:
        """Return the script's models."""
        return ServerProbe(host=self._host, version="script", models=self._models)

    async def list_models(self) -> list[ModelInfo]:
        """Return the script's models."""
        return [_info(model) for model in self._models]

    async def describe(self, model: str) -> ModelInfo:
        """Return a model that can do everything. Raises ModelMissing."""
        if self._is_missing(model):
            raise self._missing(model).error()
        return _info(model)

    async def running(self) -> list[RunningModel]:
        """Return the script's models: none has to be loaded."""
        return [RunningModel(name=model, context_length=CONTEXT_TOKENS) for model in self._models]

    async def preload(self, model: str, num_ctx: int) -> None:
        """Do nothing."""

    async def unload(self, model: str) -> None:
        """Do nothing."""

    def pull(self, model: str) -> AsyncGenerator[PullProgress, None]:
        """Raise ProviderError: there is nothing to download."""
        raise Fault("rejected", f"a script cannot download {model!r}", hint="Add it to the script's models").error()

    async def embed(self, model: str, texts: Sequence[str]) -> list[list[float]]:
        """Raise ProviderError: a script has no vectors."""
        what = f"a script cannot embed {len(texts)} texts for {model!r}"
        raise Fault("rejected", what, hint="Use --provider ollama").error()

    def chat(self, request: ChatRequest) -> AsyncGenerator[ChatEvent, None]:
        """Stream what the script says; the last event is exactly one Done or Failed."""
        return answer(request, lambda: self._ask(request), settings=self._settings, host=self._host, retry=NEVER)

    async def aclose(self) -> None:
        """Do nothing."""

    async def _ask(self, request: ChatRequest) -> AsyncGenerator[Piece, None]:
        rule = self._rule(request)
        await asyncio.sleep(rule.delay_s)
        if rule.fail is not None:
            raise Fault(rule.fail, rule.message or f"the script says: {rule.fail}")
        for n, piece in enumerate(_pieces(rule)):
            if n and rule.chunk_s:
                await asyncio.sleep(rule.chunk_s)
            yield piece
        yield Piece(tool_calls=rule.calls, usage=rule.usage(request.messages), finish=rule.finish)

    def _rule(self, request: ChatRequest) -> Rule:
        if self._is_missing(request.model):
            raise self._missing(request.model)
        asked = Asked.of(request, request_hash(request.model_dump(mode="json", by_alias=True)))
        rule = self._chooser.choose(asked)
        if rule is None:
            what = f"no rule fits; model {request.model!r}, system {shortened(asked.system)}"
            hint = "Add a rule without a match at the end to answer everything"
            raise Fault("rejected", f"{self._host}: {what}, user {shortened(asked.last_user)}", hint=hint)
        return rule

    @property
    def _models(self) -> tuple[str, ...]:
        return self._script.models or (ANY_MODEL,)

    def _is_missing(self, model: str) -> bool:
        return bool(self._script.models) and model not in self._script.models

    def _missing(self, model: str) -> Fault:
        return Fault.no_model(model, self._host, hint=f"The script has: {', '.join(self._models)}")


def _pieces(rule: Rule) -> Iterator[Piece]:
    for part in cut(rule.thinking, rule.chunks):
        yield Piece(thinking=part)
    for part in cut(rule.text, rule.chunks):
        yield Piece(text=part)


def _info(model: str) -> ModelInfo:
    return ModelInfo(
        name=model, context_length=CONTEXT_TOKENS, capabilities=("completion", "tools", "thinking"), parameters="script"
    )
