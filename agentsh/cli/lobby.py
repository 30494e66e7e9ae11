"""What the Textual app needs of the world around a session: sessions, models and settings of one home."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import replace

from agentsh.cli.last_choice import LastChoice
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
            if wanted.team or wanted.model or wanted.demo:
                LastChoice.of(wanted).save(self._home.root)
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

    async def load_ahead(self) -> None:
        """Load what opening a session takes, and measure the sandbox; that can take a quarter of a second."""
        from agentsh.wiring.ahead import load_ahead

        await load_ahead(
            {self._settings.model.provider or "ollama", *(found.provider for found in await self.sessions())}
        )

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
            host, found = await self._models()
        except UsageError:
            return await self._with_last(offer)  # a script, or a plugin's provider: there is nothing to choose from
        except AgentshError as error:
            return await self._with_last(replace(offer, model="", problem=str(error)))
        names = [model.name for model in found]
        missing = "is not there" if asked.model and not on_server(names, asked.model) else ""
        offer = replace(
            offer,
            host=host,
            models=tuple(Named(name=model.name, summary=_summary(model)) for model in found),
            model=on_server(names, asked.model) or offer.model,
            problem=missing or ("" if names else "no model is there"),
            stands_in=False,
        )
        return await self._with_last(offer)

    async def _models(self) -> tuple[str, list[ModelInfo]]:
        """Return the hosts that answer, and what they have; when none does, raise what the first says."""
        asked: list[str | None] = [at.url for at in self._settings.model.hosts]
        answers = await asyncio.gather(*(self._models_at(host) for host in asked or [None]), return_exceptions=True)
        found = [answer for answer in answers if not isinstance(answer, BaseException)]
        for error in answers:
            if isinstance(error, BaseException) and not (found and isinstance(error, AgentshError)):
                raise error
        models = {model.name: model for _, there in found for model in there}
        return ", ".join(host for host, _ in found), list(models.values())

    async def _models_at(self, host: str | None) -> tuple[str, list[ModelInfo]]:
        async with open_provider(self._settings, host=host) as provider:
            return provider.host, await provider.list_models()

    async def _with_last(self, offer: Offer) -> Offer:
        """Add what was chosen the last time, without what is gone since then."""
        last = await asyncio.to_thread(LastChoice.load, self._home.root)
        teams = {team.name for team in await self.context.outside.teams()} if last.team else ()
        team = last.team if last.team in teams else None
        model = on_server([model.name for model in offer.models], last.model) if last.model else None
        return replace(offer, last=Begin("", team=team, model=model, demo=last.demo))

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
