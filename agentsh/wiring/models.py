"""Which model, where: what was asked for, else what answers, else the embedded demo model, and that is said."""

import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from agentsh.core.chat import ModelInfo, PullProgress, ServerProbe
from agentsh.core.errors import AgentshError, ModelMissing, ProviderError, UsageError
from agentsh.core.events import Noticed
from agentsh.core.model import Frozen
from agentsh.core.settings import DEFAULT_HOST, HostSettings, ModelSettings, Settings
from agentsh.core.tools import CallProtocol
from agentsh.engine.model_queue import Host
from agentsh.library.examined import Examined
from agentsh.plugins.kinds import ProviderKind
from agentsh.ports import Provider

Progress = Callable[[PullProgress], None]
Plugged = Mapping[str, ProviderKind]
"""Providers of plugins, by name."""
PROVIDERS = ("ollama", "local", "openai", "scripted")
OPENAI_HOST = "https://api.openai.com/v1"
OPENAI_KEY = "OPENAI_API_KEY"
LOCAL_SLOTS = 2
"""Calls that the embedded server answers at once."""
LOCAL_CONTEXT = 4096
"""Context window of each of its slots, tokens."""
WEAK = 1e9
"""With fewer parameters than this, a model that nobody examined is led from call to call."""
PATIENT_PROBE_S = 5.0
"""How long a server that was asked for may take to say that it is there."""


class Wish(Frozen):
    """What flags, settings or a stored session say about the model."""

    provider: str | None = None
    host: str | None = None
    model: str | None = None


@dataclass(frozen=True, slots=True)
class Connected:
    """Model servers that answer, and the model that roles ask unless they name another."""

    provider: str
    model: str
    host: str
    hosts: tuple[Host, ...]
    num_ctx: int
    notices: tuple[Noticed, ...] = ()

    async def aclose(self) -> None:
        """Close all providers."""
        for host in self.hosts:
            await host.provider.aclose()


async def call_protocols(models: Connected, names: Iterable[str], examined: Examined) -> dict[str, CallProtocol]:
    """Return how each of these models is asked for a tool call: as it was found to do best, else as it says of itself.

    Args:
        models: the servers that answer.
        names: the models that are asked.
        examined: what models were found to be able to do; another model under the same name was not examined.
    """
    found: dict[str, CallProtocol] = {}
    for name in dict.fromkeys(names):
        for host in models.hosts:
            try:
                info = await host.provider.describe(name)
            except ProviderError:
                continue
            known = examined.of(name, host.provider.host)
            if known is not None and known.modified_at == info.modified_at:
                found[name] = known.protocol
            else:
                found[name] = _as_it_says(info)
            break
    return found


def _as_it_says(info: ModelInfo) -> CallProtocol:
    if "tools" in info.capabilities:
        return "native"
    return "led" if 0 < info.parameter_count < WEAK else "pieces"


async def connect(
    wish: Wish,
    settings: ModelSettings,
    environ: Mapping[str, str],
    progress: Progress | None = None,
    plugged: Plugged | None = None,
) -> Connected:
    """Return what to ask. Only when nothing in particular was asked for, the demo model stands in for a server.

    Args:
        wish: what was asked for.
        settings: what holds where nothing was.
        environ: OLLAMA_HOST is in it.
        progress: told how far a download of the demo model is.
        plugged: the providers of plugins.

    Raises:
        ProviderError: nothing answers; it says what was tried.
        ModelMissing: the server does not have the model.
        UsageError: there is no such provider.
    """
    wanted = Wish(
        provider=wish.provider or settings.provider,
        host=wish.host or settings.host,
        model=wish.model or settings.model,
    )
    match wanted.provider:
        case None:
            return await _ollama_or_demo(wanted, settings, environ, progress)
        case "ollama":
            return await _ollama(wanted, settings, environ)
        case "local":
            return await _local(wanted, settings, progress, ())
        case "openai":
            return await _openai(wanted, settings)
        case "scripted":
            return _scripted(wanted, settings)
        case other:
            return await _plugged(other, wanted, settings, plugged or {})


async def _ollama_or_demo(
    wish: Wish, settings: ModelSettings, environ: Mapping[str, str], progress: Progress | None
) -> Connected:
    try:
        return await _ollama(wish, settings, environ)
    except ModelMissing:
        raise
    except ProviderError as error:
        if wish.host or wish.model or settings.hosts:
            raise
        return await _demo_instead(error, wish, settings, progress)


async def _demo_instead(
    error: ProviderError, wish: Wish, settings: ModelSettings, progress: Progress | None
) -> Connected:
    notice = Noticed(message=f"{error}; going on with the embedded demo model", hint=error.hint)
    try:
        return await _local(wish, settings, progress, (notice,))
    except ProviderError as second:
        raise ProviderError(
            f"{error}; and the embedded demo model cannot stand in: {second}",
            hint=f"{error.hint}. Or: {second.hint}",
            kind=second.kind,
        ) from second


async def _ollama(wish: Wish, settings: ModelSettings, environ: Mapping[str, str]) -> Connected:
    from agentsh.providers.find import find_server
    from agentsh.providers.ollama import PROBE_S, OllamaProvider

    def open_at(at: HostSettings) -> Host:
        return _host(OllamaProvider(at.url, settings=settings), at)

    if settings.hosts and not wish.host:
        return await _several(settings.hosts, open_at, wish, settings)
    candidates = [wish.host or environ.get("OLLAMA_HOST") or DEFAULT_HOST]
    # Nothing can stand in for a server that was asked for: a busy machine gets more time to answer.
    found = await find_server(candidates, timeout_s=PATIENT_PROBE_S if _is_asked_for(wish) else PROBE_S)
    model = _model_on(found, wish.model)
    host = open_at(HostSettings(url=found.host, parallel=settings.parallel))
    return Connected("ollama", model, found.host, (host,), settings.num_ctx)


def _is_asked_for(wish: Wish) -> bool:
    return bool(wish.host or wish.model or wish.provider)


async def _several(
    wanted: Sequence[HostSettings], open_at: Callable[[HostSettings], Host], wish: Wish, settings: ModelSettings
) -> Connected:
    """Open every host that answers; the others are told, not waited for."""
    opened: list[Host] = []
    probes: list[ServerProbe] = []
    silent: list[str] = []
    for at in wanted:
        host = open_at(at)
        try:
            probes.append(await host.provider.probe())
            opened.append(host)
        except ProviderError as error:
            silent.append(str(error))
            await host.provider.aclose()
    if not opened:
        raise ProviderError("; ".join(silent), hint="start one of [model.hosts], or give --host", kind="refused")
    everywhere = ServerProbe(
        host=", ".join(probe.host for probe in probes),
        version=probes[0].version,
        models=tuple(dict.fromkeys(name for probe in probes for name in probe.models)),
    )
    notices = tuple(Noticed(message=text, hint="it is left out of this run") for text in silent)
    model = _model_on(everywhere, wish.model)
    return Connected("ollama", model, everywhere.host, tuple(opened), settings.num_ctx, notices)


async def _local(
    wish: Wish, settings: ModelSettings, progress: Progress | None, notices: tuple[Noticed, ...]
) -> Connected:
    from agentsh.providers.local import LocalProvider
    from agentsh.providers.weights import DEMO_MODEL, ensure_weights, weights_folder

    if wish.model not in (None, DEMO_MODEL):
        raise UsageError(
            f"the embedded provider has only {DEMO_MODEL!r}, not {wish.model!r}",
            hint="leave --model out, or ask an Ollama server: --provider ollama",
        )
    provider = LocalProvider(weights_folder(), settings)
    await provider.probe()
    await ensure_weights(weights_folder(), progress or (lambda _: None))
    host = Host(provider, parallel=LOCAL_SLOTS)
    return Connected("local", DEMO_MODEL, provider.host, (host,), LOCAL_CONTEXT, notices)


async def _openai(wish: Wish, settings: ModelSettings) -> Connected:
    from agentsh.providers.openai import OpenAIProvider

    provider = OpenAIProvider(wish.host or OPENAI_HOST, settings=settings, api_key_env=OPENAI_KEY)
    host = Host(provider, settings.parallel)
    try:
        model = wish.model or _model_on(await provider.probe(), None)
    except ProviderError:
        await provider.aclose()
        raise
    return Connected("openai", model, provider.host, (host,), settings.num_ctx)


def _scripted(wish: Wish, settings: ModelSettings) -> Connected:
    from agentsh.providers.scripted import ScriptedProvider

    if wish.model is None:
        raise UsageError("--provider scripted needs its script", hint="give it as --model FILE.yaml")
    provider = ScriptedProvider(Path(wish.model), settings=settings)
    host = Host(provider, settings.parallel)
    return Connected("scripted", wish.model, provider.host, (host,), settings.num_ctx)


async def _plugged(name: str, wish: Wish, settings: ModelSettings, plugged: Plugged) -> Connected:
    if (kind := plugged.get(name)) is None:
        raise _no_provider(name, plugged)
    provider = opened_by_plugin(kind, wish.host, settings)
    try:
        found = await provider.probe()
        model = _model_on(found, wish.model)
    except ProviderError:
        await provider.aclose()
        raise
    host = Host(provider, kind.parallel or settings.parallel)
    return Connected(name, model, provider.host, (host,), settings.num_ctx)


def opened_by_plugin(kind: ProviderKind, host: str | None, settings: ModelSettings) -> Provider:
    """Return a plugin's provider. Raises ProviderError when the plugin fails."""
    try:
        return kind.open(host, settings)
    except AgentshError:
        raise
    except Exception as error:
        raise ProviderError(f"provider {kind.name!r} of a plugin failed: {type(error).__name__}: {error}") from error


def _no_provider(name: str, plugged: Plugged) -> UsageError:
    return UsageError(f"there is no provider {name!r}", hint=f"there is: {', '.join((*PROVIDERS, *plugged))}")


@asynccontextmanager
async def open_provider(
    settings: Settings, *, host: str | None = None, provider: str | None = None, plugged: Plugged | None = None
) -> AsyncIterator[Provider]:
    """Open the model server that a run would ask, whether or not it answers, for commands that manage models.

    Raises:
        UsageError: there is no such provider.
    """
    kind, where = provider or settings.model.provider or "ollama", host or settings.model.host
    if plugged is not None and kind in plugged:
        opened = opened_by_plugin(plugged[kind], where, settings.model)
    else:
        opened = _opened(kind, where, settings.model)
    try:
        yield opened
    finally:
        await opened.aclose()


def _opened(kind: str, host: str | None, settings: ModelSettings) -> Provider:
    if kind == "ollama":
        from agentsh.providers.ollama import OllamaProvider

        return OllamaProvider(host or os.environ.get("OLLAMA_HOST") or DEFAULT_HOST, settings=settings)
    if kind == "openai":
        from agentsh.providers.openai import OpenAIProvider

        return OpenAIProvider(host or OPENAI_HOST, settings=settings, api_key_env=OPENAI_KEY)
    if kind == "local":
        from agentsh.providers.local import LocalProvider
        from agentsh.providers.weights import weights_folder

        return LocalProvider(weights_folder(), settings)
    raise UsageError(f"provider {kind!r} has no models to manage", hint="there is: ollama, local, openai")


def _host(provider: Provider, at: HostSettings) -> Host:
    return Host(provider, at.parallel, frozenset(at.models))


def on_server(names: Sequence[str], wanted: str | None) -> str | None:
    """Return a model's full name on a server that has these; without a wish the first. None: it is not there."""
    if wanted is None:
        return names[0] if names else None
    return next((name for name in (wanted, f"{wanted}:latest") if name in names), None)


def _model_on(found: ServerProbe, wanted: str | None) -> str:
    """Return the model's full name there; without a wish the first that the server names."""
    if (name := on_server(found.models, wanted)) is None:
        raise ModelMissing(wanted or "qwen3:8b", found.host)
    return name
