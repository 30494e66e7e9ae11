"""Loads and measures what opening any session takes, while nobody waits for it."""

import asyncio
from collections.abc import Iterable
from importlib import import_module
from typing import Final

from agentsh.core import events as e
from agentsh.engine.state import State
from agentsh.sandbox.opening import measure

_PROVIDERS: Final = {
    "ollama": "agentsh.providers.ollama",
    "openai": "agentsh.providers.openai",
    "scripted": "agentsh.providers.scripted",
}
_MODULES: Final = ("agentsh.conductors.sop", "watchfiles")
_STORED: Final = (State, e.SessionStarted, e.SessionResumed, e.SandboxProbed, e.MessagePublished)
"""What every opening reads or writes; pydantic builds each when it is first used."""


async def load_ahead(providers: Iterable[str]) -> None:
    """Load what sessions with models of these providers need, and find the sandbox that holds here.

    A sandbox that cannot be had is told when a session is opened.
    """
    async with asyncio.TaskGroup() as group:
        group.create_task(measure(), name="measure the sandbox")
        group.create_task(asyncio.to_thread(_load, set(providers)), name="load what opens sessions")


def _load(providers: set[str]) -> None:
    for name in (*_MODULES, *(module for known, module in _PROVIDERS.items() if known in providers)):
        import_module(name)
    for model in _STORED:
        model.model_rebuild()
