"""Finds the model server that answers first among several addresses, in the order in which they were given."""

import asyncio
from collections.abc import Sequence

from agentsh.core.chat import ServerProbe
from agentsh.core.errors import AgentshError, ProviderError, UsageError
from agentsh.core.settings import ModelSettings
from agentsh.providers.ollama import PROBE_S, START_IT, OllamaProvider


async def find_server(candidates: Sequence[str], *, timeout_s: float = PROBE_S) -> ServerProbe:
    """Return the first of `candidates` where Ollama answers within `timeout_s`; all are asked at once.

    Raises:
        UsageError: the only one is no address.
        ProviderError: none does; it names each one with the reason, and says how to start Ollama.
    """
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(_probe(host, timeout_s), name=f"probe {host}") for host in dict.fromkeys(candidates)]
    outcomes = [task.result() for task in tasks]
    for outcome in outcomes:
        if isinstance(outcome, ServerProbe):
            return outcome
    tried = "; ".join(str(outcome) for outcome in outcomes)
    only = outcomes[0] if len(outcomes) == 1 else None
    if isinstance(only, UsageError):
        raise only
    hint = only.hint if isinstance(only, AgentshError) else START_IT
    raise ProviderError(f"no Ollama server answers. Tried: {tried or 'nothing'}", hint=hint or START_IT, kind="refused")


async def _probe(host: str, timeout_s: float) -> ServerProbe | AgentshError:
    try:
        provider = OllamaProvider(host, settings=ModelSettings(connect_s=timeout_s))
    except AgentshError as error:
        return error
    try:
        return await provider.probe(timeout_s)
    except AgentshError as error:
        return error
    finally:
        await provider.aclose()
