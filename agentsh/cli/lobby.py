"""What the Textual app needs of the world around a session: sessions, models and settings of one home."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from agentsh.commands.context import Context, Named
from agentsh.commands.history import History
from agentsh.core.chat import ModelInfo, PullProgress
from agentsh.core.errors import AgentshError, UsageError
from agentsh.core.settings import DEFAULT_TEAM, ResumeOptions, RunOptions, Settings
from agentsh.core.summary import SessionSummary
from agentsh.core.world_options import WorldOptions
from agentsh.library.home import Home
from agentsh.session.facade import Session
from agentsh.store.catalogue import SessionFiles, newest_message
from agentsh.tui.lobby import Begin, Offer, Wanted
from agentsh.wiring import open_provider, reopened, started
from agentsh.wiring.kit import Kit
from agentsh.wiring.models import on_server
from agentsh.wiring.outside import Surroundings


class HomeLobby:
    """Fulfils `tui.lobby.Lobby` for one home.

    Attributes:
        context: what slash commands are run with.
        history: what was typed before.
    """

    def __init__(self, settings: Settings, home: Home, overrides: ResumeOptions | None = None) -> None:
        self._settings = settings
        self._home = home
        self._overrides = overrides or ResumeOptions()
        self.context = Context(Surroundings(home, settings), Kit(home).commands())
        self.history = History(home.root / "history")

    @property
    def keys(self) -> Mapping[str, str]:
        """Keys by binding id."""
        return self._settings.keys

    @property
    def theme(self) -> str | None:
        """The theme that the settings name."""
        return self._settings.screen.theme

    def open(self, wanted: Wanted, progress: Callable[[PullProgress], None]) -> AbstractAsyncContextManager[Session]:
        """Return what opens a session."""
        if isinstance(wanted, Begin):
            provider = "local" if wanted.demo else None
            options = (
                RunOptions(idea=wanted.idea, team=wanted.team, provider=provider, model=wanted.model)
                if wanted.world is None
                else WorldOptions(world=wanted.world, idea=wanted.world, provider=provider)
            )
            return started(options, self._settings, self._home, terminal=True, progress=progress)
        # What was asked for on the command line holds for the session that was named there, not for those picked later.
        overrides, self._overrides = self._overrides, ResumeOptions()
        overrides = overrides.model_copy(update={"back_to": wanted.back_to})
        return reopened(wanted.name, overrides, self._settings, self._home, terminal=True, progress=progress)

    async def sessions(self) -> list[SessionSummary]:
        """Return all sessions, newest first."""
        return await self.context.outside.sessions()

    async def last_said(self, name: str) -> str:
        """Return what was said last in a session, with who said it; nothing when that cannot be read."""
        try:
            said = await asyncio.to_thread(newest_message, SessionFiles(self._home.sessions).path(name))
        except AgentshError:
            return ""
        return "" if said is None else f"{said.sent_from}: {said.content[:400]}"

    async def offer(self) -> Offer:
        """Return what a session can be begun with."""
        asked = self._settings.model
        offer = Offer(
            usual_team=DEFAULT_TEAM,
            team=self._settings.run.team,
            model=asked.model or "",
            stands_in=not (asked.provider or asked.host or asked.model or asked.hosts),
        )
        try:
            async with open_provider(self._settings) as provider:
                found = await provider.list_models()
                host = provider.host
        except UsageError:
            return offer  # a script, or a plugin's provider: there is nothing to choose from
        except AgentshError as error:
            return replace(offer, model="", problem=str(error))
        names = [model.name for model in found]
        missing = "is not there" if asked.model and not on_server(names, asked.model) else ""
        return replace(
            offer,
            host=host,
            models=tuple(Named(name=model.name, summary=_summary(model)) for model in found),
            model=on_server(names, asked.model) or offer.model,
            problem=missing or ("" if names else "no model is there"),
            stands_in=False,
        )

    async def pull(self, model: str) -> AsyncIterator[PullProgress]:
        """Download a model to the server that would be asked."""
        async with open_provider(self._settings) as provider:
            async for progress in provider.pull(model):
                yield progress


def _summary(model: ModelInfo) -> str:
    """Return what a server says of a model, in a few words."""
    size = f"{model.size_bytes / 1e9:.1f} GB" if model.size_bytes else ""
    can = ", ".join(model.capabilities)
    return " · ".join(part for part in (model.parameters, size, can) if part)
