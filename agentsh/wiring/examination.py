"""Examines a model of a server by real calls, and keeps in the home what was found."""

import asyncio
from collections.abc import Callable, Collection

from agentsh.core.errors import UsageError
from agentsh.core.fitness import Fitness, TrialCard, Tried
from agentsh.core.settings import Settings
from agentsh.library.examined import Examined
from agentsh.library.trials import trials_of
from agentsh.ports import Provider
from agentsh.roles.examining.examine import Examination
from agentsh.roles.examining.examinee import Examinee
from agentsh.store.clock import utc_now
from agentsh.wiring.kit import Kit
from agentsh.wiring.models import LOCAL_CONTEXT


async def examine_model(
    provider: Provider, model: str, kit: Kit, settings: Settings, told: Callable[[Tried], None]
) -> Fitness:
    """Return what a model was found to be able to do; it is kept in the home.

    Args:
        provider: the server.
        model: as the server calls it.
        kit: the trials are along its search path.
        settings: within which window the model will be asked.
        told: hears of each trial that was made.

    Raises:
        ProviderError: the server is not there, or does not have the model.
        FileError: a trial's file, or the one with the results, is wrong.
        UsageError: a trial names a tool that there is not, or the result cannot be kept.
    """
    Examined(kit.home.examined)  # one that cannot be kept is told before the model is asked for minutes
    shelf, tools = kit.shelf(), kit.tools()
    trials = trials_of(shelf)
    _check(trials, tools)
    num_ctx = LOCAL_CONTEXT if provider.name == "local" else settings.model.num_ctx
    info = await provider.describe(model)
    examination = Examination(Examinee(provider, model, num_ctx), info, trials, shelf.renderer, tools)
    tried = []
    async for one in examination.run():
        tried.append(one)
        told(one)
    fitness = await examination.result(tried, utc_now())
    # Read anew: another model may have been examined while this one was.
    await asyncio.to_thread(lambda: Examined(kit.home.examined).keep(fitness))
    return fitness


def _check(trials: tuple[TrialCard, ...], tools: Collection[str]) -> None:
    for card in trials:
        for name in (*card.tools, *([card.expect.call] if card.expect.call else [])):
            if name not in tools:
                raise UsageError(f"{card.source}: there is no tool {name!r}", hint=f"there is: {', '.join(tools)}")
